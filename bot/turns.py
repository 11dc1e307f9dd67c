"""What a member's action on a turn shows: the answer, the turn's messages, the marks on others."""

import asyncio

from bot import answers
from bot.answers import guild_of, is_age_restricted, member_of
from bot.buttons import Interaction
from bot.canon_notes import tell_doubts
from bot.locales import words_for
from bot.openings import show_opening
from engine.story import Story, Turn, TurnKind, TurnState
from engine.writing import Alternatives, Draft, get_turn, retry_turn
from engine.writing.branches import Switched
from engine.writing.revising import Revised
from engine.writing.telling import find_retold


async def show(interaction: Interaction, draft: Draft) -> Turn:
    """Acknowledge, and show a draft until it is posted; tell who asked what it may contradict."""
    await answers.acknowledge(interaction)
    turn = await interaction.client.replies.show(
        draft, when_visible=lambda: answers.close(interaction, more_follows=True)
    )
    await tell_doubts(interaction, turn)
    return turn


async def show_alternatives(interaction: Interaction, alternatives: Alternatives) -> None:
    """Acknowledge, and show all drafts side by side, in their order, until each is posted."""
    await answers.acknowledge(interaction)
    shown = []
    for draft in alternatives.drafts:
        if not draft.turn.is_being_written:
            continue  # of a vote: it stands there already
        visible = asyncio.Event()
        shown.append(asyncio.create_task(_show_and_tell(interaction, draft, visible)))
        await visible.wait()
    await answers.close(interaction)
    await asyncio.wait(shown)
    for task in shown:
        await task  # raises what went wrong in one of them, after the others are done


async def _show_and_tell(interaction: Interaction, draft: Draft, visible: asyncio.Event) -> None:
    async def tell() -> None:
        visible.set()

    try:
        await interaction.client.replies.show(draft, when_visible=tell)
    finally:
        visible.set()  # also when nothing could be shown


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
    """Acknowledge, and post a member's turn, once they know what it may contradict; say so if it
    is posted already.
    """
    await answers.acknowledge(interaction)
    if turn.state is TurnState.POSTED:
        words = answers.words_of(interaction)
        await answers.tell(interaction, words("This is turn {number} already.", number=turn.number))
        return
    story = await _story_of(interaction, turn)
    is_doubted = await tell_doubts(interaction, turn)
    await interaction.client.replies.post(story, turn)
    if not is_doubted:  # else the note stands in the answer's place
        await answers.close(interaction)


async def mark_undone(interaction: Interaction, turn: Turn) -> None:
    """Acknowledge, and mark the turn's messages as undone."""
    await answers.acknowledge(interaction)
    await _show_votes(interaction, turn)
    if turn.kind is TurnKind.REVISION:
        await retell(interaction, turn)
        words = answers.words_of(interaction)
        text = words("↩️ The change is undone. /story redo brings it back.")
        await answers.tell(interaction, text)
        return
    story = await _story_of(interaction, turn)
    words = words_for(story.language)
    note = words("↩️ Undone by {name}. /story redo brings it back.", name=interaction.user.mention)
    is_seen = await interaction.client.replies.annotate(story, turn, note)
    if story.head_turn_id is None:
        bot = interaction.client
        await show_opening(bot, bot.engine, story, is_open=True)
    await interaction.client.rounds.moved_on(story)
    if is_seen:
        await answers.close(interaction)
        return
    words = answers.words_of(interaction)
    text = words("↩️ Turn {number} is undone. /story redo brings it back.", number=turn.number)
    await answers.tell(interaction, text)


async def mark_redone(interaction: Interaction, turn: Turn) -> None:
    """Acknowledge, and give the turn's messages their buttons back."""
    await answers.acknowledge(interaction)
    await _show_votes(interaction, turn)
    if turn.kind is TurnKind.REVISION:
        await retell(interaction, turn)
        words = answers.words_of(interaction)
        await answers.tell(interaction, words("↪️ The change is back."))
        return
    story = await _story_of(interaction, turn)
    is_seen = await interaction.client.replies.annotate(story, turn)
    await interaction.client.tidying.before(turn)
    await interaction.client.rounds.moved_on(story)
    if is_seen:
        await answers.close(interaction)
        return
    words = answers.words_of(interaction)
    await answers.tell(interaction, words("↪️ Turn {number} is back.", number=turn.number))


async def show_revised(interaction: Interaction, revised: Revised) -> None:
    """Show the turns that were changed as they are told now, and tell the member so."""
    await answers.acknowledge(interaction)
    await _show_votes(interaction, revised.turn)
    await retell(interaction, revised.turn)
    words = answers.words_of(interaction)
    text = words("✅ The story tells it so now. /story undo takes the change back.")
    await answers.tell(interaction, text)


async def retell(interaction: Interaction, revision: Turn) -> None:
    """Show the turns that a revision changes as they are told now."""
    bot = interaction.client
    for turn in await find_retold(bot.engine, guild_id=revision.guild_id, turn_id=revision.id):
        story = await _story_of(interaction, turn)
        await bot.replies.retell(story, turn)


async def show_switched(interaction: Interaction, switched: Switched) -> None:
    """Show the turns that another branch tells in another way, and which is not the newest now."""
    bot = interaction.client
    for turn in switched.retold:
        await bot.replies.retell_by_id(turn.guild_id, turn.id)
    if switched.left is not None:
        await bot.tidying.turn(switched.story, switched.left)
        bot.tidying.after_move(switched.story, switched.left.id, switched.story.head_turn_id)


async def _show_votes(interaction: Interaction, turn: Turn) -> None:
    """Show, in the background, the votes before and after a turn that came or went."""
    story = await _story_of(interaction, turn)
    interaction.client.tidying.after_move(story, turn.parent_id, turn.id)


async def _story_of(interaction: Interaction, turn: Turn) -> Story:
    engine = interaction.client.engine
    story, _ = await get_turn(engine, guild_id=turn.guild_id, turn_id=turn.id)
    return story
