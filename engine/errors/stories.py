"""What a story, its turns and its ballots refuse."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class NoOpenStory(Refused):
    """No story is open in this channel or thread."""

    channel_id: int
    ended_title: str = ""  # of the last one that ended here


@dataclass
class StoryAlreadyOpen(Refused):
    """The channel or thread has an open story."""

    channel_id: int
    title: str


@dataclass
class StoryEnded(Refused):
    """The story has ended: it can be read and exported, not changed."""

    title: str


@dataclass
class StoryMovedOn(Refused):
    """The head is another turn than the one that the member saw.

    `held_turn_id` names the row in which the member's text is kept, if there was a text.
    """

    head_turn_id: int | None
    held_turn_id: int | None = None


@dataclass
class NotYourTurn(Refused):
    """The model is writing turn `turn_id`; nobody can add to the story until it is done."""

    turn_id: int


class Right(StrEnum):
    """Who may do a thing that not everybody may."""

    STARTER = "starter"  # the story's starter or a moderator
    AUTHOR = "author"  # the turn's author (or who asked for it), the starter or a moderator
    WRITER = "writer"  # who wrote the line or posted it, or a moderator
    CREATOR = "creator"  # who made the character, or a moderator
    MODERATOR = "moderator"
    SERVER = "server"  # members with Manage Server
    LORE = "lore"  # who wrote the entry, who started its story, or a moderator
    PERSONA = "persona"  # the member whose own character it is


@dataclass
class NotAllowed(Refused):
    """The member is none of those who may."""

    needed: Right


class NothingToUndo(Refused):
    """The story is at its beginning."""


class NothingToRedo(Refused):
    """Nothing was undone since the last new turn."""


class NothingToRetry(Refused):
    """The newest turn was not written by the model."""


@dataclass
class BallotClosed(Refused):
    """The alternatives were decided already, or the story went on without them."""

    chosen_turn_id: int | None


@dataclass
class TurnNotFound(Refused):
    """No turn of this server has this id."""

    turn_id: int


@dataclass
class TextRefused(Refused):
    """The text is empty (0 characters) or longer than `most_characters`."""

    characters: int
    most_characters: int


@dataclass
class ContentRefused(Refused):
    """The story's rating is not allowed in this channel."""

    rating: str
