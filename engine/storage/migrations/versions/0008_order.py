"""Turn rules and players.

Revision ID: 0008
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Item = sa.Column[Any] | sa.Constraint


def upgrade() -> None:
    _create(
        "turn_rules",
        _long("story_id"),
        _text("mode"),
        _text("model_place"),
        _integer("every"),
        _integer("deadline_hours"),
        sa.PrimaryKeyConstraint("guild_id", "story_id", name="pk_turn_rules"),
        _refers("turn_rules", "story_id", "stories"),
    )
    _create_players()
    _create_steps()
    _create(
        "played_turns",
        _long("turn_id"),
        _long("player_id", nullable=True),
        _text("due", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", name="pk_played_turns"),
        _refers("played_turns", "turn_id", "turns"),
        _refers("played_turns", "player_id", "players"),
    )
    _index("played_turns", "player_id")
    _create_clocks()


def _create_players() -> None:
    _create_numbered(
        "players",
        _long("story_id"),
        _long("member_id"),
        _text("name"),
        _integer("is_model"),
        _integer("seat"),
        _text("state"),
        _integer("may_be_stood_in"),
        _integer("wants_reminder"),
        sa.UniqueConstraint("guild_id", "id", name="uq_players_guild_id_id"),
        _refers("players", "story_id", "stories"),
    )
    _index("players", "story_id")
    members_only = sa.text("member_id <> 0")
    op.create_index(
        "one_seat_per_member",
        "players",
        ["guild_id", "story_id", "member_id"],
        unique=True,
        sqlite_where=members_only,
        postgresql_where=members_only,
    )


def _create_steps() -> None:
    _create_numbered(
        "order_steps",
        _long("story_id"),
        _long("anchor_turn_id", nullable=True),
        _text("kind"),
        _long("player_id", nullable=True),
        _long("to_player_id", nullable=True),
        _long("member_id"),
        _long("interaction_id", nullable=True),
        _long("created_ms"),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name="uq_order_steps_guild_id_interaction_id"
        ),
        _refers("order_steps", "story_id", "stories"),
        _refers("order_steps", "anchor_turn_id", "turns"),
        _refers("order_steps", "player_id", "players"),
        _refers("order_steps", "to_player_id", "players"),
    )
    _index("order_steps", "story_id", "anchor_turn_id")
    for column in ("anchor_turn_id", "player_id", "to_player_id"):
        _index("order_steps", column)


def _create_clocks() -> None:
    _create(
        "order_clocks",
        _long("branch_id"),
        _long("anchor_turn_id", nullable=True),
        _long("player_id", nullable=True),
        _long("ballot_id", nullable=True),
        _text("due", nullable=True),
        _long("since_ms"),
        _long("deadline_ms", nullable=True),
        _long("reminder_ms", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "branch_id", name="pk_order_clocks"),
        _refers("order_clocks", "branch_id", "branches"),
        _refers("order_clocks", "anchor_turn_id", "turns"),
        _refers("order_clocks", "player_id", "players"),
        _refers("order_clocks", "ballot_id", "ballots"),
    )
    for column in ("anchor_turn_id", "player_id", "ballot_id"):
        _index("order_clocks", column)
    op.create_index("next_deadline", "order_clocks", ["deadline_ms"])
    op.create_index("next_reminder", "order_clocks", ["reminder_ms"])


def _create_numbered(table: str, *items: Item) -> None:
    _create(
        table,
        *items,
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sqlite_autoincrement=True,
    )


def _create(table: str, *items: Item, **options: Any) -> None:
    op.create_table(table, _long("guild_id"), *items, sqlite_strict=True, **options)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Long, nullable=nullable)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        [f"{target}.guild_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_guild_id_{'_'.join(columns)}", table, ["guild_id", *columns])
