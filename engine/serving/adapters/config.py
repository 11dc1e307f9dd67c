"""What an adapter's configuration (`adapter_config.json`, as PEFT writes it) must and may say."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import re2

from engine.serving.faults import ApiError

NAMES_OF_ALL_LAYERS = "all-linear"
# Starting values that leave the base model as it is. Others (PiSSA, OLoRA, LoftQ, CorDA ...) are
# meant for base weights from which something was taken away.
INITS = (True, False, None, "gaussian", "eva", "orthogonal")
# Have no effect on what is written with the adapter.
WITHOUT_EFFECT = {
    "auto_mapping",
    "inference_mode",
    "lora_dropout",
    "megatron_core",
    "peft_version",
    "qalora_group_size",
    "revision",
}
READ = {
    "alpha",
    "base_model_name_or_path",
    "bias",
    "exclude_modules",
    "init_lora_weights",
    "layers_pattern",
    "layers_to_transform",
    "lora_alpha",
    "peft_type",
    "r",
    "target_modules",
    "task_type",
    "use_rslora",
}
EXPLAINED = {
    "use_dora": "DoRA scales the base weights themselves, so it cannot be mixed in one batch",
    "modules_to_save": "whole modules beside the low-rank parts would be needed for every request",
    "trainable_token_indices": "changed embeddings are not kept for each adapter",
    "rank_pattern": "all layers must have one rank",
    "alpha_pattern": "all layers must have one scale",
    "layer_replication": "it changes the number of layers",
    "alora_invocation_tokens": "the adapter would have to switch on in the middle of a prompt",
}


def refused(reason: str, message: str, status: int = 400) -> ApiError:
    """Make the answer to an adapter that cannot be used; the code is `adapter_` and the reason."""
    return ApiError(status, f"adapter_{reason}", message, "lora_path")


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """The part of an adapter's configuration that matters."""

    rank: int
    scale: float  # of B A
    base_model: str  # empty: it claims none
    targets: Callable[[str], bool]  # of the path of a module


def read_config(raw: bytes, most_rank: int) -> LoraSettings:
    """Read a configuration.

    Raises:
        ApiError: it is damaged, too large in rank, or asks for what is not supported.
    """
    try:
        config = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise refused("config_invalid", "adapter_config.json is not JSON") from error
    if not isinstance(config, dict):
        raise refused("config_invalid", "adapter_config.json is not an object")
    refuse_unsupported(config)
    rank = config.get("r")
    if type(rank) is not int or rank < 1:
        raise refused("config_invalid", f"the rank r must be a whole number from 1, not {rank!r}")
    if rank > most_rank:
        message = f"its rank is {rank}; this server takes up to {most_rank} (MOST_ADAPTER_RANK)"
        raise refused("rank_too_large", message)
    base = config.get("base_model_name_or_path")
    return LoraSettings(
        rank=rank,
        scale=scale_of(config, rank),
        base_model=base if isinstance(base, str) else "",
        targets=targets_of(config),
    )


def refuse_unsupported(config: dict[str, Any]) -> None:
    """Refuse every option that would have to change something and does not here."""
    if config.get("peft_type") != "LORA":
        raise refused("unsupported", f"its peft_type is {config.get('peft_type')!r}, not LORA")
    if config.get("task_type") not in (None, "CAUSAL_LM"):
        raise refused("unsupported", f"its task_type is {config['task_type']!r}, not CAUSAL_LM")
    if config.get("bias", "none") != "none":
        raise refused("unsupported", f"bias={config['bias']!r}: biases belong to the base model")
    if config.get("init_lora_weights") not in INITS:
        how = config["init_lora_weights"]
        message = f"init_lora_weights={how!r}: it may be meant for changed base weights"
        raise refused("unsupported", message + "; convert it to a plain adapter when you save it")
    for option, value in config.items():
        if value and option not in READ and option not in WITHOUT_EFFECT:
            why = EXPLAINED.get(option, "this server does not know it")
            raise refused("unsupported", f"{option} is set, which is not supported: {why}")


def scale_of(config: dict[str, Any], rank: int) -> float:
    """Return what B A is multiplied by."""
    alpha = config.get("lora_alpha")
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not math.isfinite(alpha):
        raise refused("config_invalid", f"lora_alpha must be a number, not {alpha!r}")
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def targets_of(config: dict[str, Any]) -> Callable[[str], bool]:
    """Return PEFT's rule for which modules the adapter changes."""
    wanted = config.get("target_modules")
    if wanted == NAMES_OF_ALL_LAYERS or not wanted:
        message = "target_modules must be a list of names or a pattern"
        raise refused("config_invalid", message)
    is_wanted = name_rule(wanted, "target_modules")
    unwanted = config.get("exclude_modules")
    is_unwanted = name_rule(unwanted, "exclude_modules") if unwanted else lambda _path: False
    layers = config.get("layers_to_transform")
    if layers is None:
        return lambda path: is_wanted(path) and not is_unwanted(path)
    numbers = layers if isinstance(layers, list) else [layers]
    if not all(type(number) is int for number in numbers):
        raise refused("config_invalid", "layers_to_transform must be numbers of layers")
    return lambda path: is_wanted(path) and not is_unwanted(path) and layer_number(path) in numbers


def name_rule(names: Any, option: str) -> Callable[[str], bool]:
    """Return PEFT's rule for a list of names, or for one pattern that fits the whole path."""
    if isinstance(names, str):
        try:
            quiet = re2.Options()
            quiet.log_errors = False
            pattern = re2.compile(names, quiet)
        except re2.error as error:
            message = f"{option} is a pattern that cannot be read: {error}"
            raise refused("config_invalid", message) from error
        return lambda path: pattern.fullmatch(path) is not None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise refused("config_invalid", f"{option} must be a list of names or a pattern")
    exact, ends = set(names), tuple(f".{name}" for name in names)
    return lambda path: path in exact or path.endswith(ends)


def layer_number(path: str) -> int | None:
    """Return the number of the layer in which a module is: of `model.layers.3.mlp`, 3."""
    return next((int(part) for part in path.split(".") if part.isdecimal()), None)
