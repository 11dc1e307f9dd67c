"""Adapters written by hand: right ones, and every kind of wrong one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

PREFIX = "base_model.model."


def weights_of(
    shapes: Mapping[str, tuple[int, int]], rank: int, seed: int = 0, strength: float = 0.05
) -> dict[str, Tensor]:
    """Return random matrices for modules of these widths (in, out), under PEFT's names."""
    draw = torch.Generator().manual_seed(seed)
    tensors = {}
    for path, (width_in, width_out) in shapes.items():
        a = torch.randn(rank, width_in, generator=draw) / width_in**0.5
        b = torch.randn(width_out, rank, generator=draw) * strength
        tensors[f"{PREFIX}{path}.lora_A.weight"] = a
        tensors[f"{PREFIX}{path}.lora_B.weight"] = b
    return tensors


def write_adapter(folder: Path, tensors: Mapping[str, Tensor], rank: int, **options: Any) -> Path:
    """Write an adapter's two files; options go into its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name.removeprefix(PREFIX).partition(".lora_")[0] for name in tensors}
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "",
        "r": rank,
        "lora_alpha": 2 * rank,
        "target_modules": sorted({path.rpartition(".")[2] for path in paths}),
    }
    (folder / "adapter_config.json").write_text(json.dumps(config | options))
    save_file(dict(tensors), folder / "adapter_model.safetensors")
    return folder
