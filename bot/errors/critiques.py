"""Why a critique is refused, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.CritiqueTooLong, words: Words) -> str:
    return words(
        "The text has {characters} characters, and a critique reads up to {most}. "
        "Hand in a part of it.",
        characters=error.characters,
        most=error.most_characters,
    )


@describe.register
def _(error: errors.AuthorUnknown, words: Words) -> str:
    return words(
        "I cannot tell who wrote this message, so nobody can agree to a critique. "
        "Its author can hand it in with /critique text."
    )


@describe.register
def _(error: errors.NoSuchTurns, words: Words) -> str:
    return words(
        "The story has no written turn from {first} to {last}. Its newest is turn {turns}.",
        first=error.first,
        last=error.last,
        turns=error.turns,
    )


@describe.register
def _(error: errors.CritiqueNotFound, words: Words) -> str:
    return words("This critique is no longer there. Ask for a new one with /critique.")


@describe.register
def _(error: errors.NotYourCritique, words: Words) -> str:
    return words("Only who asked for this critique, and the authors of its text, can do this.")


@describe.register
def _(error: errors.NotTheAuthor, words: Words) -> str:
    return words("Only an author of the text can decide this.")


@describe.register
def _(error: errors.ConsentMissing, words: Words) -> str:
    return words(
        "{missing} of {authors} authors have not agreed yet. Nothing is read until all have.",
        missing=error.missing,
        authors=error.authors,
    )


@describe.register
def _(error: errors.CritiqueClosed, words: Words) -> str:
    if error.is_expired:
        return words("Nobody took this up for a week, so it is closed and the text is deleted.")
    return words("An author refused, so there is no critique, and the text is deleted.")


@describe.register
def _(error: errors.CritiqueBeingWritten, words: Words) -> str:
    return words("This critique is being written just now. Try again in a moment.")


@describe.register
def _(error: errors.CritiqueTextGone, words: Words) -> str:
    return words(
        "The text was kept for a day and is deleted. Hand it in again for another reading."
    )


@describe.register
def _(error: errors.SharingMissing, words: Words) -> str:
    return words(
        "Noted. The critique is shown to all once {missing} more authors press Share.",
        missing=error.missing,
    )
