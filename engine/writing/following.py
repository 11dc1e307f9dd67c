"""From an accepted turn to the draft that follows its writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.model.queue import Ticket
from engine.runtime import Engine, LiveDraft
from engine.storage import turns
from engine.story import Member, Story, Turn
from engine.writing.draft import Draft
from engine.writing.generation import Generation
from engine.writing.head import get_turn_and_story
from engine.writing.slot import Slot


@contextmanager
def reserve_place(
    engine: Engine, guild_id: int, channel_id: int, member: Member
) -> Iterator[Ticket]:
    """Take a place in the queue, for a draft that is begun in the block; give it back otherwise.

    Raises:
        QueueFull: too many turns wait.
    """
    ticket = engine.queue.reserve(member_id=member.id, channel_id=channel_id, guild_id=guild_id)
    try:
        yield ticket
    except BaseException:
        ticket.release()
        raise


def begin_draft(engine: Engine, story: Story, turn: Turn, slot: Slot) -> Draft:
    """Start the task that writes an accepted turn; the slot is left when it ends."""

    async def write(live: LiveDraft) -> Turn:
        return await Generation(engine, story, turn, slot, live).run()

    return Draft(story, turn, engine.drafts.begin(turn.id, write))


async def follow_turn(engine: Engine, *, guild_id: int, turn_id: int) -> Draft:
    """Follow a turn where it stands: live, to be resumed, or written.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    # A live draft is forgotten only after its row is written: who sees none, and then an
    # unwritten row, sees a turn that nobody writes.
    live = engine.drafts.find(turn_id)
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
    live = live or engine.drafts.find(turn_id)
    if live is not None or not turn.is_being_written:
        return Draft(story, turn, live)
    ticket = engine.queue.readmit(
        member_id=turn.author_id, channel_id=story.channel_id, guild_id=guild_id
    )
    return begin_draft(engine, story, turn, Slot(ticket))


async def find_turn_of(engine: Engine, *, guild_id: int, interaction_id: int) -> Turn | None:
    """Return the turn, or the first of several, that an interaction asked for."""
    async with engine.database.reading() as tx:
        return await turns.find_turn_by_interaction(
            tx, guild_id=guild_id, interaction_id=interaction_id
        )
