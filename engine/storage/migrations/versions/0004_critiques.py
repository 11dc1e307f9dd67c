"""Critiques, and the consents they need.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "critiques",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("requester_id", Long, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lens", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("seed", Long, nullable=False),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("changed_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_critiques"),
        sa.UniqueConstraint("guild_id", "id", name="uq_critiques_guild_id_id"),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name="uq_critiques_guild_id_interaction_id"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_critiques_guild_id_requester_id", "critiques", ["guild_id", "requester_id"])
    op.create_table(
        "critique_consents",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("critique_id", Long, nullable=False),
        sa.Column("author_id", Long, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("may_share", sa.Integer(), nullable=False),
        sa.Column("changed_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint(
            "guild_id", "critique_id", "author_id", name="pk_critique_consents"
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "critique_id"],
            ["critiques.guild_id", "critiques.id"],
            name="fk_critique_consents_critique_id",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_critique_consents_guild_id_author_id", "critique_consents", ["guild_id", "author_id"]
    )
    op.create_table(
        "critique_posts",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("critique_id", Long, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("message_id", Long, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "critique_id", "part", name="pk_critique_posts"),
        sa.ForeignKeyConstraint(
            ["guild_id", "critique_id"],
            ["critiques.guild_id", "critiques.id"],
            name="fk_critique_posts_critique_id",
        ),
        sqlite_strict=True,
    )
