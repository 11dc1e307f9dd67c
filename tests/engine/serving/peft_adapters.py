"""Adapters of the small model as PEFT makes, saves and runs them."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn

from engine.serving.adapters.checks import TARGETS

# Rank and layers: as different from each other as adapters can be.
KINDS = {
    "quiet": (4, ["q_proj", "v_proj"]),
    "plain": (8, list(TARGETS)),
    "rich": (16, list(TARGETS)),
}


def save_adapters(
    model: nn.Module,
    folder: Path,
    strength: float = 0.05,
    kinds: Mapping[str, tuple[int, list[str]]] = KINDS,
) -> PeftModel:
    """Save an adapter of each kind and return PEFT's model, which can write with each of them.

    PEFT starts B at zero, which changes nothing: here it is random, so that every text changes.
    A is random as PEFT makes it, drawn from a seed.
    """
    adapted: PeftModel | None = None
    for seed, (name, (rank, targets)) in enumerate(kinds.items()):
        config = LoraConfig(
            r=rank,
            lora_alpha=16,
            target_modules=targets,
            task_type="CAUSAL_LM",
            use_rslora=seed == 1,
        )
        torch.manual_seed(seed)
        if adapted is None:
            with warnings.catch_warnings():  # PEFT asks transformers for a name that will go
                warnings.simplefilter("ignore", FutureWarning)
                adapted = get_peft_model(model, config, adapter_name=name)
        else:
            adapted.add_adapter(name, config)
        generator = torch.Generator().manual_seed(seed)
        for path, weight in adapted.named_parameters():
            if f"lora_B.{name}." in path:
                weight.data = torch.randn(weight.shape, generator=generator) * strength
    assert adapted is not None
    adapted.save_pretrained(str(folder))
    return adapted


def written_alone(
    adapted: PeftModel, name: str | None, prompt: list[int], tokens: int
) -> list[int]:
    """Return what PEFT writes with one adapter, or with none, and nothing else beside it."""
    ask = {
        "inputs": torch.tensor([prompt]),
        "do_sample": False,
        "max_new_tokens": tokens,
        "eos_token_id": -1,
    }
    if name is None:
        with adapted.disable_adapter():
            written = adapted.generate(**ask)
    else:
        adapted.set_adapter(name)
        written = adapted.generate(**ask)
    return list(written[0, len(prompt) :].tolist())
