"""Why a work cannot be given, withdrawn or used, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import WorkFault, WorkRefused


@describe.register
def _(error: errors.WorkRefused, words: Words) -> str:
    return refused_work(error, words)


@describe.register
def _(error: errors.WorkNotFound, words: Words) -> str:
    return words(
        "There is no work #{number} here that you may see. /library mine lists yours.",
        number=error.work_id,
    )


@describe.register
def _(error: errors.WorkClosed, words: Words) -> str:
    return words(
        "Work #{number} is withdrawn, declined or given already, and this does not apply to it "
        "any more. See /library mine.",
        number=error.work_id,
    )


@describe.register
def _(error: errors.NotItsAuthor, words: Words) -> str:
    return words("Only those who wrote it decide about this work.")


@describe.register
def _(error: errors.ImportRefused, words: Words) -> str:
    return words(
        "The folder of works has faults, and nothing was taken in: {faults}",
        faults="; ".join(error.faults),
    )


def refused_work(error: WorkRefused, words: Words) -> str:
    """Say why a text is not taken in, and what helps."""
    match error.fault:
        case WorkFault.NO_TITLE:
            text = words("Give the work a title.")
        case WorkFault.TITLE_TOO_LONG:
            text = words("The title is too long: {limit} characters at most.")
        case WorkFault.EMPTY:
            text = words("There is no text in it.")
        case WorkFault.TOO_LONG:
            text = words("The text is too long: a work has {limit} characters at most.")
        case WorkFault.KNOWN:
            text = words("The library has this text already. See /library mine.")
        case WorkFault.FOR_ADULTS:
            text = words("The library takes nothing from age-restricted channels or stories.")
        case WorkFault.ERASED:
            text = words(
                "Somebody who wrote a part of this story had it erased, so it cannot be given."
            )
        case WorkFault.NOT_AN_AUTHOR:
            text = words("Only somebody who wrote a part of this story can give it.")
        case WorkFault.TOO_MANY_WAIT:
            text = words(
                "{limit} works of yours wait for answers. Answer or withdraw some first, "
                "in /library mine."
            )
    return text.format(limit=error.limit)
