"""What lore refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


class LorebookFault(StrEnum):
    """Why a file is not taken as a lorebook."""

    TOO_LARGE = "too large"  # more than `limit` bytes
    TOO_MANY_PARTS = "too many parts"  # more than `limit`
    TOO_DEEP = "too deep"  # lists within lists, more than `limit`
    NOT_JSON = "not JSON"
    KEY_TWICE = "key twice"  # `detail`
    NUMBER = "number"  # `detail` is none that every program reads
    NOT_A_LOREBOOK = "not a lorebook"  # JSON, or a card, that holds no entries
    CARD = "card"  # the card around the book is damaged


@dataclass
class LorebookRefused(Refused):
    """The file is not imported as a lorebook."""

    fault: LorebookFault
    detail: str = ""
    limit: int = 0


class LoreLimit(StrEnum):
    """What a server or an entry has as much of as it may."""

    ENTRIES = "entries"  # of a server
    CHARACTERS = "characters"  # of all entries of a server
    TEXT = "text"  # characters of one entry
    KEYS = "keys"  # of one entry, primary or secondary
    KEY = "key"  # characters of one key
    NAME = "name"  # characters


@dataclass
class LoreNotFound(Refused):
    """There is no such entry or book, or it is gone."""

    name: str | None = None  # as a member said it, "" when they named none


@dataclass
class LoreChanged(Refused):
    """Somebody else changed the entry while the member edited it."""


@dataclass
class LoreFull(Refused):
    """There is more lore, or more in one entry, than there may be."""

    limit: LoreLimit
    most: int


@dataclass
class LoreNeverFires(Refused):
    """An entry has no key and is not constant, so that it would never be used."""


@dataclass
class LoreSettingRefused(Refused):
    """A setting of an entry, or of a server's lore, is unknown or out of its bounds."""

    name: str
    given: str
    least: int = 0
    most: int = 0  # least and most 0: nobody knows the name
    choices: tuple[str, ...] = ()


@dataclass
class NoPlaceForLore(Refused):
    """The scope needs a place that is not here: a story, or a character."""

    scope: str
