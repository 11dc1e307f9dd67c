"""Why a story cannot do what a member wished, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import Right


@describe.register
def _(error: errors.NoOpenStory, words: Words) -> str:
    if error.ended_title:
        return _ended(error.ended_title, words)
    return words("No story is open here. Start one with /story start.")


@describe.register
def _(error: errors.StoryAlreadyOpen, words: Words) -> str:
    return words(
        "“{title}” is open here already. Go on with it, end it with /story end, "
        "or start the new one in a thread.",
        title=error.title,
    )


@describe.register
def _(error: errors.StoryEnded, words: Words) -> str:
    return _ended(error.title, words)


@describe.register
def _(error: errors.StoryMovedOn, words: Words) -> str:
    if error.held_turn_id is not None:
        return words("The story moved on while you wrote. Your text is kept: add it now?")
    return words("The story has moved on. Use the buttons under its newest turn.")


@describe.register
def _(error: errors.NotYourTurn, words: Words) -> str:
    return words("The model is writing just now. Wait until it is done, or press Stop.")


@describe.register
def _(error: errors.NotAllowed, words: Words) -> str:
    return {
        Right.SERVER: words("Only members with Manage Server can do this. Ask one of them."),
        Right.STARTER: words(
            "Only the story's starter or a moderator can do this. Ask one of them."
        ),
        Right.WRITER: words(
            "Only who posted the line or a moderator can do this. Ask one of them."
        ),
        Right.CREATOR: words(
            "Only who made the character or a moderator can do this. Ask one of them."
        ),
        Right.MODERATOR: words("Only a moderator can do this. Ask one of them."),
        Right.LORE: words(
            "Only who wrote this lore, the story's starter or a moderator can do this. Ask one of "
            "them."
        ),
        Right.PERSONA: words("Only the member whose own character this is can do this."),
        Right.AUTHOR: words(
            "Only the turn's author, the story's starter or a moderator can do this. Ask one of "
            "them."
        ),
    }[error.needed]


@describe.register
def _(error: errors.NothingToUndo, words: Words) -> str:
    return words("There is nothing to undo: the story is at its beginning.")


@describe.register
def _(error: errors.NothingToRedo, words: Words) -> str:
    return words("There is nothing to redo: no turn was undone since the newest one.")


@describe.register
def _(error: errors.NothingToRetry, words: Words) -> str:
    return words("Only a turn that the model wrote can be retried. Use /story continue.")


@describe.register
def _(error: errors.BallotClosed, words: Words) -> str:
    return words("This choice is closed. Go on under the newest turn.")


@describe.register
def _(error: errors.TurnNotFound, words: Words) -> str:
    return words("This message belongs to no story any more. See /story status.")


@describe.register
def _(error: errors.TextRefused, words: Words) -> str:
    if error.characters == 0:
        return words("There is no text in it. Write some words and send it again.")
    return words(
        "The text has {characters} characters, and a turn can have {most}. Please shorten it.",
        characters=error.characters,
        most=error.most_characters,
    )


@describe.register
def _(error: errors.ContentRefused, words: Words) -> str:
    return words(
        "A story for adults needs an age-restricted channel. Choose another rating or channel."
    )


def _ended(title: str, words: Words) -> str:
    return words(
        "“{title}” has ended. You can /story read and /story export it, "
        "or begin another with /story start.",
        title=title,
    )
