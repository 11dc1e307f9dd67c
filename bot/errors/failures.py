"""Why there is nothing just now, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import QueueScope


@describe.register
def _(error: errors.QueueFull, words: Words) -> str:
    match error.scope:
        case QueueScope.MEMBER:
            text = words("You have {waiting} turns waiting already. Try again when one is done.")
        case QueueScope.CHANNEL:
            text = words("{waiting} turns of this channel wait already. Try again in a moment.")
        case QueueScope.SERVER:
            text = words("{waiting} turns of this server wait already. Try again in a moment.")
        case QueueScope.ALL:
            text = words("The model has {waiting} turns waiting. Try again in a few minutes.")
    return text.format(waiting=error.waiting)


@describe.register
def _(error: errors.GenerationFailed, words: Words) -> str:
    return words("The model broke off. Please try again.")


@describe.register
def _(error: errors.ModelUnavailable, words: Words) -> str:
    return words("The model does not answer. Please try again in a minute.")


@describe.register
def _(error: errors.PromptRefused, words: Words) -> str:
    return words("The model refused this request. Tell the operator of this bot.")


@describe.register
def _(error: errors.Unsupported, words: Words) -> str:
    return words("The model server cannot do this. Tell the operator of this bot.")


@describe.register
def _(error: errors.StorageFailed, words: Words) -> str:
    return words("The story could not be stored. Please try again in a minute.")


@describe.register
def _(error: errors.ModelUnusable | errors.PresetsUnreadable, words: Words) -> str:
    return words("The model cannot be used. Tell the operator of this bot.")
