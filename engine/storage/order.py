"""Turn rules, players, and what was done about the order."""

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow
from engine.storage.schema import order_steps, played_turns, players, step_branches, turn_rules
from engine.story import Member
from engine.story.order import (
    Due,
    Mode,
    ModelPlace,
    OrderStep,
    Player,
    PlayerState,
    StepKind,
    TurnRules,
)

_FLAGS = ("is_model", "may_be_stood_in", "wants_reminder")


async def find_rules(tx: Transaction, *, guild_id: int, story_id: int) -> TurnRules | None:
    """Return a story's rules, None when nobody set any."""
    row = (
        await tx.execute(
            select(
                turn_rules.c.mode,
                turn_rules.c.model_place,
                turn_rules.c.every,
                turn_rules.c.deadline_hours,
            ).where(turn_rules.c.guild_id == guild_id, turn_rules.c.story_id == story_id)
        )
    ).one_or_none()
    return TurnRules(*row) if row else None


async def save_rules(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    mode: Mode,
    model_place: ModelPlace,
    every: int,
    deadline_hours: int,
) -> None:
    """Keep a story's rules, in place of those before."""
    chosen = {
        "mode": mode,
        "model_place": model_place,
        "every": every,
        "deadline_hours": deadline_hours,
    }
    statement = insert_into(tx, turn_rules).values(guild_id=guild_id, story_id=story_id, **chosen)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[turn_rules.c.guild_id, turn_rules.c.story_id], set_=chosen
        )
    )


async def list_players(tx: Transaction, *, guild_id: int, story_id: int) -> list[Player]:
    """Return who plays and who left, in the order of their seats."""
    rows = await tx.execute(
        _select_players()
        .where(players.c.guild_id == guild_id, players.c.story_id == story_id)
        .order_by(players.c.seat)
    )
    return [_to_player(row) for row in rows]


async def add_player(
    tx: Transaction, *, guild_id: int, story_id: int, author: Member, is_model: bool = False
) -> Player:
    """Give a member, or the model, the last seat; who left comes back to a new one.

    Agreements that a member gave before they left are not kept.
    """
    last_seat = await tx.scalar(
        select(func.max(players.c.seat)).where(
            players.c.guild_id == guild_id, players.c.story_id == story_id
        )
    )
    taken = {
        "name": author.name,
        "seat": (last_seat or 0) + 1,
        "state": PlayerState.PLAYING,
        "may_be_stood_in": 0,
        "wants_reminder": 0,
    }
    seat = players.c.is_model == 1 if is_model else players.c.member_id == author.id
    here = (players.c.guild_id == guild_id) & (players.c.story_id == story_id) & seat
    back = await tx.execute(update(players).where(here).values(**taken))
    if not back.rowcount:
        await tx.execute(
            insert(players).values(
                guild_id=guild_id,
                story_id=story_id,
                member_id=author.id,
                is_model=int(is_model),
                **taken,
            )
        )
    row = await tx.execute(_select_players().where(here))
    return _to_player(row.one())


async def change_player(
    tx: Transaction,
    *,
    guild_id: int,
    player_id: int,
    state: PlayerState | None = None,
    may_be_stood_in: bool | None = None,
    wants_reminder: bool | None = None,
) -> None:
    """Change what is given of a player."""
    changes: dict[str, Any] = {
        "state": state,
        "may_be_stood_in": None if may_be_stood_in is None else int(may_be_stood_in),
        "wants_reminder": None if wants_reminder is None else int(wants_reminder),
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if given:
        await tx.execute(
            update(players)
            .where(players.c.guild_id == guild_id, players.c.id == player_id)
            .values(**given)
        )


async def insert_step(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    branch_id: int,
    anchor_turn_id: int | None,
    kind: StepKind,
    player_id: int | None,
    to_player_id: int | None,
    member_id: int,
    interaction_id: int | None,
    now_ms: int,
) -> None:
    """Note what was done about the order at an anchor, on a branch."""
    step_id = await tx.scalar(
        insert(order_steps)
        .values(
            guild_id=guild_id,
            story_id=story_id,
            anchor_turn_id=anchor_turn_id,
            kind=kind,
            player_id=player_id,
            to_player_id=to_player_id,
            member_id=member_id,
            interaction_id=interaction_id,
            created_ms=now_ms,
        )
        .returning(order_steps.c.id)
    )
    await tx.execute(
        insert(step_branches).values(guild_id=guild_id, step_id=step_id, branch_id=branch_id)
    )


async def share_steps(tx: Transaction, *, guild_id: int, branch_id: int, to_branch_id: int) -> None:
    """Let all that was done about the order on a branch hold on one that parts from it too."""
    held = select(step_branches.c.guild_id, step_branches.c.step_id, literal(to_branch_id)).where(
        step_branches.c.guild_id == guild_id, step_branches.c.branch_id == branch_id
    )
    await tx.execute(insert(step_branches).from_select(["guild_id", "step_id", "branch_id"], held))


async def list_steps(
    tx: Transaction, *, guild_id: int, branch_id: int, anchor_turn_id: int | None
) -> list[OrderStep]:
    """Return what was done about the order at an anchor and holds on a branch, oldest first."""
    here = (step_branches.c.guild_id == order_steps.c.guild_id) & (
        step_branches.c.step_id == order_steps.c.id
    )
    rows = await tx.execute(
        _select_steps()
        .join(step_branches, here)
        .where(
            order_steps.c.guild_id == guild_id,
            step_branches.c.branch_id == branch_id,
            order_steps.c.anchor_turn_id.is_not_distinct_from(anchor_turn_id),
        )
        .order_by(order_steps.c.id)
    )
    return [OrderStep(*row) for row in rows]


async def find_step_by_interaction(
    tx: Transaction, *, guild_id: int, interaction_id: int
) -> OrderStep | None:
    """Return the step that an interaction took."""
    row = (
        await tx.execute(
            _select_steps().where(
                order_steps.c.guild_id == guild_id,
                order_steps.c.interaction_id == interaction_id,
            )
        )
    ).one_or_none()
    return OrderStep(*row) if row else None


async def record_played(
    tx: Transaction, *, guild_id: int, turn_id: int, player_id: int | None, due: Due | None = None
) -> None:
    """Note whose turn a turn was, and whether the model wrote it by itself."""
    await tx.execute(
        insert(played_turns).values(
            guild_id=guild_id, turn_id=turn_id, player_id=player_id, due=due
        )
    )


async def find_played(
    tx: Transaction, *, guild_id: int, turn_id: int
) -> tuple[int | None, Due | None] | None:
    """Return whose turn a turn was and why the model wrote it by itself; None outside rules."""
    row = (
        await tx.execute(
            select(played_turns.c.player_id, played_turns.c.due).where(
                played_turns.c.guild_id == guild_id, played_turns.c.turn_id == turn_id
            )
        )
    ).one_or_none()
    return (row.player_id, row.due) if row else None


def _select_players() -> Select[Any]:
    return select(*(players.c[field.name] for field in fields(Player)))


def _select_steps() -> Select[Any]:
    columns: list[ColumnElement[Any]] = [order_steps.c[field.name] for field in fields(OrderStep)]
    return select(*columns)


def _to_player(row: AnyRow) -> Player:
    values = row._asdict()
    return Player(**values | {flag: bool(values[flag]) for flag in _FLAGS})
