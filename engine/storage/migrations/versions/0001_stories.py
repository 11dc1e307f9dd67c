"""Stories, turns, branches and their moves, posts, ballots.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_stories()
    _create_turns()
    _create_ballots()
    _create_branches()
    _create_posts()
    _create_candidates()
    _create_moves()
    _create_votes()


def _create_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("starter_id", Long, nullable=False),
        sa.Column("starter_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("rating", sa.Text(), nullable=False),
        sa.Column("length", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.Column("ended_ms", Long, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("guild_id", "id", name=op.f("uq_stories_guild_id_id")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_stories_guild_id_interaction_id")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_stories_guild_id_channel_id"), "stories", ["guild_id", "channel_id"])
    op.create_index(
        "one_open_story_per_channel",
        "stories",
        ["guild_id", "channel_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("parent_id", Long, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("author_id", Long, nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("post_key", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("tokenizer", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("source_message_id", Long, nullable=True),
        sa.Column("interaction_id", Long, nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "parent_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_turns_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name=op.f("fk_turns_story_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint("guild_id", "id", name=op.f("uq_turns_guild_id_id")),
        sa.UniqueConstraint(
            "guild_id",
            "interaction_id",
            "ordinal",
            name=op.f("uq_turns_guild_id_interaction_id_ordinal"),
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_turns_guild_id_parent_id"), "turns", ["guild_id", "parent_id"])
    op.create_index(
        op.f("ix_turns_guild_id_source_message_id"), "turns", ["guild_id", "source_message_id"]
    )
    op.create_index(op.f("ix_turns_guild_id_story_id"), "turns", ["guild_id", "story_id"])
    op.create_index(
        "unfinished_turns",
        "turns",
        ["state"],
        sqlite_where=sa.text("state IN ('accepted', 'writing', 'written')"),
        postgresql_where=sa.text("state IN ('accepted', 'writing', 'written')"),
    )


def _create_ballots() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("head_turn_id", Long, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chosen_turn_id", Long, nullable=True),
        sa.Column("opener_id", Long, nullable=False),
        sa.Column("interaction_id", Long, nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "chosen_turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_ballots_chosen_turn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "head_turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_ballots_head_turn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name=op.f("fk_ballots_story_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("guild_id", "id", name=op.f("uq_ballots_guild_id_id")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_ballots_guild_id_interaction_id")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_ballots_guild_id_chosen_turn_id"), "ballots", ["guild_id", "chosen_turn_id"]
    )
    op.create_index(
        op.f("ix_ballots_guild_id_head_turn_id"), "ballots", ["guild_id", "head_turn_id"]
    )
    op.create_index(op.f("ix_ballots_guild_id_story_id"), "ballots", ["guild_id", "story_id"])


def _create_branches() -> None:
    op.create_table(
        "branches",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head_turn_id", Long, nullable=True),
        sa.Column("in_use", sa.Integer(), nullable=False),
        sa.Column("created_ms", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "head_turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_branches_head_turn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name=op.f("fk_branches_story_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branches")),
        sa.UniqueConstraint("guild_id", "id", name=op.f("uq_branches_guild_id_id")),
        sa.UniqueConstraint(
            "guild_id", "story_id", "name", name=op.f("uq_branches_guild_id_story_id_name")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_branches_guild_id_head_turn_id"), "branches", ["guild_id", "head_turn_id"]
    )
    op.create_index(
        "one_branch_in_use",
        "branches",
        ["guild_id", "story_id"],
        unique=True,
        sqlite_where=sa.text("in_use = 1"),
        postgresql_where=sa.text("in_use = 1"),
    )


def _create_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("channel_id", Long, nullable=False),
        sa.Column("message_id", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "turn_id"], ["turns.guild_id", "turns.id"], name=op.f("fk_posts_turn_id")
        ),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", "part", name=op.f("pk_posts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_posts_guild_id_message_id"), "posts", ["guild_id", "message_id"])


def _create_candidates() -> None:
    op.create_table(
        "candidates",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=False),
        sa.Column("ballot_id", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "ballot_id"],
            ["ballots.guild_id", "ballots.id"],
            name=op.f("fk_candidates_ballot_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_candidates_turn_id"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "turn_id", name=op.f("pk_candidates")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_candidates_guild_id_ballot_id"), "candidates", ["guild_id", "ballot_id"]
    )


def _create_moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("branch_id", Long, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_turn_id", Long, nullable=True),
        sa.Column("to_turn_id", Long, nullable=True),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("interaction_id", Long, nullable=True),
        sa.Column("created_ms", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "branch_id"],
            ["branches.guild_id", "branches.id"],
            name=op.f("fk_moves_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "from_turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_moves_from_turn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "to_turn_id"],
            ["turns.guild_id", "turns.id"],
            name=op.f("fk_moves_to_turn_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_moves_guild_id_interaction_id")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_moves_guild_id_branch_id"), "moves", ["guild_id", "branch_id"])
    op.create_index(op.f("ix_moves_guild_id_from_turn_id"), "moves", ["guild_id", "from_turn_id"])
    op.create_index(op.f("ix_moves_guild_id_to_turn_id"), "moves", ["guild_id", "to_turn_id"])


def _create_votes() -> None:
    op.create_table(
        "votes",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("ballot_id", Long, nullable=False),
        sa.Column("member_id", Long, nullable=False),
        sa.Column("turn_id", Long, nullable=False),
        sa.Column("cast_ms", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "ballot_id"],
            ["ballots.guild_id", "ballots.id"],
            name=op.f("fk_votes_ballot_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "turn_id"], ["turns.guild_id", "turns.id"], name=op.f("fk_votes_turn_id")
        ),
        sa.PrimaryKeyConstraint("guild_id", "ballot_id", "member_id", name=op.f("pk_votes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_votes_guild_id_turn_id"), "votes", ["guild_id", "turn_id"])
