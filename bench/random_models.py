"""Models with the shapes of real ones and random weights: speed and memory are as of the real."""

from typing import Any

import bitsandbytes
import torch
from torch import nn
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen3Config

MODELS: dict[str, Any] = {
    "qwen3-8b": Qwen3Config(
        vocab_size=151_936,
        hidden_size=4096,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        intermediate_size=12_288,
        tie_word_embeddings=False,
    ),
    "llama-3.1-8b": LlamaConfig(
        vocab_size=128_256,
        hidden_size=4096,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        intermediate_size=14_336,
        max_position_embeddings=131_072,
    ),
    "tiny": LlamaConfig(
        vocab_size=512,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=128,
    ),
}


def make_model(name: str, device: str) -> Any:
    """Return a model with random weights; NF4 on a GPU."""
    torch.manual_seed(0)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    with torch.device(device):
        model: Any = AutoModelForCausalLM.from_config(
            MODELS[name], dtype=dtype, attn_implementation="sdpa"
        ).eval()
    if device == "cuda":
        for path, layer in list(model.model.named_modules()):
            if isinstance(layer, nn.Linear):
                parent, _, leaf = path.rpartition(".")
                setattr(model.model.get_submodule(parent), leaf, in_nf4(layer, device))
    return model


def in_nf4(layer: nn.Linear, device: str) -> nn.Module:
    """Return the same layer in NF4 with double quantization."""
    new: Any = bitsandbytes.nn.Linear4bit(
        layer.in_features,
        layer.out_features,
        bias=False,
        compute_dtype=torch.bfloat16,
        compress_statistics=True,
        quant_type="nf4",
        device="meta",
    )
    new.weight = bitsandbytes.nn.Params4bit(
        layer.weight.data, requires_grad=False, compress_statistics=True, quant_type="nf4"
    )
    moved: nn.Module = new.to(device)
    return moved
