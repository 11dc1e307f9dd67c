"""What readers' notes on a text are, and who may have them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CritiqueState(StrEnum):
    """How far a critique has come.

    WAITING: for the authors' consent; then READY, REFUSED or EXPIRED.
    READY -> WRITING -> WRITTEN; a critique whose writing broke off is READY again.
    DELETED: an author, or who asked for it, took it back.
    """

    WAITING = "waiting"
    READY = "ready"
    WRITING = "writing"
    WRITTEN = "written"
    REFUSED = "refused"
    EXPIRED = "expired"
    DELETED = "deleted"


class CritiqueSource(StrEnum):
    """Where the text came from."""

    TEXT = "text"  # pasted
    FILE = "file"
    MESSAGE = "message"
    STORY = "story"


class Dropped(StrEnum):
    """Why a note is not shown."""

    UNREADABLE = "unreadable"  # a whole reply was not in the form
    NOT_VERBATIM = "not verbatim"  # the quote does not stand in the text
    ECHO = "echo"  # it says again what was asked, or what it quotes
    EMPTY = "empty"  # it names nothing of this text: it would fit any
    NO_QUESTION = "no question"  # a note asks the author something
    REPEATED = "repeated"  # the same quote or the same wording a second time
    BEYOND = "beyond"  # more than are shown


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the text, verbatim, and where they stand: counted from 1, `start` from 0."""

    text: str
    start: int
    paragraph: int
    sentence: int  # of the paragraph


@dataclass(frozen=True, slots=True)
class Note:
    """One observation: what it is about, where, why it matters, and a question."""

    cause: str  # key of one of the lens's causes
    quote: Quote
    why: str
    question: str


@dataclass(frozen=True, slots=True)
class Praise:
    """Something that works, and why."""

    quote: Quote
    why: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What survived the checks, the weightiest first, and how many did not."""

    causes: tuple[str, ...] = ()  # root causes: keys, each with a note that supports it
    notes: tuple[Note, ...] = ()
    praise: tuple[Praise, ...] = ()
    passages: int = 1  # in which the text was read
    dropped: Mapping[Dropped, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing survived."""
        return not self.notes and not self.praise


@dataclass(frozen=True, slots=True)
class Critique:
    """One text, read through one lens, for one member."""

    id: int
    guild_id: int
    channel_id: int
    requester_id: int  # 0 once erased
    source: CritiqueSource
    lens: str
    language: str  # of the text: "en" or "zh-CN"
    text: str  # "" once it is not kept any longer
    text_hash: str  # SHA-256, hex
    state: CritiqueState
    notes: Notes | None  # set once written
    model: str  # "" until written, as `seed` is 0
    seed: int
    interaction_id: int
    created_ms: int
    changed_ms: int  # when the state changed last


class ConsentState(StrEnum):
    """What an author said."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CritiqueConsent:
    """One author of a criticised text."""

    critique_id: int
    author_id: int
    state: ConsentState
    may_share: bool  # the author wishes that everybody may see the critique
    changed_ms: int
