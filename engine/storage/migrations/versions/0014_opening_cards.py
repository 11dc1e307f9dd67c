"""The messages that opened stories.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "opening_cards",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("message_id", Long, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "story_id", name="pk_opening_cards"),
        sa.UniqueConstraint("guild_id", "message_id", name="uq_opening_cards_guild_id_message_id"),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name="fk_opening_cards_story_id",
        ),
        sqlite_strict=True,
    )
