"""Where a story is written: the channel itself, a new thread of it, or a post of a forum."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

import discord
from discord.utils import escape_markdown

from bot.answers import channel_of, require_rights
from bot.buttons import Interaction
from bot.errors import MemberLacksRights, MissingRights, NotHere
from engine.errors import EngineError
from engine.safety.ratings import refuse_unfit
from engine.story import Rating

StoryChannel = discord.TextChannel | discord.Thread


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """A story's channel. A new forum post has its first message from the beginning."""

    channel: StoryChannel
    first_message: discord.Message | None = None

    async def post(self, text: str, view: discord.ui.View | None) -> discord.Message:
        """Post a card and return it; in a new forum post it is the first message."""
        if self.first_message is not None:
            return await self.first_message.edit(
                content=text, view=view, allowed_mentions=discord.AllowedMentions.none()
            )
        return await self.channel.send(
            text,
            view=view or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=True,
        )


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
) -> AsyncIterator[StoryPlace]:
    """Open the thread or post, if one is asked for; it is archived if the story is refused."""
    channel = channel_of(interaction)
    if forum is not None:
        post = await forum.create_thread(
            name=title,
            content=f"📖 **{escape_markdown(title)}**",
            allowed_mentions=discord.AllowedMentions.none(),
        )
        opened = StoryPlace(post.thread, post.message)
    elif place is Place.THREAD and isinstance(channel, discord.TextChannel):
        thread = await channel.create_thread(name=title, type=discord.ChannelType.public_thread)
        opened = StoryPlace(thread)
    else:
        yield StoryPlace(channel)
        return
    try:
        yield opened
    except EngineError:
        assert isinstance(opened.channel, discord.Thread)
        await opened.channel.edit(archived=True)  # to delete it would take one more permission
        raise
