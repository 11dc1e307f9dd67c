"""Reading an adapter's folder, and refusing whatever does not fit the model that is served.

A file is read once, into memory, and what was checked is what is used. Nothing but JSON and
safetensors is ever opened: other formats of weights can run code.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from engine.serving.adapters.config import LoraSettings, read_config, refused
from engine.serving.faults import ApiError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MOST_CONFIG_BYTES = 1 << 20
HEADER_BYTES = 1 << 20  # of a safetensors file, far more than any needs
PREFIX = "base_model.model."  # PEFT's, before the path of the module
KINDS = (torch.float32, torch.float16, torch.bfloat16)
# Every token of a step passes through these exactly once, in order. That does not hold for the
# experts of a mixture.
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
EXPERTS = "experts"

Weights = Mapping[str, tuple[Tensor, Tensor]]  # by module: A [rank, in], B [out, rank] scaled


@dataclass(frozen=True, slots=True)
class Fitting:
    """What an adapter has to fit: taken from the model before any layer is wrapped."""

    shapes: Mapping[str, tuple[int, int]]  # of the layers that can be changed: in, out
    modules: frozenset[str]  # all paths
    names: frozenset[str]  # by which the model may be known, in lower case, without folders
    dtype: torch.dtype
    most_rank: int


@dataclass(frozen=True, slots=True)
class CheckedAdapter:
    """An adapter that fits."""

    rank: int
    weights: Weights
    digest: str  # of both files


def fitting(model: nn.Module, names: set[str], most_rank: int) -> Fitting:
    """Take the measures of a model."""
    shapes = {
        path: (int(module.in_features), int(module.out_features))
        for path, module in model.named_modules()
        if path.endswith(TARGETS) and EXPERTS not in path and hasattr(module, "in_features")
    }
    return Fitting(
        shapes=shapes,
        modules=frozenset(path for path, _ in model.named_modules()),
        names=frozenset(last_part(name) for name in names),
        dtype=adapter_dtype(model),
        most_rank=most_rank,
    )


def adapter_dtype(model: nn.Module) -> torch.dtype:
    """Return the type in which adapters are held and computed.

    On a CPU fp32, as PEFT does it: few rows are multiplied faster than in bf16 (a step of 16 rows
    over 8 adapters: 25 instead of 42 ms). On a GPU that of the model: half the memory.
    """
    dtype: torch.dtype = model.dtype  # type: ignore[assignment]
    device: torch.device = model.device  # type: ignore[assignment]
    return torch.float32 if device.type == "cpu" else dtype


def last_part(name: str) -> str:
    """Return a model's name without the folders or the owner before it, in lower case.

    The same model lies in other folders on other machines.
    """
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].casefold()


def find_folder(root: Path, asked: str) -> Path:
    """Return the folder of an adapter inside `root`.

    Raises:
        ApiError: there is none, or it lies outside, be it through `..` or through a link.
    """
    try:
        folder = (root / asked).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:  # missing, a NUL, a loop of links
        if "\0" not in asked and not (root / asked).resolve().is_relative_to(root.resolve()):
            raise outside() from error
        raise refused("not_found", f"No adapter found for {asked!r}", 404) from error
    if not folder.is_relative_to(root.resolve()):
        raise outside()
    if not folder.is_dir():
        raise refused("not_found", f"No adapter found for {asked!r}: it is no folder", 404)
    return folder


def outside() -> ApiError:
    """Make the answer to a path that leads out of the folder of adapters."""
    return refused("outside", "lora_path must lie inside the server's ADAPTERS_DIR", 403)


def read_adapter(root: Path, folder: Path, fitting: Fitting) -> CheckedAdapter:
    """Read and check an adapter. It takes a while: not for the event loop.

    Raises:
        ApiError: it cannot be used, and why.
    """
    raw_config = read_file(root, folder / CONFIG, MOST_CONFIG_BYTES)
    settings = read_config(raw_config, fitting.most_rank)
    refuse_other_base(settings, fitting)
    targets = {path for path in fitting.modules if settings.targets(path)}
    refuse_other_modules(targets, fitting)
    numbers = sum(settings.rank * sum(fitting.shapes[path]) for path in targets)
    raw_weights = read_file(root, folder / WEIGHTS, 4 * numbers + HEADER_BYTES)
    try:
        tensors = load(raw_weights)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise refused("damaged", f"{WEIGHTS} cannot be read: {error}") from error
    weights = {path: pair(path, tensors, settings, fitting) for path in sorted(targets)}
    if tensors:
        message = f"{WEIGHTS} holds what target_modules does not name: {min(tensors)}"
        raise refused("target_unknown", message)
    digest = hashlib.sha256(hashlib.sha256(raw_config).digest() + raw_weights).hexdigest()
    return CheckedAdapter(settings.rank, weights, digest)


def read_file(root: Path, path: Path, most_bytes: int) -> bytes:
    """Return a file's content, if the file lies inside `root` and is not too large."""
    if not path.exists():
        if path.name == WEIGHTS and any(path.parent.glob("adapter_model.*")):
            message = f"it has no {WEIGHTS}; other formats are never opened, as they can run code"
            raise refused("not_safetensors", message)
        raise refused("not_found", f"No adapter found: {path.name} is missing", 404)
    if not path.resolve().is_relative_to(root.resolve()):
        raise outside()
    try:
        with path.open("rb") as file:
            raw = file.read(most_bytes + 1)
    except OSError as error:
        raise refused("damaged", f"{path.name} cannot be read: {error.strerror}") from error
    if len(raw) > most_bytes:
        message = f"{path.name} is larger than {most_bytes:,} bytes, the most that can be right"
        raise refused("too_large", message)
    return raw


def refuse_other_base(settings: LoraSettings, fitting: Fitting) -> None:
    """Refuse an adapter that says that it was made for another model."""
    if settings.base_model and last_part(settings.base_model) not in fitting.names:
        ours = ", ".join(sorted(fitting.names))
        message = f"it was made for {settings.base_model!r}; this server has {ours}"
        raise refused("wrong_base", message)


def refuse_other_modules(targets: set[str], fitting: Fitting) -> None:
    """Refuse targets that the model lacks or that cannot be changed row by row."""
    if not targets:
        raise refused("target_unknown", "the model has no module that target_modules names")
    if strange := sorted(targets - fitting.shapes.keys()):
        message = f"target_modules names {strange[0]}; only these can be changed: "
        raise refused("target_unsupported", message + ", ".join(TARGETS))


def pair(
    path: str, tensors: dict[str, Tensor], settings: LoraSettings, fitting: Fitting
) -> tuple[Tensor, Tensor]:
    """Take the two matrices of one module out of `tensors`, checked and scaled."""
    width_in, width_out = fitting.shapes[path]
    expected = {"A": (settings.rank, width_in), "B": (width_out, settings.rank)}
    found = []
    for letter, shape in expected.items():
        name = f"{PREFIX}{path}.lora_{letter}.weight"
        tensor = tensors.pop(name, None)
        if tensor is None:
            raise refused("incomplete", f"{WEIGHTS} lacks {name}")
        if tuple(tensor.shape) != shape:
            message = f"{name} has the shape {tuple(tensor.shape)}; the model needs {shape}"
            raise refused("wrong_shape", message)
        if tensor.dtype not in KINDS:
            raise refused("wrong_type", f"{name} is of type {tensor.dtype}")
        scale = settings.scale if letter == "B" else 1.0
        found.append((tensor.float() * scale).to(fitting.dtype))
        if not torch.isfinite(found[-1]).all():
            raise refused("not_finite", f"{name} holds infinite or undefined numbers")
    return found[0], found[1]
