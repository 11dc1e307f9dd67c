"""How many tokens of each prompt a step reads."""

from collections.abc import Sequence
from typing import Any

PAGE_TOKENS = 16  # only full pages are cached; of 256, the default, few prompts fill any
BESIDE = 4  # the part of a step that is for prompts, beside replies


def pieces(ranks: Sequence[list[Any]], room: int, *, beside_writers: bool) -> dict[str, int]:
    """Share the prompt tokens of a step among those that have prompts left to read, by request id.

    Beside replies that are being written only every `BESIDE`th part of a step is for prompts, or
    a long one would hold them up. A rank takes what the ones before it leave.
    """
    if beside_writers:
        room = max(PAGE_TOKENS, room // BESIDE)
    granted: dict[str, int] = {}
    for rank in ranks:
        left = room - sum(granted.values())
        if not granted or left >= PAGE_TOKENS:
            granted |= shares(rank, left)
    return granted


def shares(reading: list[Any], room: int) -> dict[str, int]:
    """Share so many tokens among equals.

    Short prompts take what they need, the rest is shared evenly in whole pages; who gets none
    this time stands first the next.
    """
    reading = reading[: max(1, room // PAGE_TOKENS)]
    granted: dict[str, int] = {}
    left = len(reading)
    for state in sorted(reading, key=lambda state: len(state.remaining_prefill_tokens)):
        share = max(PAGE_TOKENS, room // left // PAGE_TOKENS * PAGE_TOKENS)
        granted[state.request_id] = min(share, len(state.remaining_prefill_tokens))
        room -= granted[state.request_id]
        left -= 1
    return granted
