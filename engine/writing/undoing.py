"""Undo and redo: the head moves, nothing is deleted."""

from dataclasses import dataclass, replace

from engine.errors import NothingToRedo, NothingToUndo
from engine.runtime import Engine
from engine.storage import turns
from engine.storage.database import Transaction
from engine.storage.moves import find_move_by_interaction, list_moves
from engine.storage.revisions import find_revision
from engine.story import Member, MoveKind, Turn, redo_target
from engine.writing.head import (
    UNSET,
    ExpectedHead,
    get_free_head,
    get_open_story,
    get_turn_and_story,
    move_story,
)
from engine.writing.passing_over import pass_over_undone
from engine.writing.rights import require_author


@dataclass(frozen=True, slots=True)
class Undone:
    """The turn that left the story, and the head that is left: None at the beginning."""

    turn: Turn
    head: Turn | None


async def undo(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    expected_head_id: ExpectedHead = UNSET,
    interaction_id: int,
) -> Undone:
    """Take the newest turn out of the story; the same interaction again undoes nothing more.

    Raises:
        NoOpenStory: the channel has no open story.
        NothingToUndo: the story is at its beginning.
        NotYourTurn: the model is writing; it can be stopped.
        StoryMovedOn: the head is not the expected one.
        NotAllowed: the turn is somebody else's.
    """
    async with engine.database.writing() as tx:
        known = await find_move_by_interaction(tx, guild_id=guild_id, interaction_id=interaction_id)
        if known is not None and known.from_turn_id is not None:
            turn, _ = await get_turn_and_story(tx, guild_id=guild_id, turn_id=known.from_turn_id)
            return Undone(turn, await _find_parent(tx, turn))
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        head = await get_free_head(tx, story, expected_head_id)
        if head is None:
            raise NothingToUndo
        if not await _is_own_text_revised(tx, head, member):
            require_author(story, head, member)
        await move_story(
            tx,
            story,
            MoveKind.UNDO,
            head.parent_id,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        without = replace(story, head_turn_id=head.parent_id)
        await pass_over_undone(tx, without, head, engine.clock())
        return Undone(head, await _find_parent(tx, head))


async def redo(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    expected_head_id: ExpectedHead = UNSET,
    interaction_id: int,
) -> Turn:
    """Bring back the turn that was undone last and return it.

    Raises:
        NoOpenStory: the channel has no open story.
        NothingToRedo: nothing was undone since the last new turn.
        NotYourTurn: the model is writing.
        StoryMovedOn: the head is not the expected one.
        NotAllowed: the turn is somebody else's.
    """
    async with engine.database.writing() as tx:
        known = await find_move_by_interaction(tx, guild_id=guild_id, interaction_id=interaction_id)
        if known is not None and known.to_turn_id is not None:
            turn, _ = await get_turn_and_story(tx, guild_id=guild_id, turn_id=known.to_turn_id)
            return turn
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await get_free_head(tx, story, expected_head_id)
        moves = await list_moves(tx, guild_id=guild_id, branch_id=story.branch_id)
        target_id = redo_target(moves)
        if target_id is None:
            raise NothingToRedo
        turn, _ = await get_turn_and_story(tx, guild_id=guild_id, turn_id=target_id)
        require_author(story, turn, member)
        await move_story(
            tx,
            story,
            MoveKind.REDO,
            turn.id,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return turn


async def _is_own_text_revised(tx: Transaction, head: Turn, member: Member) -> bool:
    """Whether the step is a revision of what the member wrote."""
    revision = await find_revision(tx, guild_id=head.guild_id, turn_id=head.id)
    if revision is None:
        return False
    target = await turns.find_turn(tx, guild_id=head.guild_id, turn_id=revision.target_id)
    return target is not None and target.author_id == member.id


async def _find_parent(tx: Transaction, turn: Turn) -> Turn | None:
    if turn.parent_id is None:
        return None
    return await turns.find_turn(tx, guild_id=turn.guild_id, turn_id=turn.parent_id)
