"""LoRA, AdaLoRA and prefix tuning by PEFT, and how their result reaches a model server.

Our server takes plain LoRA with one rank for all layers. AdaLoRA ends as that: its singular values
are multiplied into A, and what was pruned is zero. Prefix tuning has no such form.
"""

import json
from pathlib import Path
from typing import Any

import torch
from peft import AdaLoraConfig, LoraConfig, PeftConfig, PrefixTuningConfig, get_peft_model
from safetensors.torch import load_file, save

from engine.story.training import FaultCode, Method, TrainingFault, TrainingOrder
from engine.training.plan import Plan

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX_TOKENS = 16
WARM_UP_RANK_SHARE, FINAL_RANK_SHARE = 0.1, 0.3  # of the steps: before pruning, and after it
RANKNUM_EPSILON = 1e-5  # PEFT adds it to the rank by which AdaLoRA's product is divided


def fault_of_method(order: TrainingOrder) -> TrainingFault | None:
    """Tell why the method is refused, or None."""
    if not (order.method.is_served or order.is_for_another_server):
        return TrainingFault(FaultCode.METHOD_NOT_SERVED, {"method": str(order.method)})
    return None


def attach(model: Any, order: TrainingOrder, plan: Plan) -> Any:
    """Put a fresh adapter on the model; it is the same for the same seed."""
    torch.manual_seed(order.seed)
    return get_peft_model(model, config_for(order, plan))


def config_for(order: TrainingOrder, plan: Plan) -> PeftConfig:
    """Return PEFT's configuration of the method."""
    shared: dict[str, Any] = {"task_type": "CAUSAL_LM", "inference_mode": False}
    if order.method is Method.PREFIX:
        return PrefixTuningConfig(num_virtual_tokens=PREFIX_TOKENS, **shared)
    lora: dict[str, Any] = {
        "lora_alpha": 2 * order.rank,
        "lora_dropout": 0.05,
        "target_modules": TARGETS,
        **shared,
    }
    if order.method is Method.LORA:
        return LoraConfig(r=order.rank, **lora)
    return AdaLoraConfig(
        init_r=order.rank,
        target_r=max(1, order.rank // 2),
        tinit=max(1, round(WARM_UP_RANK_SHARE * plan.steps)),
        tfinal=max(1, round(FINAL_RANK_SHARE * plan.steps)),
        deltaT=max(1, plan.steps // 50),
        total_step=plan.steps,
        **lora,
    )


def exported(checkpoint: Path, method: Method, base_name: str) -> dict[str, bytes]:
    """Return the files of the adapter in a checkpoint, as a model server takes them."""
    config = json.loads((checkpoint / CONFIG).read_bytes())
    tensors = load_file(checkpoint / WEIGHTS)
    if method is Method.ADALORA:
        config, tensors = plain_lora(config, tensors)
    config["base_model_name_or_path"] = base_name
    config["inference_mode"] = True
    if config.get("target_modules"):  # a set, in another order in every process
        config["target_modules"] = sorted(config["target_modules"])
    return {
        CONFIG: (json.dumps(config, indent=2, sort_keys=True) + "\n").encode(),
        WEIGHTS: save({name: tensor.contiguous() for name, tensor in tensors.items()}),
    }


def plain_lora(
    config: dict[str, Any], tensors: dict[str, torch.Tensor]
) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Turn AdaLoRA's B E A alpha / (rank + epsilon) into LoRA's B A alpha / rank."""
    rank, alpha = int(config["init_r"]), int(config["lora_alpha"])
    correction = rank / (rank + RANKNUM_EPSILON)
    plain = {}
    for name, tensor in tensors.items():
        if name.endswith(".lora_A"):
            values = tensors[name.removesuffix("A") + "E"]
            plain[f"{name}.weight"] = tensor * values * correction
        elif name.endswith(".lora_B"):
            plain[f"{name}.weight"] = tensor
    config_of_lora: Any = LoraConfig(
        r=rank, lora_alpha=alpha, target_modules=config["target_modules"], task_type="CAUSAL_LM"
    )
    lora: dict[str, Any] = config_of_lora.to_dict()
    lora["target_modules"] = list(lora["target_modules"])
    return lora, plain
