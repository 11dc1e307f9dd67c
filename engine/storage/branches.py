"""Branches: names for heads of a story, some of them with a thread of their own."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, insert, select, update

from engine.errors import BranchNameTaken
from engine.storage.conflicts import insert_into, insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow, select_stories, select_turns, to_story, to_turn
from engine.storage.schema import (
    ballot_branches,
    branches,
    moves,
    offshoots,
    posts,
    stories,
    turns,
)
from engine.storage.turns import find_turn
from engine.storage.types import storable
from engine.story import Story, Turn, TurnKind, TurnState
from engine.story.branch import Branch


def _select_branches() -> Select[Any]:
    return select(
        branches.c.id,
        branches.c.guild_id,
        branches.c.story_id,
        branches.c.name,
        branches.c.head_turn_id,
        branches.c.in_use,
        branches.c.created_ms,
        offshoots.c.from_turn_id,
        offshoots.c.channel_id,
        offshoots.c.archived_ms,
    ).select_from(
        branches.outerjoin(
            offshoots,
            (offshoots.c.guild_id == branches.c.guild_id)
            & (offshoots.c.branch_id == branches.c.id),
        )
    )


def _to_branch(row: AnyRow) -> Branch:
    values = row._asdict()
    return Branch(**values | {"is_in_use": bool(values.pop("in_use"))})


async def list_branches(tx: Transaction, *, guild_id: int, story_id: int) -> list[Branch]:
    """Return a story's branches, the oldest first."""
    rows = await tx.execute(
        _select_branches()
        .where(branches.c.guild_id == guild_id, branches.c.story_id == story_id)
        .order_by(branches.c.id)
    )
    return [_to_branch(row) for row in rows]


async def insert_branch(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    name: str,
    head_turn_id: int | None,
    from_turn_id: int | None,
    channel_id: int | None,
    member_id: int,
    now_ms: int,
) -> int:
    """Add a branch that is not in use, and return its id.

    Raises:
        BranchNameTaken: the story has one of this name.
    """
    branch_id = await insert_unless_present(
        tx,
        branches,
        guild_id=guild_id,
        story_id=story_id,
        name=storable(name),
        head_turn_id=head_turn_id,
        in_use=0,
        created_ms=now_ms,
    )
    if branch_id is None:
        raise BranchNameTaken(name)
    await tx.execute(
        insert(offshoots).values(
            guild_id=guild_id,
            branch_id=branch_id,
            from_turn_id=from_turn_id,
            channel_id=channel_id,
            creator_id=member_id,
        )
    )
    return branch_id


async def rename_branch(tx: Transaction, *, guild_id: int, branch_id: int, name: str) -> None:
    """Give a branch another name, which its story must not have yet."""
    await tx.execute(
        update(branches)
        .where(branches.c.guild_id == guild_id, branches.c.id == branch_id)
        .values(name=storable(name))
    )


async def archive_branch(
    tx: Transaction, *, guild_id: int, branch_id: int, archived_ms: int | None
) -> None:
    """Put a branch away, or with None back among the others."""
    statement = insert_into(tx, offshoots).values(
        guild_id=guild_id, branch_id=branch_id, creator_id=0, archived_ms=archived_ms
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[offshoots.c.guild_id, offshoots.c.branch_id],
            set_={"archived_ms": archived_ms},
        )
    )


async def use_branch(tx: Transaction, *, guild_id: int, story_id: int, branch_id: int) -> None:
    """Let a branch be the one that the story's channel is written on."""
    own = (branches.c.guild_id == guild_id) & (branches.c.story_id == story_id)
    if await tx.scalar(select(branches.c.id).where(own, branches.c.id == branch_id)) is None:
        return
    await tx.execute(update(branches).where(own, branches.c.in_use == 1).values(in_use=0))
    await tx.execute(update(branches).where(own, branches.c.id == branch_id).values(in_use=1))


async def find_story_in_thread(tx: Transaction, *, guild_id: int, channel_id: int) -> Story | None:
    """Return a story as it stands on the branch that lives in a thread."""
    row = (
        await tx.execute(
            _select_branches().where(
                branches.c.guild_id == guild_id,
                offshoots.c.channel_id == channel_id,
                offshoots.c.archived_ms.is_(None),
            )
        )
    ).one_or_none()
    return await _on_branch(tx, _to_branch(row)) if row else None


