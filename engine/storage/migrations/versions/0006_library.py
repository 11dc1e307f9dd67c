"""Works, their authors and consents.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_works()
    _create_authors()
    _create_consents()


def _create_works() -> None:
    op.create_table(
        "works",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("story_id", Long, nullable=True),
        sa.Column("giver_id", Long, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("asked_channel_id", Long, nullable=True),
        sa.Column("asked_message_id", Long, nullable=True),
        sa.Column("interaction_id", Long, nullable=True),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("closed_ms", Long, nullable=True),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_works"),
        sa.UniqueConstraint("guild_id", "id", name="uq_works_guild_id_id"),
        sa.UniqueConstraint("guild_id", "interaction_id", name="uq_works_guild_id_interaction_id"),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name="fk_works_story_id",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("works", "text_hash")
    _index("works", "story_id")


def _create_authors() -> None:
    op.create_table(
        "work_authors",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("work_id", Long, nullable=False),
        sa.Column("member_id", Long, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_authors"),
        sa.UniqueConstraint("guild_id", "id", name="uq_work_authors_guild_id_id"),
        _of_work("work_authors"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("work_authors", "work_id")
    _index("work_authors", "member_id")


def _create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("work_id", Long, nullable=False),
        sa.Column("author_id", Long, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wording_hash", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("given_ms", Long, nullable=False),
        sa.Column("withdrawn_ms", Long, nullable=True),
        sa.Column("withdrawn_way", sa.Text(), nullable=True),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("guild_id", "id", name="uq_consents_guild_id_id"),
        _of_work("consents"),
        sa.ForeignKeyConstraint(
            ["guild_id", "author_id"],
            ["work_authors.guild_id", "work_authors.id"],
            name="fk_consents_author_id",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("consents", "work_id")
    _index("consents", "author_id")


def _of_work(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", "work_id"], ["works.guild_id", "works.id"], name=f"fk_{table}_work_id"
    )


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_guild_id_{column}", table, ["guild_id", column])
