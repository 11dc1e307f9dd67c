"""Where a story is written: the channel itself, a new thread of it, or a post of a forum."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

import discord

from bot.answers import channel_of, require_rights
from bot.buttons import Interaction
from bot.errors import MemberLacksRights, MissingRights, NotHere
from engine.errors import EngineError
from engine.safety.ratings import refuse_unfit
from engine.story import Rating

StoryChannel = discord.TextChannel | discord.Thread


class Place(StrEnum):
    """Where, seen from the channel of the command."""

    HERE = "here"
    THREAD = "thread"


def check_place(
    interaction: Interaction, place: Place, forum: discord.ForumChannel | None, rating: Rating
) -> None:
    """Refuse what Discord or the rating would forbid, before anything is opened.

    Raises:
        MissingRights: the bot lacks permissions there.
        MemberLacksRights: the member may not open threads or posts there.
        NotHere: a thread was asked for where there can be none.
        ContentRefused: the rating does not fit the place.
    """
    channel = channel_of(interaction)
    if forum is not None:
        _require(interaction, forum, ("view_channel", "send_messages", "send_messages_in_threads"))
    elif place is Place.THREAD:
        if not isinstance(channel, discord.TextChannel):
            raise NotHere
        _require(interaction, channel, ("create_public_threads", "send_messages_in_threads"))
    else:
        require_rights(interaction)
    refuse_unfit(rating, channel_is_age_restricted=(forum or channel).is_nsfw())


def _require(
    interaction: Interaction,
    channel: discord.TextChannel | discord.ForumChannel,
    names: tuple[str, ...],
) -> None:
    assert interaction.guild is not None
    assert isinstance(interaction.user, discord.Member)
    held = channel.permissions_for(interaction.guild.me)
    if missing := tuple(name for name in names if not getattr(held, name)):
        raise MissingRights(missing)
    held = channel.permissions_for(interaction.user)
    if missing := tuple(name for name in names if not getattr(held, name)):
        raise MemberLacksRights(missing)


@asynccontextmanager
async def open_place(
    interaction: Interaction, place: Place, forum: discord.ForumChannel | None, title: str
) -> AsyncIterator[StoryChannel]:
    """Open the thread or post, if one is asked for; it is archived if the story is refused."""
    channel = channel_of(interaction)
    if forum is not None:
        post = await forum.create_thread(
            name=title,
            content=f"# {discord.utils.escape_markdown(title)}",
            allowed_mentions=discord.AllowedMentions.none(),
        )
        opened = post.thread
    elif place is Place.THREAD and isinstance(channel, discord.TextChannel):
        opened = await channel.create_thread(name=title, type=discord.ChannelType.public_thread)
    else:
        yield channel
        return
    try:
        yield opened
    except EngineError:
        await opened.edit(archived=True)  # to delete it would take one more permission
        raise
