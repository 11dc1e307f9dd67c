"""How the model writes on each server.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "styles",
        sa.Column("guild_id", Long, nullable=False, autoincrement=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("own_values", sa.Text(), nullable=False),
        sa.Column("bans_cliches", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_styles"),
        sqlite_strict=True,
    )
    op.create_table(
        "style_lines",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_style_lines"),
        sa.UniqueConstraint("guild_id", "kind", "text", name="uq_style_lines_guild_id_kind_text"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