async def find_story_of_turn(tx: Transaction, *, guild_id: int, turn: Turn) -> Story | None:
    """Return a turn's story as it stands where the turn is shown, or is about to be.

    That is the thread in which it was posted, or on whose branch it was written; else the
    story's channel.
    """
    threads = (
        _select_branches()
        .where(
            branches.c.guild_id == guild_id,
            branches.c.story_id == turn.story_id,
            offshoots.c.channel_id.is_not(None),
            offshoots.c.archived_ms.is_(None),
        )
        .order_by(branches.c.id)
    )
    found = [_to_branch(row) for row in await tx.execute(threads)]
    if found:
        shown = await tx.scalar(
            select(posts.c.channel_id)
            .where(posts.c.guild_id == guild_id, posts.c.turn_id == turn.id)
            .order_by(posts.c.part)
            .limit(1)
        )
        own_id = await _written_on(tx, guild_id, turn) if shown is None else None
        for branch in found:
            if shown == branch.channel_id or own_id == branch.id:
                return await _on_branch(tx, branch)
    row = (
        await tx.execute(
            select_stories().where(stories.c.guild_id == guild_id, stories.c.id == turn.story_id)
        )
    ).one_or_none()
    return to_story(row) if row else None


async def _written_on(tx: Transaction, guild_id: int, turn: Turn) -> int | None:
    """Return the branch that a turn was added to or, a candidate, is to be added to."""
    came = (
        select(moves.c.branch_id)
        .where(moves.c.guild_id == guild_id, moves.c.to_turn_id == turn.id)
        .order_by(moves.c.id)
        .limit(1)
    )
    stands_for = select(ballot_branches.c.branch_id).where(
        ballot_branches.c.guild_id == guild_id, ballot_branches.c.ballot_id == turn.ballot_id
    )
    branch_id: int | None = await tx.scalar(came if turn.ballot_id is None else stands_for)
    return branch_id


async def place_branch(tx: Transaction, *, guild_id: int, story: Story, branch_id: int) -> Story:
    """Return a story as it stands on one of its branches, in the channel of that branch."""
    row = (
        await tx.execute(
            _select_branches().where(
                branches.c.guild_id == guild_id,
                branches.c.story_id == story.id,
                branches.c.id == branch_id,
            )
        )
    ).one_or_none()
    if row is None:
        return story
    branch = _to_branch(row)
    return replace(
        story,
        branch_id=branch.id,
        head_turn_id=branch.head_turn_id,
        channel_id=branch.channel_id or story.channel_id,
    )


async def list_beside(tx: Transaction, *, guild_id: int, turn: Turn) -> list[Turn]:
    """Return all turns with words that follow what `turn` follows, itself too, oldest first.

    Revisions in between do not count: a turn follows the turn below them.
    """
    before = await _turn_below(tx, guild_id, turn.parent_id)
    return await list_after(tx, guild_id=guild_id, story_id=turn.story_id, turn=before)


async def list_after(
    tx: Transaction, *, guild_id: int, story_id: int, turn: Turn | None
) -> list[Turn]:
    """Return all turns with words that follow a turn, or begin the story, oldest first."""
    number = turn.number if turn is not None else 0
    in_story = (turns.c.guild_id == guild_id) & (turns.c.story_id == story_id)
    rows = await tx.execute(
        select(turns.c.id, turns.c.parent_id, turns.c.kind).where(
            in_story, turns.c.number == number
        )
    )
    parents = {row.id: row.parent_id for row in rows if row.kind is TurnKind.REVISION}
    following = await tx.execute(
        select_turns()
        .where(
            in_story,
            turns.c.number == number + 1,
            turns.c.kind != TurnKind.REVISION,
            turns.c.state.in_((TurnState.WRITTEN, TurnState.POSTED)),
            turns.c.text != "",
        )
        .order_by(turns.c.id)
    )
    found = []
    for row in following:
        each = to_turn(row)
        parent_id = each.parent_id
        while parent_id in parents:
            parent_id = parents[parent_id]
        if parent_id == (turn.id if turn is not None else None):
            found.append(each)
    return found


async def _turn_below(tx: Transaction, guild_id: int, turn_id: int | None) -> Turn | None:
    while turn_id is not None:
        turn = await find_turn(tx, guild_id=guild_id, turn_id=turn_id)
        if turn is None or turn.kind is not TurnKind.REVISION:
            return turn
        turn_id = turn.parent_id
    return None


async def _on_branch(tx: Transaction, branch: Branch) -> Story | None:
    row = (
        await tx.execute(
            select_stories().where(
                stories.c.guild_id == branch.guild_id, stories.c.id == branch.story_id
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return replace(
        to_story(row),
        branch_id=branch.id,
        head_turn_id=branch.head_turn_id,
        channel_id=branch.channel_id or to_story(row).channel_id,
    )
