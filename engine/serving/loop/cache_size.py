"""How large the KV cache shall be."""

import os
from typing import Any

from engine.settings import ServingSettings

MOST_CPU_TOKENS = 32_768
CPU_SHARE = 0.05  # of the machine's memory


def cache_blocks(model: Any, settings: ServingSettings, page_tokens: int) -> int | None:
    """Return the number of blocks of `page_tokens`; None lets transformers fill the GPU.

    On a CPU transformers would take 60 % of what is free, which belongs to others too.
    """
    if settings.cache_tokens is not None:
        return -(-settings.cache_tokens // page_tokens)
    if model.device.type != "cpu":
        return None
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    tokens = min(MOST_CPU_TOKENS, int(memory * CPU_SHARE / bytes_per_token(model)))
    return max(1, tokens // page_tokens)


def bytes_per_token(model: Any) -> int:
    """Return what keys and values of one token take in all layers."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * head_dim * model.dtype.itemsize)
