"""Answers to interactions: acknowledged at once, refused in private, never left open."""

import io
from collections.abc import Sequence

import discord
import structlog

from bot.actions import Action
from bot.buttons import Interaction, row
from bot.errors import MissingRights, NotHere, NotShown, cause_of, word
from bot.locales import Words, words_for
from bot.outages import NOT_TAKEN
from engine.errors import NotOneSentence
from engine.story import Member

QUOTE_CHARACTERS = 1200  # a longer text is given back as a file

log = structlog.get_logger()


def words_of(interaction: Interaction) -> Words:
    """Return the words of the member's language."""
    return words_for(interaction.locale)


def member_of(interaction: Interaction) -> Member:
    """Return who acts. Moderators may manage messages or the server."""
    rights = interaction.permissions
    return Member(
        id=interaction.user.id,
        name=interaction.user.display_name,
        is_moderator=rights.manage_messages or rights.manage_guild,
        may_manage_server=rights.manage_guild,
    )


def guild_of(interaction: Interaction) -> int:
    """Return the server's id. Raise NotHere in a direct message."""
    if interaction.guild_id is None:
        raise NotHere
    return interaction.guild_id


def channel_of(interaction: Interaction) -> discord.TextChannel | discord.Thread:
    """Return the text channel or thread. Raise NotHere anywhere else."""
    if isinstance(interaction.channel, discord.TextChannel | discord.Thread):
        return interaction.channel
    raise NotHere


def require_rights(interaction: Interaction, *more: str) -> None:
    """Raise MissingRights, with their names, unless the bot may post in this channel.

    `more` are further permissions, as discord.Permissions spells them.
    """
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = ("view_channel", "send_messages_in_threads" if in_thread else "send_messages", *more)
    held = interaction.app_permissions
    if missing := tuple(name for name in needed if not getattr(held, name)):
        raise MissingRights(missing)


async def acknowledge(interaction: Interaction) -> None:
    """Answer within Discord's three seconds, without a word yet.

    A button's message stays as it is; a command or form shows its member that the bot works.
    What was accepted is shown also when this answer comes too late.
    """
    is_button = interaction.type is discord.InteractionType.component
    try:
        if is_button:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
    except NOT_TAKEN as error:
        log.warning("not_acknowledged", error=type(error).__name__)


async def close(interaction: Interaction, *, more_follows: bool = False) -> None:
    """Take away the answer that `acknowledge` gave: the result stands in the channel.

    Say so when `more_follows`: Discord takes nothing more after an answer that went without a word.
    """
    if interaction.type is discord.InteractionType.component:
        return
    try:
        if more_follows:
            await interaction.followup.send("✍️", ephemeral=True)
        await interaction.delete_original_response()
    except NOT_TAKEN as error:  # dismissed by the member, most likely
        log.info("answer_not_closed", error=type(error).__name__)


async def tell(
    interaction: Interaction,
    text: str,
    *,
    view: discord.ui.View | None = None,
    file: discord.File | None = None,
    files: Sequence[discord.File] = (),
) -> None:
    """Tell the member something in private, as the first answer or after it."""
    view_or_none = view or discord.utils.MISSING
    attached = [file] if file else list(files)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, view=view_or_none, files=attached)
    else:
        await interaction.response.send_message(
            text, ephemeral=True, view=view_or_none, files=attached
        )


async def replace(interaction: Interaction, text: str) -> None:
    """Put a text in place of the private message whose button was pressed, buttons and all."""
    await interaction.edit_original_response(
        content=text, view=None, allowed_mentions=discord.AllowedMentions.none()
    )


async def tell_file(interaction: Interaction, filename: str, text: str) -> None:
    """Hand the member a text file in private."""
    await tell(interaction, "", file=discord.File(io.BytesIO(text.encode()), filename))


async def report(interaction: Interaction, reported: Exception, typed: str = "") -> None:
    """Word an error for the member in private; give back a text that they typed.

    A bot that leaves cannot answer any more, and what it was about is no fault of it.
    """
    if interaction.client.is_closed():
        log.info("left_unanswered")
        return
    cause = cause_of(reported)
    words = words_of(interaction)
    text = word(cause, words)
    view, file = None, None
    held_turn_id: int | None = getattr(cause, "held_turn_id", None)
    if held_turn_id is not None:
        again = Action.HELD_EDIT if isinstance(cause, NotOneSentence) else Action.ADD
        view = row((again,), held_turn_id, words)
    if isinstance(cause, NotShown):
        typed = ""  # it is not lost: typed again, it would be in the story twice
    if typed and len(typed) <= QUOTE_CHARACTERS:
        text = "\n".join((text, words("Your text:"), f">>> {typed}"))
    elif typed:
        text = "\n".join((text, words("Your text is in the file.")))
        file = discord.File(io.BytesIO(typed.encode()), words("your-text") + ".md")
    try:
        await tell(interaction, text, view=view, file=file)
    except NOT_TAKEN as error:  # the answer's time is over; the log has it all
        log.warning("report_failed", error=type(error).__name__)


def is_age_restricted(interaction: Interaction) -> bool:
    """Whether the channel, or the parent of the thread, is for adults only."""
    return channel_of(interaction).is_nsfw()
