"""Works of the library: whose they are, what may be done with them, and who agreed to what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Source(StrEnum):
    """Where a work's text comes from. It decides whether a voice may learn from it at all."""

    HANDED_IN = "handed in"  # to the operator, outside Discord
    PUBLIC_DOMAIN = "public domain"
    DISCORD = "discord"  # by a command, a form or a file there: needs Discord's permission


class Licence(StrEnum):
    """What the authors allow to be done with a work."""

    LEARN = "learn"  # the server's voice may learn from it, nobody else reads it
    LEARN_AND_READ = "learn-and-read"  # likewise, and members of the server may read it
    CC0 = "cc0-1.0"
    CC_BY = "cc-by-4.0"
    CC_BY_SA = "cc-by-sa-4.0"
    CC_BY_ND = "cc-by-nd-4.0"
    PUBLIC_DOMAIN = "public-domain"

    @property
    def allows_learning(self) -> bool:
        """Whether an adapter may be made from it: a changed work, to be careful."""
        return self is not Licence.CC_BY_ND

    @property
    def allows_reading(self) -> bool:
        """Whether members of the server may be shown the text."""
        return self is not Licence.LEARN

    @property
    def is_free_of_rights(self) -> bool:
        """Whether nobody has to be asked."""
        return self in {Licence.CC0, Licence.PUBLIC_DOMAIN}


class WorkState(StrEnum):
    """How far a work is.

    WAITING -> GIVEN -> WITHDRAWN; WAITING -> DECLINED or WITHDRAWN. The last two are final.
    """

    WAITING = "waiting"  # for an answer of every author
    GIVEN = "given"
    DECLINED = "declined"  # an author said no
    WITHDRAWN = "withdrawn"


class Purpose(StrEnum):
    """What an author agrees to. One never implies the other."""

    TRAINING = "training"  # the server's voice may learn from the work
    LISTING = "listing"  # members see its title and the author's name


class Way(StrEnum):
    """By what way a consent was given or withdrawn."""

    BUTTON = "button"  # on Discord
    OPERATOR = "operator"  # on the operator's command line, after what was agreed elsewhere
    REPLACED = "replaced"  # withdrawn: the author gave a newer version
    ERASED = "erased"  # withdrawn: the author had everything of theirs erased
    CLOSED = "closed"  # ended: the work was closed, by another author or by time


@dataclass(frozen=True, slots=True)
class WorkAuthor:
    """One of the people who wrote a work."""

    id: int
    work_id: int
    member_id: int | None  # None: known by name only; 0 once erased
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """A text in the library of a server, without the text. It is never changed, but erased."""

    id: int
    guild_id: int
    title: str
    source: Source
    licence: Licence
    language: str  # "en" or "zh-CN"
    text_hash: str  # SHA-256 of the text, hex; stays when the text is erased
    characters: int  # of the text; 0 once it is erased
    story_id: int | None  # the story that it was taken from
    giver_id: int  # the member who gave it; 0: the operator, or erased
    state: WorkState
    consent_version: int  # of the consent text that its authors are shown
    evidence: str  # the operator's record of where it comes from
    created_ms: int
    closed_ms: int | None  # since when it is declined or withdrawn
    authors: tuple[WorkAuthor, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What one author agreed to, in which words, for exactly one text."""

    id: int
    work_id: int
    author_id: int  # WorkAuthor.id
    purpose: Purpose
    text_hash: str  # of the work's text that the author agreed to
    version: int  # of the consent text
    language: str  # in which the author read it
    wording_hash: str  # SHA-256 of the consent text as it was shown, hex
    way: Way
    evidence: str  # the operator's reference to what was agreed outside Discord
    given_ms: int
    withdrawn_ms: int | None
    withdrawn_way: Way | None

    def covers(self, work: Work, purpose: Purpose = Purpose.TRAINING) -> bool:
        """Whether it holds now, for this purpose and the work's present text."""
        return (
            self.withdrawn_ms is None
            and self.purpose is purpose
            and self.work_id == work.id
            and self.text_hash == work.text_hash
        )


@dataclass(frozen=True, slots=True)
class Permission:
    """Discord's permission to train on what came through it, as the operator recorded it."""

    by: str  # who recorded it
    day: date
    reference: str  # its reference, or its words
