"""What Discord does not let us or the member do, in words."""

import discord
from discord import app_commands

from bot.errors.describing import describe
from bot.errors.refusals import (
    FileTooLarge,
    MemberLacksRights,
    MissingRights,
    NotHere,
    NothingToRead,
    NotShown,
    NotYourMessage,
)
from bot.locales import Words
from bot.permissions import permission_name


@describe.register
def _(error: MissingRights, words: Words) -> str:
    names = ", ".join(permission_name(name, words) for name in error.names)
    return words("I lack permissions in this channel: {names}. Ask a moderator.", names=names)


@describe.register
def _(error: FileTooLarge, words: Words) -> str:
    return words(
        "The file has {size} MB, and at most {most} MB can be sent here. "
        "EPUB is the smallest form.",
        size=f"{error.size / 1e6:.1f}",
        most=f"{error.most / 1e6:.0f}",
    )


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
