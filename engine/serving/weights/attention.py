"""Attention on a CPU, one request at a time.

The stock sdpa path of transformers' continuous batching computes every query of a step against
the keys of all requests and masks what does not belong together: with 16 requests, 16 times the
work. A GPU hides that; a CPU does not.
"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.generation.continuous_batching.cache import PagedAttentionCache
from transformers.integrations.sdpa_attention import sdpa_attention_forward

# What some models add to attention and only the stock function knows.
EXTRAS = ("softcap", "position_bias", "s_aux", "sliding_window")


def install() -> None:
    """Take the place of "sdpa"; continuous batching accepts no other name."""
    AttentionInterface.register("sdpa", attend)


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Return the attention [1, queries, heads, width] of the packed requests of one step."""
    cache: Any = kwargs.get("cache")
    if not is_plain(cache, kwargs):
        output: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **kwargs
        )
        return output
    key, value = cache.update(key, value, module.layer_idx, kwargs)
    query_ends = kwargs["cu_seq_lens_q"].tolist()
    key_ends = kwargs["cu_seq_lens_k"].tolist()
    parts = [
        attend_one(
            query[:, :, query_ends[i] : query_ends[i + 1]],
            key[:, :, key_ends[i] : key_ends[i + 1]],
            value[:, :, key_ends[i] : key_ends[i + 1]],
            kwargs.get("scaling"),
        )
        for i in range(len(query_ends) - 1)
    ]
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def is_plain(cache: Any, kwargs: dict[str, Any]) -> bool:
    """Tell whether this is a step of continuous batching with nothing but full attention."""
    return (
        isinstance(cache, PagedAttentionCache)
        and list(cache.cache_allocators) == ["full_attention"]
        and all(kwargs.get(extra) is None for extra in EXTRAS)
    )


def attend_one(query: Tensor, key: Tensor, value: Tensor, scale: float | None) -> Tensor:
    """Return [1, heads, queries, width]; the queries are the last tokens of the keys."""
    _, heads, queries, width = query.shape
    keys = key.shape[2]
    if queries == 1:  # the heads that share a key are like several queries of one head
        packed = query.reshape(1, key.shape[1], -1, width)
        output = scaled_dot_product_attention(packed, key, value, scale=scale)
        return output.reshape(1, heads, 1, width)
    whole = queries == keys
    return scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=None if whole else causal_mask(queries, keys),
        is_causal=whole,
        scale=scale,
        enable_gqa=True,
    )


@lru_cache(maxsize=16)  # every layer of a step asks for the same
def causal_mask(queries: int, keys: int) -> Tensor:
    """Return what the last `queries` of `keys` tokens may see, [queries, keys]."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)
