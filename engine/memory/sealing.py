"""Blocks of old turns, and the summaries that stand for them where the window has no room.

A block is bound to the words of its turns as they are told: its digest is all that a summary
knows of it. Undo before the block's end, or an edit inside it, and no block of the path has this
digest any more: the summary is not used. Redo, and it is used again, as it was.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.story import Summary, Turn

# Bytes of UTF-8 in a block, about a thousand tokens. Between the two, the words of a turn decide
# whether it is the last one: so an edit that makes a turn longer moves the next few blocks only.
LEAST_BYTES, MOST_BYTES = 3072, 6144
FANOUT = 6  # blocks of one level that are one block of the next
MOST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """Turns `path[first:until]`, which a summary may stand for."""

    first: int
    until: int
    level: int
    digest: str
    children: tuple[str, ...] = ()  # digests of the blocks of the level below


@dataclass(frozen=True, slots=True)
class Seal:
    """A summary that is valid for a path: it was written from these very turns as they are told."""

    first: int  # place in the path of the first turn it covers, from 0
    until: int  # place after the last one
    level: int  # 1: of turns; n: of summaries of level n - 1
    text: str
    summary_id: int
    is_pinned: bool = False


def blocks_of(path: Sequence[Turn]) -> list[SealedBlock]:
    """Return the complete blocks of a path, level by level, each in the order of the story.

    A pure function of the told texts.
    """
    level: list[SealedBlock] = []
    first = size = 0
    for place, turn in enumerate(path):
        size += len(turn.told.encode())
        if size >= MOST_BYTES or (size >= LEAST_BYTES and _ends_a_block(turn)):
            texts = [each.told for each in path[first : place + 1]]
            level.append(SealedBlock(first, place + 1, 1, _digest(texts)))
            first, size = place + 1, 0
    found = list(level)
    for height in range(2, MOST_LEVEL + 1):
        groups = [level[at : at + FANOUT] for at in range(0, len(level) - FANOUT + 1, FANOUT)]
        level = [_joined(group, height) for group in groups]
        found += level
    return found


def _ends_a_block(turn: Turn) -> bool:
    return zlib.crc32(turn.told.encode()) % 3 == 0


def _joined(group: Sequence[SealedBlock], level: int) -> SealedBlock:
    digests = tuple(block.digest for block in group)
    return SealedBlock(group[0].first, group[-1].until, level, _digest([level, *digests]), digests)


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def seals_of(blocks: Sequence[SealedBlock], found: Mapping[str, Summary]) -> list[Seal]:
    """Return the blocks that have a summary with words."""
    return [
        Seal(block.first, block.until, block.level, summary.text, summary.id, summary.is_pinned)
        for block in blocks
        if (summary := found.get(block.digest)) is not None and summary.text
    ]


def cover(
    seals: Sequence[Seal], until: int, share_tokens: int, tokens_of: Callable[[Seal], int]
) -> list[Seal]:
    """Return the seals that stand for `path[:until]`, in the order of the story.

    None overlaps another or a turn from `until` on. As coarse as they come they are taken first,
    so that the whole past is told; then the newest are told in more detail, as long as they fit
    into `share_tokens`. What does not fit even so is left out, the oldest first, pinned ones last.
    """
    before = [seal for seal in seals if seal.until <= until]
    chosen = _coarsest(before)
    total = sum(map(tokens_of, chosen))
    at = len(chosen) - 1
    while at >= 0:
        seal = chosen[at]
        finer = _coarsest(
            [
                each
                for each in before
                if seal.first <= each.first and each.until <= seal.until and each.level < seal.level
            ]
        )
        is_whole = sum(each.until - each.first for each in finer) == seal.until - seal.first
        more = sum(map(tokens_of, finer)) - tokens_of(seal)
        if is_whole and total + more <= share_tokens:
            chosen[at : at + 1] = finer
            total += more
            at += len(finer)  # the newest of them may be told finer still
        at -= 1
    return _fitting(chosen, share_tokens, tokens_of)


def _coarsest(seals: Sequence[Seal]) -> list[Seal]:
    """Return seals side by side, from the first on the one that reaches furthest."""
    chosen: list[Seal] = []
    for seal in sorted(seals, key=lambda each: (each.first, -each.until, each.summary_id)):
        if not chosen or seal.first >= chosen[-1].until:
            chosen.append(seal)
    return chosen


def _fitting(
    chosen: Sequence[Seal], share_tokens: int, tokens_of: Callable[[Seal], int]
) -> list[Seal]:
    kept: list[Seal] = []
    for seal in sorted(chosen, key=lambda each: (not each.is_pinned, -each.until)):
        if tokens_of(seal) <= share_tokens:
            kept.append(seal)
            share_tokens -= tokens_of(seal)
    return sorted(kept, key=lambda each: each.first)
