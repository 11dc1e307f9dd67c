"""Make two adapters by PEFT: `python -m tests.protocol.peft_script MODEL_FOLDER FOLDER NAME NAME`.

Loud enough to change any text; the seed of each is its place.
"""

import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

RANK = 8
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def main(model: str, folder: str, *names: str) -> None:
    """Make one adapter for each name."""
    for seed, name in enumerate(names, start=1):
        torch.manual_seed(seed)
        base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
        config = LoraConfig(
            r=RANK, lora_alpha=RANK, target_modules=PROJECTIONS, task_type="CAUSAL_LM"
        )
        adapted = get_peft_model(base, config)
        with torch.no_grad():
            for path, weight in adapted.named_parameters():
                if "lora_" in path:  # PEFT starts B at zero, which changes nothing
                    weight.normal_(std=0.05)
        adapted.save_pretrained(Path(folder) / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
