"""The last step of a model turn: its text, and the head when there is none."""

from dataclasses import replace

from engine.runtime import Engine
from engine.storage import branches, turns
from engine.storage.database import Transaction
from engine.storage.moves import list_moves
from engine.story import MoveKind, Outcome, Provenance, Turn
from engine.writing.head import move_story
from engine.writing.passing_over import pass_over_withdrawn


async def finish_turn(
    engine: Engine,
    turn: Turn,
    *,
    text: str,
    outcome: Outcome,
    provenance: Provenance | None = None,
) -> Turn:
    """Write a model turn's final text; without a word, the head goes back to where it came from.

    A turn that is written already is returned as it stands.
    """
    async with engine.database.writing() as tx:
        written = await turns.finish_writing(
            tx,
            guild_id=turn.guild_id,
            turn_id=turn.id,
            text=text,
            outcome=outcome,
            provenance=provenance,
        )
        if not written.text:
            await _withdraw(tx, written, engine.clock())
        return written


async def _withdraw(tx: Transaction, turn: Turn, now_ms: int) -> None:
    story = await branches.find_story_of_turn(tx, guild_id=turn.guild_id, turn=turn)
    if story is None or story.head_turn_id != turn.id:
        return  # an alternative that nobody chose
    moves = await list_moves(tx, guild_id=turn.guild_id, branch_id=story.branch_id)
    await move_story(
        tx,
        story,
        MoveKind.WITHDRAW,
        moves[-1].from_turn_id,  # the parent, or the turn that a retry would have replaced
        member_id=turn.author_id,
        interaction_id=None,
        now_ms=now_ms,
    )
    if moves[-1].kind is MoveKind.CONTINUE:  # not a retry: that one leaves the turn before it
        without = replace(story, head_turn_id=moves[-1].from_turn_id)
        await pass_over_withdrawn(tx, without, turn, now_ms)
