"""Characters, their lines and drafts of lines.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_characters()
    for table, column, kind in (("cards", "card", sa.Text()), ("faces", "png", sa.LargeBinary())):
        op.create_table(
            table,
            sa.Column("guild_id", Long, nullable=False),
            sa.Column("character_id", Long, nullable=False),
            sa.Column(column, kind, nullable=False),
            sa.PrimaryKeyConstraint("guild_id", "character_id", name=f"pk_{table}"),
            _refers(table, "character_id", "characters"),
            sqlite_strict=True,
        )
    _create_lines()
    _create_line_drafts()


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], [f"{other}.guild_id", f"{other}.id"], name=f"fk_{table}_{column}"
    )


def _create_characters() -> None:
    op.create_table(
        "characters",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("creator_id", Long, nullable=False),
        sa.Column("creator_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("uses_instructions", sa.Integer(), nullable=False),
        sa.Column("card_channel_id", Long),
        sa.Column("card_message_id", Long),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "name",
                "name_key",
                "nickname",
                "description",
                "personality",
                "scenario",
                "examples",
                "greeting",
                "other_greetings",
                "system_prompt",
                "last_instruction",
            )
        ),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_characters"),
        sa.UniqueConstraint("guild_id", "id", name="uq_characters_guild_id_id"),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name="uq_characters_guild_id_interaction_id"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(
        "one_live_character_of_a_name",
        "characters",
        ["guild_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_index("ix_characters_guild_id_creator_id", "characters", ["guild_id", "creator_id"])


def _create_lines() -> None:
    op.create_table(
        "lines",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=False),
        sa.Column("character_id", Long, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", name="pk_lines"),
        _refers("lines", "turn_id", "turns"),
        _refers("lines", "character_id", "characters"),
        sqlite_strict=True,
    )
    op.create_index("ix_lines_guild_id_character_id", "lines", ["guild_id", "character_id"])


def _create_line_drafts() -> None:
    op.create_table(
        "line_drafts",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("story_id", Long),
        sa.Column("character_id", Long, nullable=False),
        sa.Column("head_turn_id", Long),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_edited", sa.Integer(), nullable=False),
        sa.Column("turn_id", Long),
        sa.Column("provenance", sa.Text()),
        sa.Column("created_ms", Long, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_line_drafts"),
        sa.UniqueConstraint("guild_id", "id", name="uq_line_drafts_guild_id_id"),
        sa.UniqueConstraint(
            "guild_id",
            "interaction_id",
            "number",
            name="uq_line_drafts_guild_id_interaction_id_number",
        ),
        _refers("line_drafts", "story_id", "stories"),
        _refers("line_drafts", "character_id", "characters"),
        _refers("line_drafts", "head_turn_id", "turns"),
        _refers("line_drafts", "turn_id", "turns"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for column in ("story_id", "character_id", "head_turn_id", "turn_id", "created_ms"):
        op.create_index(f"ix_line_drafts_guild_id_{column}", "line_drafts", ["guild_id", column])
