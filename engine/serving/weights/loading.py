"""Loading a model: embedded, from a folder or by hub id; NF4, INT8 or plain; CUDA or CPU."""

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from transformers.utils import logging as transformers_logging

from engine.errors import ModelUnusable
from engine.serving import embedded
from engine.serving.progress import Report
from engine.serving.weights import decoder, int8
from engine.settings import EMBEDDED, Device, Quantization, ServingSettings


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model on its device, with its tokenizer."""

    name: str  # as in /v1/models
    model: Any
    tokenizer: Any

    @property
    def vocabulary(self) -> int:
        """Return the number of token ids that the model accepts."""
        return int(self.model.get_input_embeddings().weight.shape[0])

    @property
    def stop_tokens(self) -> list[int]:
        """Return the ids that end a reply."""
        ids = self.model.generation_config.eos_token_id
        ids = self.tokenizer.eos_token_id if ids is None else ids
        return [ids] if isinstance(ids, int) else list(ids or [])

    @property
    def stop_token(self) -> int:
        """Return an id that ends a reply, or any id if none does."""
        return (self.stop_tokens or [0])[0]

    @property
    def most_positions(self) -> int:
        """Return how many tokens the model was built for."""
        config = self.model.config.get_text_config()
        return int(getattr(config, "max_position_embeddings", None) or 1_048_576)

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens, without control tokens and with spaces as they are."""
        text: str = self.tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def special_tokens(self) -> list[str]:
        """Return every text that the tokenizer reads as one control token."""
        return sorted({*self.tokenizer.get_added_vocab(), *self.tokenizer.all_special_tokens})

    def tokenizer_hash(self) -> str:
        """Return a short hash that changes whenever token counts may change."""
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        text = backend.to_str() if backend else json.dumps(sorted(self.tokenizer.get_vocab()))
        text += str(self.tokenizer.chat_template)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(settings: ServingSettings, report: Report) -> LoadedModel:
    """Load the model that the settings name.

    Raises:
        ModelUnusable: it cannot be found, is damaged, or does not fit the device.
    """
    torch.set_num_threads(settings.model_threads)
    quiet_libraries()
    name, source = find(settings, report)
    device = choose_device(settings.device)
    kind = choose_quantization(settings.quantization, device)
    try:
        with loading_reported(report):
            tokenizer = AutoTokenizer.from_pretrained(source)
            model = AutoModelForCausalLM.from_pretrained(
                source,
                dtype=compute_dtype(device),
                attn_implementation="sdpa",
                device_map={"": device},
                quantization_config=quantization(kind, device),
            ).eval()
            if kind is Quantization.INT8 and device == "cpu":
                int8.to_int8(model)
                decoder.install(model)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise ModelUnusable(f"{settings.model}: {error}") from error
    return LoadedModel(name, model, tokenizer)


def find(settings: ServingSettings, report: Report) -> tuple[str, str]:
    """Return the model's name and where to load it from."""
    if settings.model == EMBEDDED:
        os.environ["HF_HUB_OFFLINE"] = "1"
        folder = embedded.ensure_embedded_model(settings.models_dir, report)
        return embedded.NAME, str(folder)
    if Path(settings.model).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"
        return Path(settings.model).resolve().name, settings.model
    return settings.model, settings.model


def choose_device(device: Device) -> str:
    """Return torch's name of the device.

    Raises:
        ModelUnusable: CUDA is asked for and torch sees no GPU.
    """
    if device is Device.CPU:
        return "cpu"
    if torch.cuda.is_available():
        return "cuda:0"
    if device is Device.CUDA:
        raise ModelUnusable("DEVICE=cuda, but torch sees no GPU")
    return "cpu"


def compute_dtype(device: str) -> torch.dtype:
    """Return bf16, or fp16 for GPUs that are too old for it."""
    if device != "cpu" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


def choose_quantization(kind: Quantization, device: str) -> Quantization:
    """Return what AUTO means on this device; anything else means itself."""
    if kind is not Quantization.AUTO:
        return kind
    return Quantization.INT8 if device == "cpu" and int8.is_fast() else Quantization.NF4


def quantization(kind: Quantization, device: str) -> BitsAndBytesConfig | None:
    """Return what bitsandbytes shall do with the linear layers; on a CPU INT8 is ours."""
    if kind is Quantization.NF4:
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=compute_dtype(device),
        )
    if kind is Quantization.INT8 and device != "cpu":
        return BitsAndBytesConfig(load_in_8bit=True)
    return None


def quiet_libraries() -> None:
    """Keep libraries from logging a line a layer, and token ids when they refuse a request."""
    transformers_logging.set_verbosity_error()
    for name in ("bitsandbytes", "ContinuousBatchingLogger"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def loading_reported(report: Report) -> Iterator[None]:
    """Report the loop over the weights in place of transformers' own bar."""

    def bar(_factory: Any, args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Any:
        return transformers_logging.EmptyTqdm(counted(args[0], report) if args else ())

    previous = transformers_logging.set_tqdm_hook(bar)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(previous)


def counted(items: Iterable[Any], report: Report) -> Iterator[Any]:
    """Yield the items and report each one that was dealt with."""
    total = len(items) if isinstance(items, Sized) else 0
    for done, item in enumerate(items):
        report("weights", done, total)
        yield item
    report("weights", total, total)
