"""Stories, turns, branches and their moves, posts, ballots.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Item = sa.Column[Any] | sa.Constraint


def upgrade() -> None:
    _create_stories()
    _create_turns()
    _create_ballots()
    _create_branches()
    _create_posts()
    _create_candidates()
    _create_moves()
    _create_votes()


def _create_stories() -> None:
    _create_numbered(
        "stories",
        _long("channel_id"),
        _long("starter_id"),
        _text("starter_name"),
        _text("title"),
        _text("genre"),
        _text("style"),
        _text("language"),
        _text("rating"),
        _text("length"),
        _text("state"),
        _long("interaction_id"),
        _long("created_ms"),
        _long("ended_ms", nullable=True),
        _unique("stories", "guild_id", "id"),
        _unique("stories", "guild_id", "interaction_id"),
    )
    _index("stories", "guild_id", "channel_id")
    open_only = sa.text("state = 'open'")
    op.create_index(
        "one_open_story_per_channel",
        "stories",
        ["guild_id", "channel_id"],
        unique=True,
        sqlite_where=open_only,
        postgresql_where=open_only,
    )


def _create_turns() -> None:
    _create_numbered(
        "turns",
        _long("story_id"),
        _long("parent_id", nullable=True),
        _integer("number"),
        _text("kind"),
        _text("state"),
        _text("outcome", nullable=True),
        _long("author_id"),
        _text("author_name"),
        _text("text"),
        _text("direction"),
        _text("post_key"),
        _integer("attempts"),
        _integer("tokens", nullable=True),
        _text("tokenizer", nullable=True),
        _text("provenance", nullable=True),
        _long("source_message_id", nullable=True),
        _long("interaction_id", nullable=True),
        _integer("ordinal"),
        _long("created_ms"),
        _unique("turns", "guild_id", "id"),
        _unique("turns", "guild_id", "interaction_id", "ordinal"),
        _refers("turns", "story_id", "stories"),
        _refers("turns", "parent_id", "turns"),
    )
    for column in ("story_id", "parent_id", "source_message_id"):
        _index("turns", "guild_id", column)
    unfinished_only = sa.text("state IN ('accepted', 'writing', 'written')")
    op.create_index(
        "unfinished_turns",
        "turns",
        ["state"],
        sqlite_where=unfinished_only,
        postgresql_where=unfinished_only,
    )


def _create_ballots() -> None:
    _create_numbered(
        "ballots",
        _long("story_id"),
        _long("head_turn_id", nullable=True),
        _text("state"),
        _long("chosen_turn_id", nullable=True),
        _long("opener_id"),
        _long("interaction_id"),
        _long("created_ms"),
        _unique("ballots", "guild_id", "id"),
        _unique("ballots", "guild_id", "interaction_id"),
        _refers("ballots", "story_id", "stories"),
        _refers("ballots", "head_turn_id", "turns"),
        _refers("ballots", "chosen_turn_id", "turns"),
    )
    for column in ("story_id", "head_turn_id", "chosen_turn_id"):
        _index("ballots", "guild_id", column)


def _create_branches() -> None:
    _create_numbered(
        "branches",
        _long("story_id"),
        _text("name"),
        _long("head_turn_id", nullable=True),
        _integer("in_use"),
        _long("created_ms"),
        _unique("branches", "guild_id", "id"),
        _unique("branches", "guild_id", "story_id", "name"),
        _refers("branches", "story_id", "stories"),
        _refers("branches", "head_turn_id", "turns"),
    )
    _index("branches", "guild_id", "head_turn_id")
    in_use_only = sa.text("in_use = 1")
    op.create_index(
        "one_branch_in_use",
        "branches",
        ["guild_id", "story_id"],
        unique=True,
        sqlite_where=in_use_only,
        postgresql_where=in_use_only,
    )


def _create_posts() -> None:
    _create(
        "posts",
        _long("turn_id"),
        _integer("part"),
        _long("channel_id"),
        _long("message_id"),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", "part", name="pk_posts"),
        _refers("posts", "turn_id", "turns"),
    )
    _index("posts", "guild_id", "message_id")


def _create_candidates() -> None:
    _create(
        "candidates",
        _long("turn_id"),
        _long("ballot_id"),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", name="pk_candidates"),
        _refers("candidates", "turn_id", "turns"),
        _refers("candidates", "ballot_id", "ballots"),
    )
    _index("candidates", "guild_id", "ballot_id")


def _create_moves() -> None:
    _create_numbered(
        "moves",
        _long("branch_id"),
        _text("kind"),
        _long("from_turn_id", nullable=True),
        _long("to_turn_id", nullable=True),
        _long("member_id"),
        _long("interaction_id", nullable=True),
        _long("created_ms"),
        _unique("moves", "guild_id", "interaction_id"),
        _refers("moves", "branch_id", "branches"),
        _refers("moves", "from_turn_id", "turns"),
        _refers("moves", "to_turn_id", "turns"),
    )
    for column in ("branch_id", "from_turn_id", "to_turn_id"):
        _index("moves", "guild_id", column)


def _create_votes() -> None:
    _create(
        "votes",
        _long("ballot_id"),
        _long("member_id"),
        _long("turn_id"),
        _long("cast_ms"),
        sa.PrimaryKeyConstraint("guild_id", "ballot_id", "member_id", name="pk_votes"),
        _refers("votes", "ballot_id", "ballots"),
        _refers("votes", "turn_id", "turns"),
    )
    _index("votes", "guild_id", "turn_id")


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


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        [f"{target}.guild_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
