"""Attention over the paged cache on a CPU, one request at a time, reading whole pages.

What transformers does for every layer, token by token, is done here once for a step, page by
page: to find out which rows of the cache belong to whom.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

QUERIES_AT_ONCE = 32  # of one request; bounds what the scores take


@dataclass(frozen=True, slots=True)
class Span:
    """One request of a step: which queries, and where its keys begin among those gathered."""

    first: int
    end: int
    key_first: int
    keys: int

    @property
    def queries(self) -> int:
        """Return how many tokens of the request are computed."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Step:
    """The requests of one step of continuous batching, as every layer needs them."""

    allocator: Any
    written: Tensor  # [2 * tokens] rows of the cache that new keys and values take, in turns
    pages: Tensor | None  # of all requests one after the other; None: nothing was cached before
    spans: list[Span]

    def attend(self, layer: int, heads: Tensor, scale: float) -> Tensor:
        """Return [tokens, heads, width] for rotated queries, rotated keys and values, side by side.

        `heads` is [tokens, heads + 2 * key heads, width]. Keys and values are written to the
        cache first.
        """
        allocator = self.allocator
        shared, width = allocator.num_key_value_heads, allocator.head_dim
        heads = heads.to(allocator.cache_dtype)
        asked = heads.shape[1] - 2 * shared
        rows: Tensor = allocator._kv_token_views[layer][0]  # noqa: SLF001 - no public way to all rows
        new = heads[:, asked:].reshape(-1, shared, width)
        rows.index_copy_(0, self.written, new)
        if self.pages is None:
            key, value = heads[:, asked:-shared], heads[:, -shared:]
        else:
            key_pages, value_pages = allocator.get_cache_for_block_table(layer)
            key = key_pages.index_select(0, self.pages).view(-1, shared, width)
            value = value_pages.index_select(0, self.pages).view(-1, shared, width)
        key, value = key.transpose(0, 1)[None], value.transpose(0, 1)[None]
        query = heads[:, :asked].view(len(heads), shared, -1, width)
        parts = [
            attend_one(
                query[span.first : span.end],
                key.narrow(2, span.key_first, span.keys),
                value.narrow(2, span.key_first, span.keys),
                scale,
            )
            for span in self.spans
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts)


def plan(allocator: Any, kwargs: dict[str, Any]) -> Step:
    """Read the arguments of a step: those of transformers' PagedAttentionArgs."""
    query_ends = kwargs["cu_seq_lens_q"].tolist()
    key_ends = kwargs["cu_seq_lens_k"][allocator.layer_type].tolist()
    read, written = kwargs["read_index"][allocator.index], kwargs["write_index"][allocator.index]
    page_tokens = allocator.tokens_per_page
    cached = read.numel() > 0
    spans, pages, key_first = [], [], 0
    for i in range(len(query_ends) - 1):
        first, end, keys = query_ends[i], query_ends[i + 1], key_ends[i + 1] - key_ends[i]
        spans.append(Span(first, end, key_first if cached else first, keys))
        if cached:  # of each page the first row tells which page it is
            pages.append(read[key_ends[i] : key_ends[i + 1] : page_tokens])
            key_first += len(pages[-1]) * page_tokens
    rows = torch.cat(pages).div_(page_tokens, rounding_mode="floor") if pages else None
    both = torch.stack([written, written + page_tokens], 1).flatten()  # values: the page behind
    return Step(allocator, both, rows, spans)


def attend_one(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
    """Return [queries, heads, width] for one request; its queries are the last of its keys.

    Queries are [queries, key heads, heads that share a key, width], keys and values [1, key
    heads, keys, width]. The heads that share a key are computed like several queries of one
    head: keys are read once and never repeated in memory.
    """
    queries, shared, sharing, width = query.shape
    if queries == 1:
        output = scaled_dot_product_attention(query, key, value, scale=scale)
        return output.view(1, shared * sharing, width)
    parts = [
        attend_many(query[first : first + QUERIES_AT_ONCE], key, value, scale, queries - first)
        for first in range(0, queries, QUERIES_AT_ONCE)
    ]
    return torch.cat(parts)


def attend_many(query: Tensor, key: Tensor, value: Tensor, scale: float, later: int) -> Tensor:
    """Return the same where `later` of the request's tokens begin with the first query.

    Plain products in bf16 and a softmax that computes in fp32: three times as fast as the fused
    function of torch, which multiplies in fp32 blocks on a CPU.
    """
    queries, shared, sharing, width = query.shape
    keys = key.shape[2] - later + queries  # what comes after the last query is seen by none
    packed = torch.mul(query, scale).permute(1, 2, 0, 3).reshape(shared, sharing * queries, width)
    scores = torch.bmm(packed, key[0, :, :keys].transpose(1, 2))
    scores += causal_mask(queries, keys, sharing, query.dtype)
    output = torch.bmm(scores.softmax(-1), value[0, :, :keys])
    output = output.view(shared, sharing, queries, width)
    return output.permute(2, 0, 1, 3).reshape(queries, shared * sharing, width)


@lru_cache(maxsize=32)  # every layer of a step asks for the same
def causal_mask(queries: int, keys: int, repeats: int, dtype: torch.dtype) -> Tensor:
    """Return what the last `queries` of `keys` tokens may see, [repeats * queries, keys]."""
    hidden = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries).logical_not_()
    mask = torch.zeros(queries, keys, dtype=dtype).masked_fill_(hidden, -torch.inf)
    return mask.repeat(repeats, 1)
