"""The one place where an error becomes words to a member.

A refusal says why and what to do next. A failure says that it is ours, with a short code that
stands in the log as well.
"""

from dataclasses import dataclass
from functools import singledispatch
from secrets import token_hex

import discord
import structlog
from discord import app_commands

from bot.locales import Words
from bot.permissions import permission_name
from bot.style_refusals import full_list, refused_ban, refused_value
from engine import errors
from engine.errors import Failed, QueueScope, Refused, Right

log = structlog.get_logger()


# --- refusals that only Discord knows -----------------------------------------------------------


@dataclass
class MissingRights(Refused):
    """The bot lacks permissions in the channel; `names` as discord.Permissions spells them."""

    names: tuple[str, ...]


@dataclass
class MemberLacksRights(Refused):
    """The member may not do there what the bot would do for them; `names` as above."""

    names: tuple[str, ...]


class NotYourMessage(Refused):
    """The message was written by somebody else."""


class NotHere(Refused):
    """Stories live in text channels, threads and forum posts of a server."""


class NothingToRead(Refused):
    """The story has no written turn yet."""


@dataclass
class NotShown(Failed):
    """The turn is in the story, but Discord did not take the message that shows it."""

    turn_number: int


# --- wording ------------------------------------------------------------------------------------


@singledispatch
def describe(error: Exception, words: Words) -> str:
    """Say in the member's language what went wrong and what to do next."""
    return words("Something went wrong on our side. Please try again.")


def cause_of(error: Exception) -> Exception:
    """Return what was raised inside a command, or what Discord's refusal means for us."""
    if isinstance(error, app_commands.CommandInvokeError):
        return cause_of(error.original)
    if isinstance(error, app_commands.BotMissingPermissions):
        return MissingRights(tuple(error.missing_permissions))
    if isinstance(error, app_commands.NoPrivateMessage):
        return NotHere()
    return error


def word(error: Exception, words: Words) -> str:
    """Word an error for a member, and log it: a failure with the code that the member sees."""
    if isinstance(error, Refused):
        log.info("refused", reason=type(error).__name__)
        return describe(error, words)
    code = words("(code {code})", code=log_failure(error))
    return f"{describe(error, words)} {code}"


def log_failure(error: Exception) -> str:
    """Log a failure or a bug under a new short code, and return the code."""
    code = token_hex(3).upper()
    log.error("failed", code=code, error=type(error).__name__, exc_info=error)
    return code


@describe.register
def _(error: errors.NoOpenStory, words: Words) -> str:
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
    return words(
        "“{title}” has ended. You can /story read and /story export it, "
        "or begin another with /story start.",
        title=error.title,
    )


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
    if error.needed is Right.SERVER:
        return words("Only members with Manage Server can do this. Ask one of them.")
    if error.needed is Right.STARTER:
        return words("Only the story's starter or a moderator can do this. Ask one of them.")
    return words(
        "Only the turn's author, the story's starter or a moderator can do this. Ask one of them."
    )


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


@describe.register
def _(error: errors.PresetUnknown, words: Words) -> str:
    return words("There is no preset “{preset}” any more. Open /style again.", preset=error.preset)


@describe.register
def _(error: errors.ValueRefused, words: Words) -> str:
    return refused_value(error, words)


@describe.register
def _(error: errors.BanRefused, words: Words) -> str:
    return refused_ban(error, words)


@describe.register
def _(error: errors.ListFull, words: Words) -> str:
    return full_list(error, words)


@describe.register
def _(error: errors.StyleChanged, words: Words) -> str:
    return words("Somebody else changed this while you edited. Open /style again and add yours.")


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


@describe.register
def _(error: MissingRights, words: Words) -> str:
    names = ", ".join(permission_name(name, words) for name in error.names)
    return words("I lack permissions in this channel: {names}. Ask a moderator.", names=names)


@describe.register
def _(error: NotShown, words: Words) -> str:
    return words(
        "Turn {number} is in the story, but Discord did not take the message. "
        "See it with /story read.",
        number=error.turn_number,
    )


@describe.register
def _(error: MemberLacksRights, words: Words) -> str:
    names = ", ".join(permission_name(name, words) for name in error.names)
    return words("You lack permissions there: {names}. Choose another place.", names=names)


@describe.register
def _(error: NotYourMessage, words: Words) -> str:
    return words("Only your own messages can be added. Ask its author to do it.")


@describe.register
def _(error: NotHere, words: Words) -> str:
    return words("Stories live in the text channels and threads of a server. Try it there.")


@describe.register
def _(error: NothingToRead, words: Words) -> str:
    return words("Nothing is written yet. Begin with /story write or /story continue.")


@describe.register
def _(
    error: app_commands.CommandNotFound | app_commands.CommandSignatureMismatch, words: Words
) -> str:
    return words("This command has changed. Reload Discord (Ctrl+R) and try again.")


@describe.register
def _(error: discord.Forbidden, words: Words) -> str:
    return words("Discord does not let me do this here. Ask a moderator to check my permissions.")
