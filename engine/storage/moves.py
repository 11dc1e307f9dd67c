"""Heads of branches and the journal of their moves."""

from sqlalchemy import func, insert, select, update

from engine.errors import StoryEnded, StoryMovedOn
from engine.storage.database import Transaction
from engine.storage.rows import select_moves, to_move
from engine.storage.schema import branches, moves, stories
from engine.story import Move, MoveKind, StoryState

_BACK_AND_FORTH = (MoveKind.UNDO, MoveKind.REDO)


async def move_head(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    branch_id: int,
    kind: MoveKind,
    expected: int | None,
    to: int | None,
    member_id: int,
    interaction_id: int | None,
    now_ms: int,
) -> Move:
    """Move a branch's head from `expected` to `to`, and note it in the journal.

    The same interaction again moves nothing and returns its first move.

    Raises:
        StoryMovedOn: the head is not `expected`, or the story is gone.
        StoryEnded: the story has ended. A withdrawal is still taken.
    """
    if interaction_id is not None:
        first = await find_move_by_interaction(tx, guild_id=guild_id, interaction_id=interaction_id)
        if first is not None:
            return first
    story = (
        await tx.execute(
            select(stories.c.state, stories.c.title).where(
                stories.c.guild_id == guild_id, stories.c.id == story_id
            )
        )
    ).one_or_none()
    if story is None:
        raise StoryMovedOn(None)
    if story.state is StoryState.ENDED and kind is not MoveKind.WITHDRAW:
        raise StoryEnded(story.title)
    this_branch = (
        (branches.c.guild_id == guild_id)
        & (branches.c.story_id == story_id)
        & (branches.c.id == branch_id)
    )
    moved = await tx.execute(
        update(branches)
        .where(this_branch, branches.c.head_turn_id.is_not_distinct_from(expected))
        .values(head_turn_id=to)
    )
    if moved.rowcount != 1:
        raise StoryMovedOn(await tx.scalar(select(branches.c.head_turn_id).where(this_branch)))
    row = await tx.execute(
        insert(moves)
        .values(
            guild_id=guild_id,
            branch_id=branch_id,
            kind=kind,
            from_turn_id=expected,
            to_turn_id=to,
            member_id=member_id,
            interaction_id=interaction_id,
            created_ms=now_ms,
        )
        .returning(*select_moves().selected_columns)
    )
    return to_move(row.one())


async def find_move_by_interaction(
    tx: Transaction, *, guild_id: int, interaction_id: int
) -> Move | None:
    """Return the move that an interaction made."""
    row = (
        await tx.execute(
            select_moves().where(
                moves.c.guild_id == guild_id, moves.c.interaction_id == interaction_id
            )
        )
    ).one_or_none()
    return to_move(row) if row else None


async def list_moves(tx: Transaction, *, guild_id: int, branch_id: int) -> list[Move]:
    """Return the end of a branch's journal, oldest first: as much as `redo_target` needs.

    That is the last move that was neither undo nor redo, and all after it.
    """
    this_branch = (moves.c.guild_id == guild_id) & (moves.c.branch_id == branch_id)
    last_step = (
        select(func.max(moves.c.id))
        .where(this_branch, moves.c.kind.not_in(_BACK_AND_FORTH))
        .scalar_subquery()
    )
    rows = await tx.execute(
        select_moves()
        .where(this_branch, moves.c.id >= func.coalesce(last_step, 0))
        .order_by(moves.c.id)
    )
    return [to_move(row) for row in rows]
