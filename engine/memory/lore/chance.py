"""Chance that is none: drawn from the turn at the head and the entry, the same every time."""

from hashlib import blake2b


def draw(head: int, what: str) -> int:
    """Return a number of 64 bits that belongs to this head and `what`."""
    return int.from_bytes(blake2b(f"{head}:{what}".encode(), digest_size=8).digest())


def succeeds(head: int, entry_id: int, percent: int) -> bool:
    """Whether an entry's roll succeeds: never at 0 percent, always at 100."""
    return draw(head, f"roll:{entry_id}") % 10_000 < percent * 100
