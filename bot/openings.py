"""The card that opens a story: its buttons are there until the first turn is."""

import discord
import structlog

from bot import cards
from bot.buttons import Interaction
from bot.outages import NOT_TAKEN
from bot.places import StoryPlace
from engine.runtime import Engine
from engine.story import OpeningCard, Story
from engine.writing import find_opening_card, record_opening_card

log = structlog.get_logger()


async def post_opening(interaction: Interaction, place: StoryPlace, story: Story) -> None:
    """Post the card, and keep which message it is."""
    message = await place.post(*cards.opening(story))
    opening = OpeningCard(story.id, message.channel.id, message.id)
    engine = interaction.client.engine
    await record_opening_card(engine, guild_id=story.guild_id, opening=opening)


async def show_opening(
    client: discord.Client, engine: Engine, story: Story, *, is_open: bool
) -> None:
    """Give the card its buttons, or take them; a story goes on without it."""
    card = await find_opening_card(engine, guild_id=story.guild_id, story_id=story.id)
    if card is None:
        return
    channel = client.get_partial_messageable(card.channel_id, guild_id=story.guild_id)
    _, view = cards.opening(story)
    try:
        await channel.get_partial_message(card.message_id).edit(view=view if is_open else None)
    except NOT_TAKEN as error:
        log.warning("opening_not_marked", story_id=story.id, error=type(error).__name__)
