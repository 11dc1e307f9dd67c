"""The card that opens a story: its buttons are there until the first turn is."""

import discord
import structlog

from bot import cards
from bot.outages import NOT_TAKEN
from engine.story import Story

SEARCHED_MESSAGES = 100  # of the channel, the newest: one request

log = structlog.get_logger()


async def show_opening(client: discord.Client, story: Story, *, is_open: bool) -> None:
    """Give the card its buttons, or take them, if it is found; a story goes on without it."""
    text, view = cards.opening(story)
    try:
        card = await _find(client, story, text)
        if card is not None:
            await card.edit(view=view if is_open else None)
    except NOT_TAKEN as error:
        log.warning("opening_not_marked", story_id=story.id, error=type(error).__name__)


async def _find(client: discord.Client, story: Story, text: str) -> discord.Message | None:
    assert client.user is not None
    channel = client.get_partial_messageable(story.channel_id, guild_id=story.guild_id)
    async for message in channel.history(limit=SEARCHED_MESSAGES):
        if message.author.id == client.user.id and message.content == text:
            return message
    return None
