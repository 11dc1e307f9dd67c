"""The order of requests and the fate of cached blocks.

Three changes to the stock scheduler of transformers' continuous batching:
- a full cache gives up its oldest idle blocks, not all of them, and a prefix from its end;
- chains of blocks start from a salt, so that no server finds what another one wrote;
- a request that was pushed out comes back even if the running ones were all cancelled.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from transformers.generation.continuous_batching.cache_allocators import cache_allocator
from transformers.generation.continuous_batching.requests import RequestStatus
from transformers.generation.continuous_batching.scheduler import SCHEDULER_MAPPING, FIFOScheduler

from engine.serving.row import Row

NAME = "oldest_first"
PAGE_TOKENS = 16  # only full pages are cached; of 256, the default, few prompts fill any

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


class OldestFirst(FIFOScheduler):
    """First in, first out; idle cached blocks leave in the order in which they were released."""

    def __init__(self, cache: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(cache, *args, **kwargs)
        self.last_step_at = time.monotonic()
        # The rows of the step under way with the number of tokens of each, in packing order.
        self.step: list[tuple[Row, int]] = []
        self._mark, self._free = cache.mark_complete_blocks, cache.free_blocks
        cache.mark_complete_blocks = self.mark_complete_blocks
        cache.free_blocks = self.free_blocks
        cache.evict_cached_blocks = self.evict_cached_blocks

    def schedule_batch(self, token_budget: int, cache_budget: int) -> Any:
        """Choose the requests of the next step."""
        self.last_step_at = time.monotonic()
        if not self.active_requests:
            # Set when requests are pushed out and cleared only when one finishes: if those that
            # stayed are cancelled instead, nothing would ever be admitted again.
            self.block_new_requests = False
        chosen = super().schedule_batch(token_budget, cache_budget)
        self.step = [(row_of(future.state), future.query_length) for future in chosen[0] or ()]
        return chosen

    def mark_complete_blocks(self, state: Any, blocks: dict[str, int]) -> None:
        """File the blocks that a step filled under the request's salt."""
        with chains_start_at(row_of(state).chain_start()):
            self._mark(state, blocks)

    def free_blocks(self, request_id: str, no_cache: bool = False) -> None:  # noqa: FBT001, FBT002
        """Release blocks from the end, so that the beginning of a prefix is the last to go."""
        for allocator in self.cache.cache_allocators.values():
            allocator.block_table.get(request_id, []).reverse()
        self._free(request_id, no_cache)

    def _infer_request_tokens(self, state: Any, removed: set[str]) -> list[int]:
        """Look for a cached prefix under the request's salt."""
        row = row_of(state)
        is_new = state.status == RequestStatus.PENDING and not state._true_initial_tokens  # noqa: SLF001
        with chains_start_at(row.chain_start()):
            tokens: list[int] = super()._infer_request_tokens(state, removed)
        if is_new:
            row.cached_tokens = state.position_offset
        return tokens

    def _try_to_meet_safety_margin(self) -> bool:
        """Free idle blocks until the margin is met."""
        self.cache.pool.try_to_free_sectors()
        self.free_oldest(until=self.safety_margin)
        return bool(self.cache.compute_free_capacity() >= self.safety_margin)

    def evict_cached_blocks(self) -> bool:
        """Free as many idle blocks as one step can need; called when a step found no room."""
        cache = self.cache
        blocks = cache.max_batch_tokens // PAGE_TOKENS + self.max_requests_per_batch
        return self.free_oldest(until=cache.compute_free_capacity() + blocks / cache.num_blocks)

    def free_oldest(self, *, until: float) -> bool:
        """Free idle blocks, oldest first, until this share of the cache is free."""
        cache, freed = self.cache, False
        for allocator in cache.cache_allocators.values():
            ledger = allocator.ledger
            while ledger.cached_blocks and cache.compute_free_capacity() < until:
                block = next(iter(ledger.cached_blocks))  # a dict in the order of release
                del ledger.cached_blocks[block]
                ledger.hash_to_block.pop(ledger.block_to_hash.pop(block))
                cache.pool.free_blocks(allocator.index, [block])
                freed = True
        cache.pool.try_to_free_sectors()
        return freed


def row_of(state: Any) -> Row:
    """Return our record of a request."""
    row: Row = state.logit_processor_kwargs["row"]
    return row


SCHEDULER_MAPPING[NAME] = OldestFirst
