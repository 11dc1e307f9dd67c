"""Summaries, author's notes, pins and style samples.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_summaries()
    _create_author_notes()
    _create_pins()
    op.create_table(
        "style_samples",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_style_samples"),
        sa.UniqueConstraint("guild_id", "id", name="uq_style_samples_guild_id_id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("style_samples", "language")
    _index("style_samples", "member_id")


def _create_summaries() -> None:
    op.create_table(
        "summaries",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("editor_id", Long, nullable=False),
        sa.Column("is_pinned", sa.Integer(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summaries"),
        sa.UniqueConstraint("guild_id", "id", name="uq_summaries_guild_id_id"),
        sa.UniqueConstraint(
            "guild_id", "story_id", "digest", name="uq_summaries_guild_id_story_id_digest"
        ),
        _refers("summaries", "story_id", "stories"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _create_author_notes() -> None:
    op.create_table(
        "author_notes",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "story_id", name="pk_author_notes"),
        _refers("author_notes", "story_id", "stories"),
        sqlite_strict=True,
    )
    _index("author_notes", "member_id")


def _create_pins() -> None:
    op.create_table(
        "pins",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pins"),
        sa.UniqueConstraint("guild_id", "id", name="uq_pins_guild_id_id"),
        _refers("pins", "story_id", "stories"),
        _refers("pins", "turn_id", "turns"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for column in ("story_id", "turn_id", "member_id"):
        _index("pins", column)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], [f"{other}.guild_id", f"{other}.id"], name=f"fk_{table}_{column}"
    )


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_guild_id_{column}", table, ["guild_id", column])
