"""The base model in four bits, as the model server loads it, and safe to train on."""

import hashlib
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from bitsandbytes.nn.modules import Linear4bit
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from transformers.utils import logging as transformers_logging

from engine.settings import EMBEDDED, EMBEDDED_FOLDER, EMBEDDED_NAME
from engine.story.training import TrainingOrder


class BaseUnusable(Exception):
    """The base model cannot be found, or not be loaded."""


class PackedWeights(Exception):
    """Layers were packed for speed before a step of training: their gradients would be wrong."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where the base model lies, and where it runs."""

    name: str  # as the model server names it
    folder: Path
    device: str  # "cpu" or "cuda:0"

    @property
    def is_on_gpu(self) -> bool:
        """Whether it runs on a GPU."""
        return self.device != "cpu"

    def tokenizer(self) -> Any:
        """Load the tokenizer."""
        return AutoTokenizer.from_pretrained(self.folder)

    def digest(self) -> str:
        """Return the SHA-256 over configuration and weights."""
        digest = hashlib.sha256()
        for path in sorted([*self.folder.glob("config.json"), *self.folder.glob("*.safetensors")]):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def find_base(order: TrainingOrder) -> Base:
    """Find the model that the order names, as the model server does for the same settings.

    Raises:
        BaseUnusable: it is nowhere, or CUDA is asked for and there is none.
    """
    device = choose_device(order.device)
    if order.model == EMBEDDED:
        return Base(EMBEDDED_NAME, embedded_folder(Path(order.models_dir)), device)
    if Path(order.model).is_dir():
        return Base(Path(order.model).resolve().name, Path(order.model), device)
    return Base(order.model, hub_folder(order.model), device)


def choose_device(asked: str) -> str:
    """Return torch's name of the device."""
    if asked != "cpu" and torch.cuda.is_available():
        return "cuda:0"
    if asked == "cuda":
        raise BaseUnusable("DEVICE=cuda, but torch sees no GPU")
    return "cpu"


def embedded_folder(models_dir: Path) -> Path:
    """Return the folder of the embedded model; the model server's own program makes it."""
    folder = models_dir / EMBEDDED_FOLDER
    if not (folder / "config.json").exists():
        command = [sys.executable, "-m", "engine.serving.embedded"]
        environment = os.environ | {"MODELS_DIR": str(models_dir)}
        done = subprocess.run(command, check=False, env=environment)  # noqa: S603 - fixed arguments
        if done.returncode != 0:
            raise BaseUnusable(f"the embedded model could not be made (exit {done.returncode})")
    return folder


def hub_folder(name: str) -> Path:
    """Return where the files of a model of the hub lie; they are fetched if they are not there."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only a hub id needs it

    try:
        patterns = ["*.json", "*.safetensors", "*.jinja", "*.model"]
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        raise BaseUnusable(f"{name}: {type(error).__name__}") from error


def load_nf4(base: Base) -> Any:
    """Load the base in four bits; its layers will never be packed.

    Raises:
        BaseUnusable: it is damaged, or of a kind that cannot be quantized.
    """
    quantized = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute_dtype(base.device),
    )
    model = load(base, quantization_config=quantized)
    keep_unpacked(model)
    return model


def load_plain(base: Base) -> Any:
    """Load the base as it is, in bf16."""
    return load(base)


def load(base: Base, **options: Any) -> Any:
    """Load the base with options of transformers'."""
    quiet_libraries()
    try:
        model = AutoModelForCausalLM.from_pretrained(
            base.folder,
            dtype=compute_dtype(base.device),
            attn_implementation="sdpa",
            device_map={"": base.device},
            **options,
        )
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise BaseUnusable(f"{base.name}: {type(error).__name__}") from error
    model.config.use_cache = False
    return model


def compute_dtype(device: str) -> torch.dtype:
    """Return bf16, or fp16 for GPUs that are too old for it."""
    if device != "cpu" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


def keep_unpacked(model: Any) -> None:
    """Keep bitsandbytes from packing weights in place when a model is evaluated on a CPU.

    On CPUs with AVX512_BF16 (bitsandbytes 0.50) a layer in eval mode is re-packed for speed, and
    stays so in training mode, where it then has no gradient: without an error.
    """
    for layer in model.modules():
        if isinstance(layer, Linear4bit):
            layer.support_avx512bf16_for_cpu = False


def packed_layers(model: Any) -> list[str]:
    """Return the names of the layers that are packed."""
    return [
        name
        for name, layer in model.named_modules()
        if isinstance(layer, Linear4bit)
        and getattr(getattr(layer.weight, "quant_state", None), "packing_format_for_cpu", False)
    ]


def config_of(base: Base) -> dict[str, Any]:
    """Read the model's configuration."""
    try:
        config: dict[str, Any] = json.loads((base.folder / "config.json").read_bytes())
    except (OSError, ValueError) as error:
        raise BaseUnusable(f"{base.name}: {type(error).__name__}") from error
    return config


def quiet_libraries() -> None:
    """Keep libraries from logging a line a layer."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
