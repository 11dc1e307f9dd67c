"""What the library of works refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


class WorkFault(StrEnum):
    """Why a work cannot be taken in."""

    NO_TITLE = "no title"
    TITLE_TOO_LONG = "title too long"  # than `limit` characters
    EMPTY = "empty"
    TOO_LONG = "too long"  # than `limit` characters
    KNOWN = "known"  # the library has this text
    FOR_ADULTS = "for adults"  # nothing is collected from age-restricted places
    ERASED = "erased"  # an author had their part of it erased
    NOT_AN_AUTHOR = "not an author"  # whoever gives it wrote no part of it
    TOO_MANY_WAIT = "too many wait"  # `limit` works of this member wait for an answer


@dataclass
class WorkRefused(Refused):
    """The work cannot be taken into the library."""

    fault: WorkFault
    limit: int = 0


@dataclass
class WorkNotFound(Refused):
    """The server's library has no such work, or not for this member."""

    work_id: int


@dataclass
class WorkClosed(Refused):
    """The work was declined or withdrawn: there is nothing left to answer or to read."""

    work_id: int


@dataclass
class NotItsAuthor(Refused):
    """Only an author of the work decides about it."""

    work_id: int


@dataclass
class ImportRefused(Refused):
    """A folder of works cannot be taken in; `faults` are lines of `file:line: what is wrong`."""

    faults: tuple[str, ...]
