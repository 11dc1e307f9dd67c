"""What a member's action on a turn shows: the answer, the turn's messages, the marks on others."""

import asyncio

from discord.utils import escape_markdown

from bot import answers
from bot.answers import guild_of, is_age_restricted, member_of
from bot.buttons import Interaction
from bot.locales import words_for
from engine.story import Story, Turn
from engine.writing import Alternatives, Draft, get_turn, retry_turn


async def show(interaction: Interaction, draft: Draft) -> Turn:
    """Acknowledge, and show a draft until it is posted."""
    await answers.acknowledge(interaction)
    return await interaction.client.replies.show(
        draft, when_visible=lambda: answers.close(interaction)
    )


async def show_alternatives(interaction: Interaction, alternatives: Alternatives) -> None:
    """Acknowledge, and show all drafts side by side until each is posted."""
    await answers.acknowledge(interaction)
    replies = interaction.client.replies
    async with asyncio.TaskGroup() as group:
        for draft in alternatives.drafts:
            group.create_task(replies.show(draft))
        await answers.close(interaction)


async def retry(interaction: Interaction, turn_id: int) -> None:
    """Replace a turn by a new attempt, and mark the old one once the new one has words."""
    answers.require_rights(interaction)
    engine = interaction.client.engine
    async with retry_turn(
        engine,
        guild_id=guild_of(interaction),
        turn_id=turn_id,
        member=member_of(interaction),
        channel_is_age_restricted=is_age_restricted(interaction),
        interaction_id=interaction.id,
    ) as draft:
        turn = await show(interaction, draft)
    if turn.text:
        story, old = await get_turn(engine, guild_id=turn.guild_id, turn_id=turn_id)
        words = words_for(story.language)
        note = words("🔁 Replaced by a new attempt.")
        await interaction.client.replies.annotate(story, old, note)


async def post(interaction: Interaction, turn: Turn) -> None:
    """Acknowledge, and post a member's turn."""
    await answers.acknowledge(interaction)
    story = await _story_of(interaction, turn)
    await interaction.client.replies.post(story, turn)
    await answers.close(interaction)


async def mark_undone(interaction: Interaction, turn: Turn) -> None:
    """Acknowledge, and mark the turn's messages as undone."""
    await answers.acknowledge(interaction)
    story = await _story_of(interaction, turn)
    words = words_for(story.language)
    name = escape_markdown(member_of(interaction).name)
    note = words("↩️ Undone by {name}. /story redo brings it back.", name=name)
    await interaction.client.replies.annotate(story, turn, note)
    await answers.close(interaction)


async def mark_redone(interaction: Interaction, turn: Turn) -> None:
    """Acknowledge, and give the turn's messages their buttons back."""
    await answers.acknowledge(interaction)
    story = await _story_of(interaction, turn)
    await interaction.client.replies.annotate(story, turn)
    await answers.close(interaction)


async def _story_of(interaction: Interaction, turn: Turn) -> Story:
    engine = interaction.client.engine
    story, _ = await get_turn(engine, guild_id=turn.guild_id, turn_id=turn.id)
    return story
