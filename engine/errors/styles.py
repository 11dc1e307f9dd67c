"""What a server's style refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class PresetUnknown(Refused):
    """The preset is not, or no longer, among those of this bot."""

    preset: str


@dataclass
class ValueRefused(Refused):
    """`given` does not fit the value `name`; without bounds, there is no value of that name.

    If `idle_without` is set, it does fit, and does nothing as long as that value is 0.
    """

    name: str
    given: str
    least: float | None = None
    most: float | None = None
    is_whole: bool = False
    idle_without: str = ""


class BanFault(StrEnum):
    """Why a line cannot be banned."""

    TOO_LONG = "too long"  # than `limit` characters
    INVISIBLE = "invisible"  # nothing of it can be seen
    PATTERN = "pattern"  # RE2 refuses it; `reason` is in its own words, in English
    TOO_MANY_PATTERNS = "too many patterns"  # more than `limit`; `line` is the last
    EVERYDAY = "everyday"  # hardly a sentence does without


@dataclass
class BanRefused(Refused):
    """The line cannot be banned."""

    line: str
    fault: BanFault
    limit: int = 0
    reason: str = ""


@dataclass
class ListFull(Refused):
    """The list would have `entries` entries or `characters` characters: more than it may."""

    entries: int
    most_entries: int
    characters: int
    most_characters: int


class StyleChanged(Refused):
    """What the member edited is no longer what the server has."""
