"""What can go wrong, as a tree.

EngineError
├── Refused              the member is told why; not logged as a fault
│   ├── NoOpenStory          no story is open in this channel
│   ├── StoryAlreadyOpen     one story a channel, and this channel has one
│   ├── StoryEnded           the story of this button has ended
│   ├── StoryMovedOn         the head is no longer the turn that the member acted on
│   ├── NotYourTurn          the model is writing, or the turn is somebody else's
│   ├── NotAllowed           only who the right belongs to may do this
│   ├── NothingToUndo        the story is at its beginning
│   ├── NothingToRedo        nothing was undone since the last new turn
│   ├── NothingToRetry       the newest turn was not written by the model
│   ├── BallotClosed         the alternatives were decided already
│   ├── TurnNotFound         the message belongs to no turn of this server
│   ├── TextRefused          empty, or longer than a turn may be
│   ├── ContentRefused       the rating does not fit the channel
│   ├── PresetUnknown        there is no such preset (any more)
│   ├── ValueRefused         a server's own value is unknown, no number, out of bounds, or idle
│   ├── BanRefused           a phrase or pattern cannot be banned
│   ├── ListFull             a server's list is as long as it may be
│   ├── StyleChanged         somebody else changed the style while the member edited it
│   └── QueueFull            too many turns wait already
└── Failed               our fault: logged with a short code, which the member sees
    ├── GenerationFailed     the model server broke this request
    ├── ModelUnavailable     the model server does not answer or is not ready
    ├── PromptRefused        the model server refused the request as wrong
    ├── Unsupported          the model server cannot do what the request stands or falls with
    ├── StorageFailed        the database cannot be opened or written
    ├── PresetsUnreadable    a file of presets is not one
    └── ModelUnusable        the model cannot be found, is damaged or does not fit

Errors carry facts in fields. All wording is in `bot/errors.py`.
"""

from dataclasses import dataclass
from enum import StrEnum


class EngineError(Exception):
    """The root: anything the engine raises on purpose."""


class Refused(EngineError):
    """The request cannot be granted, and the member can be told why."""


class Failed(EngineError):
    """The request was good and we could not serve it."""


# --- refusals ---------------------------------------------------------------------------------


@dataclass
class NoOpenStory(Refused):
    """No story is open in this channel or thread."""

    channel_id: int


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
    SERVER = "server"  # members with Manage Server


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


class QueueScope(StrEnum):
    """Whose share of the queue is used up."""

    MEMBER = "member"
    CHANNEL = "channel"
    SERVER = "server"
    ALL = "all"


@dataclass
class QueueFull(Refused):
    """`waiting` turns of this scope wait or are being written; no more are taken."""

    scope: QueueScope
    waiting: int


# --- failures ---------------------------------------------------------------------------------


@dataclass
class GenerationFailed(Failed):
    """The model server accepted the request and then reported an error."""

    reason: str


@dataclass
class ModelUnavailable(Failed):
    """The model server cannot be reached, is not ready, or stopped sending."""

    reason: str


@dataclass
class PromptRefused(Failed):
    """The model server refused the request (HTTP 4xx other than 429)."""

    status: int
    reason: str


@dataclass
class Unsupported(Failed):
    """The model server of this `dialect` lacks `what`, and the request cannot do without it."""

    what: str
    dialect: str


@dataclass
class StorageFailed(Failed):
    """The database cannot be opened, migrated or written."""

    reason: str


@dataclass
class PresetsUnreadable(Failed):
    """A file or folder of presets cannot be used."""

    file: str
    reason: str


@dataclass
class ModelUnusable(Failed):
    """The model cannot be found, its files are damaged, or it does not fit the device."""

    reason: str
