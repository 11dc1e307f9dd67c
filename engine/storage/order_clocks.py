"""Since when each branch waits for somebody, and until when."""

from dataclasses import dataclass, fields

from sqlalchemy import Column, FromClause, delete, exists, func, select, update

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.schema import branches, offshoots, order_clocks, stories, turn_rules
from engine.story import StoryState
from engine.story.order import Due, ModelPlace


@dataclass(frozen=True, slots=True)
class Clock:
    """What a branch waits for. Times are epoch milliseconds."""

    branch_id: int
    anchor_turn_id: int | None
    player_id: int | None
    ballot_id: int | None
    due: Due | None
    since_ms: int
    deadline_ms: int | None
    reminder_ms: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A branch of an open story on which a time has come."""

    guild_id: int
    story_id: int
    branch_id: int


async def find_clock(tx: Transaction, *, guild_id: int, branch_id: int) -> Clock | None:
    """Return what a branch waits for, None when nothing was ever awaited on it."""
    row = (
        await tx.execute(
            select(*(order_clocks.c[field.name] for field in fields(Clock))).where(
                order_clocks.c.guild_id == guild_id, order_clocks.c.branch_id == branch_id
            )
        )
    ).one_or_none()
    return Clock(*row) if row else None


async def save_clock(
    tx: Transaction,
    *,
    guild_id: int,
    branch_id: int,
    anchor_turn_id: int | None,
    player_id: int | None,
    ballot_id: int | None,
    due: Due | None,
    since_ms: int,
    deadline_ms: int | None,
    reminder_ms: int | None,
) -> None:
    """Keep what a branch waits for, in place of what it waited for before."""
    kept = {
        "anchor_turn_id": anchor_turn_id,
        "player_id": player_id,
        "ballot_id": ballot_id,
        "due": due,
        "since_ms": since_ms,
        "deadline_ms": deadline_ms,
        "reminder_ms": reminder_ms,
    }
    statement = insert_into(tx, order_clocks).values(guild_id=guild_id, branch_id=branch_id, **kept)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[order_clocks.c.guild_id, order_clocks.c.branch_id], set_=kept
        )
    )


async def set_reminder(
    tx: Transaction, *, guild_id: int, branch_id: int, reminder_ms: int | None
) -> None:
    """Change when somebody is reminded; None: not, or it is done."""
    await tx.execute(
        update(order_clocks)
        .where(order_clocks.c.guild_id == guild_id, order_clocks.c.branch_id == branch_id)
        .values(reminder_ms=reminder_ms)
    )


async def delete_clocks(tx: Transaction, *, guild_id: int, story_id: int) -> None:
    """Wait for nothing any more on all branches of a story."""
    own = select(branches.c.id).where(
        branches.c.guild_id == guild_id, branches.c.story_id == story_id
    )
    await tx.execute(
        delete(order_clocks).where(
            order_clocks.c.guild_id == guild_id, order_clocks.c.branch_id.in_(own)
        )
    )


async def list_overdue(tx: Transaction, *, now_ms: int) -> list[Waiting]:
    """Return the branches of ALL servers whose deadline has passed, the oldest first."""
    return await _list_waiting(tx, order_clocks.c.deadline_ms, now_ms)


async def list_reminders(tx: Transaction, *, now_ms: int) -> list[Waiting]:
    """Return the branches of ALL servers whose reminder is due, the oldest first."""
    return await _list_waiting(tx, order_clocks.c.reminder_ms, now_ms)


async def find_next_time(tx: Transaction) -> int | None:
    """Return the next deadline or reminder of ALL servers, None when nothing is awaited."""
    times = [
        await tx.scalar(
            select(func.min(column))
            .select_from(_with_stories())
            .where(stories.c.state == StoryState.OPEN)
        )
        for column in (order_clocks.c.deadline_ms, order_clocks.c.reminder_ms)
    ]
    return min((time for time in times if time is not None), default=None)


async def list_self_writing(tx: Transaction) -> list[Waiting]:
    """Return the branches of ALL servers on which the model may write by itself."""
    rules = (turn_rules.c.guild_id == stories.c.guild_id) & (turn_rules.c.story_id == stories.c.id)
    rows = await tx.execute(
        select(order_clocks.c.guild_id, stories.c.id, order_clocks.c.branch_id)
        .select_from(_with_stories().join(turn_rules, rules))
        .where(
            turn_rules.c.model_place != ModelPlace.ON_REQUEST,
            stories.c.state == StoryState.OPEN,
        )
        .order_by(order_clocks.c.since_ms)
    )
    return [Waiting(*row) for row in rows]


async def find_branch_head(
    tx: Transaction, *, guild_id: int, story_id: int, branch_id: int
) -> tuple[int | None] | None:
    """Return a branch's head, in a tuple; None when the story has no such branch."""
    row = (
        await tx.execute(
            select(branches.c.head_turn_id).where(
                branches.c.guild_id == guild_id,
                branches.c.story_id == story_id,
                branches.c.id == branch_id,
            )
        )
    ).one_or_none()
    return (row.head_turn_id,) if row else None


async def _list_waiting(tx: Transaction, column: Column[int], now_ms: int) -> list[Waiting]:
    rows = await tx.execute(
        select(order_clocks.c.guild_id, stories.c.id, order_clocks.c.branch_id)
        .select_from(_with_stories())
        .where(column <= now_ms, stories.c.state == StoryState.OPEN)
        .order_by(column)
    )
    return [Waiting(*row) for row in rows]


def _with_stories() -> FromClause:
    branch = (branches.c.guild_id == order_clocks.c.guild_id) & (
        branches.c.id == order_clocks.c.branch_id
    )
    story = (stories.c.guild_id == branches.c.guild_id) & (stories.c.id == branches.c.story_id)
    # Nobody is awaited on a branch that nobody can write on.
    has_thread = exists().where(
        offshoots.c.guild_id == branches.c.guild_id,
        offshoots.c.branch_id == branches.c.id,
        offshoots.c.channel_id.is_not(None),
        offshoots.c.archived_ms.is_(None),
    )
    branch &= (branches.c.in_use == 1) | has_thread
    return order_clocks.join(branches, branch).join(stories, story)
