"""Why branches, edits and credits refuse, in words."""

from discord.utils import escape_markdown

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import BranchFault, RevisionFault


@describe.register
def _(error: errors.BranchNotFound, words: Words) -> str:
    return words(
        "This story has no branch “{name}”. See /story branch list.",
        name=escape_markdown(error.name),
    )


@describe.register
def _(error: errors.BranchNameTaken, words: Words) -> str:
    return words(
        "This story has a branch “{name}” already. Choose another name.",
        name=escape_markdown(error.name),
    )


@describe.register
def _(error: errors.BranchRefused, words: Words) -> str:
    return {
        BranchFault.IN_USE: words(
            "The story is written on this branch now. To put it away, go to another one first: "
            "/story branch switch."
        ),
        BranchFault.THREAD: words(
            "This branch has a thread of its own: it is written on there, and only there."
        ),
        BranchFault.ARCHIVED: words(
            "This branch is put away. /story branch archive brings it back."
        ),
        BranchFault.FULL: words("This story has as many branches as it may."),
    }[error.fault]


@describe.register
def _(error: errors.PassageNotFound, words: Words) -> str:
    return words(
        "The story has no turn {number}. /story read shows its turns.", number=error.number
    )


@describe.register
def _(error: errors.PassageChanged, words: Words) -> str:
    return words(
        "Somebody else changed turn {number} while you edited it. Look at it, and edit it again.",
        number=error.number,
    )


@describe.register
def _(error: errors.RevisionRefused, words: Words) -> str:
    return {
        RevisionFault.SAME: words("Nothing is different."),
        RevisionFault.NOT_FOUND: words("These words are not in the turn, letter by letter."),
        RevisionFault.EMPTY: words("One of the two parts would be empty."),
        RevisionFault.LAST: words("No turn comes after this one."),
        RevisionFault.SPEAKERS: words("The two turns do not have the same speaker."),
        RevisionFault.LONG: words("Together they would be longer than a turn may be."),
        RevisionFault.VOTE: words("A vote is open. Change the turn when it is decided."),
        RevisionFault.VEILED: words(
            "This story is written blind: until it ends, everybody sees and changes only what "
            "they wrote themselves."
        ),
        RevisionFault.SENTENCE: words("In this story a turn is one sentence."),
        RevisionFault.WITHIN: words(
            "A story cannot part between the two halves of a turn that was split."
        ),
    }[error.fault]


@describe.register
def _(error: errors.NotTheModels, words: Words) -> str:
    return words("The model did not write this, so there is nothing to explain.")
