"""Story prompts, what members made of them, and the premises of stories.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_story_prompts()
    op.create_table(
        "prompt_marks",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("prompt_id", Long, nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint(
            "guild_id", "prompt_id", "member_id", "kind", name="pk_prompt_marks"
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "prompt_id"],
            ["story_prompts.guild_id", "story_prompts.id"],
            name="fk_prompt_marks_prompt_id",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_prompt_marks_guild_id_member_id", "prompt_marks", ["guild_id", "member_id"])
    op.create_table(
        "premises",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "story_id", name="pk_premises"),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name="fk_premises_story_id",
        ),
        sqlite_strict=True,
    )


def _create_story_prompts() -> None:
    words = ("genre", "tone", "form", "seed_words")
    op.create_table(
        "story_prompts",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("is_long", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_prompts"),
        sa.UniqueConstraint("guild_id", "id", name="uq_story_prompts_guild_id_id"),
        sa.UniqueConstraint(
            "guild_id",
            "interaction_id",
            "ordinal",
            name="uq_story_prompts_guild_id_interaction_id_ordinal",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_story_prompts_guild_id_language", "story_prompts", ["guild_id", "language"])
