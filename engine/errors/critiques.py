"""What a critique refuses."""

from dataclasses import dataclass

from engine.errors.tree import Refused


@dataclass
class CritiqueTooLong(Refused):
    """The text is longer than what is read in one critique."""

    characters: int
    most_characters: int


class AuthorUnknown(Refused):
    """Nobody can be asked for consent: who wrote the message cannot be told."""


@dataclass
class NoSuchTurns(Refused):
    """The story has no written turn between these two numbers; `turns` is its newest."""

    first: int
    last: int
    turns: int


class CritiqueNotFound(Refused):
    """The critique was deleted or erased, or never was."""


class NotYourCritique(Refused):
    """Only who asked for it, and the text's authors, may do this with a critique."""


class NotTheAuthor(Refused):
    """Only an author of the text may answer, or choose what becomes of it."""


@dataclass
class ConsentMissing(Refused):
    """`missing` of the text's `authors` have not agreed yet."""

    missing: int
    authors: int


@dataclass
class CritiqueClosed(Refused):
    """An author refused, or, with `is_expired`, nobody agreed in time."""

    is_expired: bool


class CritiqueBeingWritten(Refused):
    """The model is writing this critique just now."""


class CritiqueTextGone(Refused):
    """The text is not kept any longer."""


@dataclass
class SharingMissing(Refused):
    """`missing` other authors have not said yet that everybody may see the critique."""

    missing: int
