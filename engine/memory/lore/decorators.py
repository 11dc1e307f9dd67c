"""The decorators of lorebook_v3: lines such as `@@depth 2` before an entry's text."""

from dataclasses import dataclass, replace
from typing import Any

from engine.story import LorePosition, LoreRole

MOST_NUMBER = 1_000_000
_POSITIONS = {
    "before_desc": LorePosition.BEFORE_CHARACTER,
    "after_desc": LorePosition.AFTER_CHARACTER,
    "personality": LorePosition.AFTER_CHARACTER,
    "scenario": LorePosition.AFTER_CHARACTER,
}
_SWITCHES = {
    "activate": "is_always_in",
    "dont_activate": "is_always_out",
    "keep_activate_after_match": "stays_in",
    "dont_activate_after_match": "stays_out",
    "ignore_on_max_context": "yields",
}
_NUMBERS = {
    "activate_only_after": "only_after",
    "activate_only_every": "only_every",
    "depth": "depth",
    "reverse_depth": "reverse_depth",
    "scan_depth": "scan_depth",
    "is_greeting": "greeting",
}


@dataclass(frozen=True, slots=True)
class Decorators:
    """What an entry's decorators say."""

    is_always_in: bool = False
    is_always_out: bool = False
    stays_in: bool = False  # once it was active
    stays_out: bool = False  # once it was active
    yields: bool = False  # is taken after all others
    only_after: int = 0  # turns of the model
    only_every: int = 0  # turns of the model
    depth: int | None = None
    reverse_depth: int | None = None  # after so many of the first turns
    scan_depth: int | None = None
    greeting: int | None = None
    role: LoreRole | None = None
    position: LorePosition | None = None
    additional_keys: tuple[tuple[str, ...], ...] = ()  # of each, one at least must be found
    exclude_keys: tuple[str, ...] = ()  # none may be found


NONE = Decorators()


def read_decorators(content: str) -> tuple[Decorators, str]:
    """Return the decorators before an entry's text, and the text.

    The first of a name counts. Unknown and invalid ones are passed over; then the `@@@` lines
    right after are tried, one after another, until one is known.
    """
    if not content.startswith("@@"):
        return NONE, content
    found: dict[str, Any] = {}
    lines = content.split("\n")
    at, needs_fallback = 0, False
    while at < len(lines) and lines[at].startswith("@@"):
        is_fallback = lines[at].startswith("@@@")
        if not is_fallback or needs_fallback:
            needs_fallback = not _take(lines[at].lstrip("@").strip(), found)
        at += 1
    return replace(NONE, **found), "\n".join(lines[at:])


def strip_decorators(content: str) -> str:
    """Return an entry's text without its decorators."""
    return read_decorators(content)[1]


def _take(line: str, found: dict[str, Any]) -> bool:
    """Note what one line says; whether it says something that is known."""
    name, _, value = line.partition(" ")
    value = value.strip()
    if name in _SWITCHES:
        found.setdefault(_SWITCHES[name], value.lower() != "false")
        return True
    if name in _NUMBERS:
        return _take_number(_NUMBERS[name], value, found)
    keys = tuple(filter(None, (key.strip() for key in value.split(","))))
    if name in {"additional_keys", "exclude_keys"} and keys:
        before = found.get(name, ())
        found[name] = (*before, keys) if name == "additional_keys" else (*before, *keys)
        return True
    if name == "role" and value in set(LoreRole):
        found.setdefault("role", LoreRole(value))
        return True
    if name == "position" and value in _POSITIONS:
        found.setdefault("position", _POSITIONS[value])
        return True
    return False


def _take_number(field: str, value: str, found: dict[str, Any]) -> bool:
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return False
    found.setdefault(field, min(int(value), MOST_NUMBER))
    return True
