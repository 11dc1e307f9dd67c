"""Ballots on alternatives."""

from sqlalchemy import (
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf
from engine.story import (
    BallotState,
)

ballots = Table(
    "ballots",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("head_turn_id", Long),
    Column("state", OneOf(BallotState), nullable=False),
    Column("chosen_turn_id", Long),
    Column("opener_id", Long, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    refers("story_id", "stories"),
    refers("head_turn_id", "turns"),
    refers("chosen_turn_id", "turns"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "head_turn_id"),
    Index(None, "guild_id", "chosen_turn_id"),
    **NUMBERED,
)

# Two branches may stand at the same head: a vote is one branch's.
ballot_branches = Table(
    "ballot_branches",
    metadata,
    guild_column(),
    Column("ballot_id", Long, nullable=False),
    Column("branch_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "ballot_id"),
    refers("ballot_id", "ballots"),
    refers("branch_id", "branches"),
    Index(None, "guild_id", "branch_id"),
    **STRICT,
)

candidates = Table(
    "candidates",
    metadata,
    guild_column(),
    Column("turn_id", Long, nullable=False),
    Column("ballot_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "turn_id"),
    refers("turn_id", "turns"),
    refers("ballot_id", "ballots"),
    Index(None, "guild_id", "ballot_id"),
    **STRICT,
)

votes = Table(
    "votes",
    metadata,
    guild_column(),
    Column("ballot_id", Long, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("turn_id", Long, nullable=False),
    Column("cast_ms", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "ballot_id", "member_id"),
    refers("ballot_id", "ballots"),
    refers("turn_id", "turns"),
    Index(None, "guild_id", "turn_id"),
    **STRICT,
)
