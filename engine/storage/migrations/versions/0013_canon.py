"""Facts of a story, what was read for them, and what the server chose.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_facts()
    op.create_table(
        "canon_reads",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "story_id", "digest", name="pk_canon_reads"),
        _refers("canon_reads", "story_id", "stories"),
        sqlite_strict=True,
    )
    op.create_table(
        "canon_settings",
        sa.Column("guild_id", Long, autoincrement=False, nullable=False),
        sa.Column("proposes", sa.Integer(), nullable=False),
        sa.Column("accepts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_canon_settings"),
        sqlite_strict=True,
    )


def _create_facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("witnesses", sa.Text(), nullable=False),
        sa.Column("supersedes_id", Long, nullable=True),
        sa.Column("proposer_id", Long, nullable=False),
        sa.Column("decider_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
        sa.UniqueConstraint("guild_id", "id", name="uq_facts_guild_id_id"),
        _refers("facts", "story_id", "stories"),
        _refers("facts", "turn_id", "turns"),
        _refers("facts", "supersedes_id", "facts"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for column in ("story_id", "turn_id", "supersedes_id", "proposer_id"):
        op.create_index(f"ix_facts_guild_id_{column}", "facts", ["guild_id", column])


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], [f"{other}.guild_id", f"{other}.id"], name=f"fk_{table}_{column}"
    )
