"""Which idle blocks of the cache are given up first when it is full.

In this order: what background work left behind; what a salt has beyond an even share of all idle
blocks; then the blocks of the channel (salt and user) that has been quiet for longest. So a channel
at work keeps its prefix, and no server can push out the others' by writing much.
"""

import time
from collections import Counter
from typing import Any, NamedTuple

from engine.serving.loop.row import Row

MOST_REMEMBERED = 10_000  # channels


class Owner(NamedTuple):
    """For whom a block was last of use."""

    salt: str
    user: str
    is_background: bool


class IdleBlocks:
    """Remembers for whom the blocks of one cache are, and frees the least useful."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache
        self._owners: dict[tuple[int, int], Owner] = {}  # by allocator and block
        self._last_at: dict[tuple[str, str], float] = {}  # by salt and user, the oldest first

    def note_activity(self, row: Row) -> None:
        """Note that the channel of a request is at work now."""
        channel = (row.cache_salt, row.user)
        self._last_at.pop(channel, None)
        self._last_at[channel] = time.monotonic()
        if len(self._last_at) > MOST_REMEMBERED:
            del self._last_at[next(iter(self._last_at))]

    def note_found(self, request_id: str, row: Row) -> None:
        """Note that the blocks at the beginning of a request were of use to it."""
        owner = Owner(row.cache_salt, row.user, row.is_background)
        for allocator in self._cache.cache_allocators.values():
            for block in allocator.block_table.get(request_id, ()):
                known = self._owners.get((allocator.index, block))
                if known is None or known.is_background or not row.is_background:
                    self._owners[allocator.index, block] = owner

    def filled(self, request_id: str) -> "set[tuple[int, int]]":
        """Return the full blocks of a request."""
        return {
            (allocator.index, block)
            for allocator in self._cache.cache_allocators.values()
            for block in allocator.block_table.get(request_id, ())
            if block in allocator.ledger.block_to_hash
        }

    def note_filled(self, blocks: "set[tuple[int, int]]", row: Row) -> None:
        """Note who filled blocks."""
        owner = Owner(row.cache_salt, row.user, row.is_background)
        self._owners.update(dict.fromkeys(blocks, owner))

    def free(self, *, until: float) -> bool:
        """Free idle blocks until this share of the cache is free; tell whether any was freed."""
        cache, freed = self._cache, False
        for allocator in cache.cache_allocators.values():
            if cache.compute_free_capacity() >= until:
                break
            ledger = allocator.ledger
            for block in self._by_use(allocator):
                del ledger.cached_blocks[block]
                ledger.hash_to_block.pop(ledger.block_to_hash.pop(block))
                self._owners.pop((allocator.index, block), None)
                cache.pool.free_blocks(allocator.index, [block])
                freed = True
                if cache.compute_free_capacity() >= until:
                    break
        cache.pool.try_to_free_sectors()
        return freed

    def _by_use(self, allocator: Any) -> list[int]:
        """Return the idle blocks, the least useful first.

        Those of one channel stay in the order of release, which is from the end of a prefix.
        """
        nobody = Owner("", "", is_background=True)
        blocks = [
            (block, self._owners.get((allocator.index, block), nobody))
            for block in allocator.ledger.cached_blocks
        ]
        blocks.sort(key=lambda pair: self._last_at.get(pair[1][:2], 0.0))  # keeps equal ones
        has = Counter(owner.salt for _, owner in blocks)
        share = len(blocks) / max(1, len(has))
        first: list[int] = []
        rest: list[int] = []
        for is_background in (True, False):
            for block, owner in blocks:
                if owner.is_background == is_background:
                    is_early = is_background or has[owner.salt] > share
                    (first if is_early else rest).append(block)
                    has[owner.salt] -= is_early
        return first + rest
