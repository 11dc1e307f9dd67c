"""Revisions, spans, and branches that live in threads of their own.

Revision ID: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create(
        "revisions",
        _long("turn_id"),
        _text("kind"),
        _long("target_id"),
        _long("other_id", nullable=True),
        _integer("at"),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", name="pk_revisions"),
        _refers("revisions", "turn_id", "turns"),
        _refers("revisions", "target_id", "turns"),
        _refers("revisions", "other_id", "turns"),
    )
    _index("revisions", "target_id")
    _index("revisions", "other_id")
    _create(
        "spans",
        _long("turn_id"),
        _integer("place"),
        _text("hand"),
        _long("author_id"),
        _text("name"),
        _text("text"),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", "place", name="pk_spans"),
        _refers("spans", "turn_id", "turns"),
    )
    _index("spans", "author_id")
    _create(
        "offshoots",
        _long("branch_id"),
        _long("from_turn_id", nullable=True),
        _long("channel_id", nullable=True),
        _long("creator_id"),
        _long("archived_ms", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "branch_id", name="pk_offshoots"),
        _refers("offshoots", "branch_id", "branches"),
        _refers("offshoots", "from_turn_id", "turns"),
    )
    _index("offshoots", "from_turn_id")
    op.create_index("one_branch_per_thread", "offshoots", ["guild_id", "channel_id"], unique=True)
    _create(
        "draft_originals",
        _long("draft_id"),
        _text("text"),
        sa.PrimaryKeyConstraint("guild_id", "draft_id", name="pk_draft_originals"),
        _refers("draft_originals", "draft_id", "line_drafts"),
    )


def _create(table: str, *items: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(table, _long("guild_id"), *items, sqlite_strict=True)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Long, nullable=nullable)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        [f"{target}.guild_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_guild_id_{column}", table, ["guild_id", column])
