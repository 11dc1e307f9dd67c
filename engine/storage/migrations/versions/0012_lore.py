"""Lorebooks and their entries.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_books()
    _create_entries()
    op.create_table(
        "card_books",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("character_id", Long, nullable=False),
        sa.Column("book_id", Long, nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "character_id", name="pk_card_books"),
        _refers("card_books", "character_id", "characters"),
        _refers("card_books", "book_id", "lorebooks"),
        sqlite_strict=True,
    )
    _index("card_books", "book_id")
    op.create_table(
        "lore_settings",
        sa.Column("guild_id", Long, autoincrement=False, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_lore_settings"),
        sqlite_strict=True,
    )


def _create_books() -> None:
    op.create_table(
        "lorebooks",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("channel_id", Long, nullable=True),
        sa.Column("story_id", Long, nullable=True),
        sa.Column("character_id", Long, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lorebooks"),
        sa.UniqueConstraint("guild_id", "id", name="uq_lorebooks_guild_id_id"),
        _refers("lorebooks", "story_id", "stories"),
        _refers("lorebooks", "character_id", "characters"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("lorebooks", "scope", "channel_id")
    _index("lorebooks", "story_id")
    _index("lorebooks", "character_id")
    _index("lorebooks", "member_id")


def _create_entries() -> None:
    op.create_table(
        "lore_entries",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("book_id", Long, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("tokenizer", sa.Text(), nullable=True),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lore_entries"),
        sa.UniqueConstraint("guild_id", "id", name="uq_lore_entries_guild_id_id"),
        _refers("lore_entries", "book_id", "lorebooks"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("lore_entries", "book_id")
    _index("lore_entries", "member_id")


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], [f"{other}.guild_id", f"{other}.id"], name=f"fk_{table}_{column}"
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_guild_id_{'_'.join(columns)}", table, ["guild_id", *columns])
