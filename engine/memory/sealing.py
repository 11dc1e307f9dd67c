"""Blocks of old turns, and the summaries that stand for them where the window has no room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seal:
    """A summary that is valid for a path: it was written from these very turns as they are told."""

    first: int  # place in the path of the first turn it covers, from 0
    until: int  # place after the last one
    level: int  # 1: of turns; n: of summaries of level n - 1
    text: str
    summary_id: int
    is_pinned: bool = False


def cover(
    seals: Sequence[Seal], until: int, share_tokens: int, tokens_of: Callable[[Seal], int]
) -> list[Seal]:
    """Return seals that lie wholly before `until` and do not overlap, in order of the path.

    The newest turns are told in most detail; together they take at most `share_tokens`.
    """
    chosen: list[Seal] = []
    before = until
    for seal in sorted(seals, key=lambda each: (-each.until, each.level)):
        if seal.until <= before and tokens_of(seal) <= share_tokens:
            chosen.append(seal)
            share_tokens -= tokens_of(seal)
            before = seal.first
    return chosen[::-1]
