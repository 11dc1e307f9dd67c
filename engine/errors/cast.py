"""What characters, their cards and their lines refuse."""

from dataclasses import dataclass

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
