"""Blocks of old turns, and the summaries that stand for them where the window has no room."""

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
