"""What characters, their cards and their lines refuse."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class CharacterNotFound(Refused):
    """The server has no such character; `name` is what was asked for, if a name was."""

    name: str = ""


@dataclass
class NameTaken(Refused):
    """A live character of the server has this name."""

    name: str


@dataclass
class CastFull(Refused):
    """The server has as many characters as it may."""

    most: int


@dataclass
class CharacterRetired(Refused):
    """The character is retired: it is read and brought back, not changed and not played."""

    name: str


class CharacterChanged(Refused):
    """What the member edited is no longer what the character is."""


class DraftGone(Refused):
    """The draft of this button is forgotten, or somebody else's."""


class SceneMovedOn(Refused):
    """The scene went on since the draft was written; pressed again, it is posted all the same."""


class NoOwnWords(Refused):
    """In every draft, however often it was drawn, the character spoke for somebody else."""


class NotALine(Refused):
    """The message shows no character's line: nothing else is deleted by the menu."""


@dataclass
class FieldTooLong(Refused):
    """A field of a character has more characters than it may; `field` is one of Sheet's."""

    field: str
    characters: int
    most: int


@dataclass
class NothingToSay(Refused):
    """The character has no first line of this number; 0 is its first line, 1 the next."""

    name: str


class CardFault(StrEnum):
    """Why a file is not taken as a character card."""

    TOO_LARGE = "too large"  # more than `limit` bytes
    NOT_A_CARD_FILE = "not a card file"  # neither PNG nor JSON nor CHARX
    OTHER_PICTURE = "other picture"  # of the kind `detail`, which carries no card
    DAMAGED = "damaged"  # cut off, or its checksums are wrong
    NO_CARD = "no card"  # a PNG without the text that holds the card
    PICTURE_TOO_LARGE = "picture too large"  # more than `limit` pixels
    TEXT_TOO_LONG = "text too long"  # more than `limit` bytes of text
    TOO_MANY_PARTS = "too many parts"  # more than `limit`
    TOO_DEEP = "too deep"  # lists within lists, more than `limit`
    NOT_BASE64 = "not base64"
    NOT_JSON = "not JSON"
    KEY_TWICE = "key twice"  # `detail`
    NUMBER = "number"  # `detail` is none that every program reads
    NOT_A_CHARACTER = "not a character"  # JSON of something else, `detail`
    FIELD = "field"  # the field `detail` has no text in it
    NO_NAME = "no name"
    NO_ROOM = "no room"  # the server's cards have `limit` characters already


@dataclass
class CardRefused(Refused):
    """The file is not imported as a character."""

    fault: CardFault
    detail: str = ""
    limit: int = 0
