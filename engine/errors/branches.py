"""What branches, edits and credits refuse."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class BranchNotFound(Refused):
    """The story has no branch of this name."""

    name: str


@dataclass
class BranchNameTaken(Refused):
    """The story has a branch of this name."""

    name: str


class BranchFault(StrEnum):
    IN_USE = "in_use"  # it is the one that is written on
    THREAD = "thread"  # it lives in a thread of its own, or was called from one
    ARCHIVED = "archived"
    FULL = "full"  # the story has as many as it may


@dataclass
class BranchRefused(Refused):
    """The branch cannot be changed in this way."""

    name: str
    fault: BranchFault


@dataclass
class PassageNotFound(Refused):
    """The story, as it is told, has no turn of this number."""

    number: int


@dataclass
class PassageChanged(Refused):
    """Somebody else changed the turn while the member edited it."""

    number: int


class RevisionFault(StrEnum):
    SAME = "same"  # nothing would change
    NOT_FOUND = "not_found"  # the words with which the second passage would begin
    EMPTY = "empty"  # a passage would have no words
    LAST = "last"  # nothing comes after it
    SPEAKERS = "speakers"  # one of the two is a character's line
    LONG = "long"  # together they are longer than a turn may be
    VOTE = "vote"  # a vote about what comes next is open
    VEILED = "veiled"  # only one's own turns, while the story is written blind
    SENTENCE = "sentence"  # the rules ask for one sentence
    WITHIN = "within"  # a story cannot part between the halves of a turn


@dataclass
class RevisionRefused(Refused):
    """A turn cannot be changed in this way."""

    fault: RevisionFault


class NotTheModels(Refused):
    """The turn was not written by the model, so there is nothing to explain."""
