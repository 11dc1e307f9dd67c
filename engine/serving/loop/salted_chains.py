"""Chains of cached blocks that start from a salt: no server finds what another one wrote."""

import contextlib
import threading
from collections.abc import Iterator

from transformers.generation.continuous_batching.cache_allocators import cache_allocator

_stock_hash = cache_allocator.compute_block_hash
_loop = threading.local()  # a generation loop is a thread: two of them do not disturb each other


def _salted_hash(parent_hash: int | None, tokens: list[int]) -> int:
    if parent_hash is None:
        parent_hash = getattr(_loop, "chain_start", None)
    return _stock_hash(parent_hash, tokens)


# The one patched function: transformers calls it by this name and offers no other place.
cache_allocator.compute_block_hash = _salted_hash


@contextlib.contextmanager
def chains_start_at(start: int) -> Iterator[None]:
    """Let new chains of this thread begin with `start`."""
    _loop.chain_start = start
    try:
        yield
    finally:
        _loop.chain_start = None
