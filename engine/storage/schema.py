"""The tables. Migrations build them; a test holds the two equal.

Every table has `guild_id`, and every reference is the pair (guild_id, id): the database itself
refuses a row that points into another server. Times are epoch milliseconds.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.storage.types import Long, NumbersJson, OneOf, ProvenanceJson, Words
from engine.story import (
    BallotState,
    Length,
    LineKind,
    MoveKind,
    Outcome,
    Rating,
    StoryState,
    TurnKind,
    TurnState,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Long, primary_key=True, autoincrement=True)


def _guild() -> Column[int]:
    return Column("guild_id", Long, nullable=False)


def _refers(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["guild_id", column], [f"{table}.guild_id", f"{table}.id"])


# Ids stand in the buttons of old messages, so they are never given twice (AUTOINCREMENT).
_STRICT: dict[str, Any] = {"sqlite_strict": True}
_NUMBERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}

stories = Table(
    "stories",
    metadata,
    _id(),
    _guild(),
    Column("channel_id", Long, nullable=False),
    Column("starter_id", Long, nullable=False),
    Column("starter_name", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("genre", Words, nullable=False),
    Column("style", Words, nullable=False),
    Column("language", Text, nullable=False),
    Column("rating", OneOf(Rating), nullable=False),
    Column("length", OneOf(Length), nullable=False),
    Column("state", OneOf(StoryState), nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    Column("ended_ms", Long),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    Index(
        "one_open_story_per_channel",
        "guild_id",
        "channel_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(None, "guild_id", "channel_id"),
    **_NUMBERED,
)

turns = Table(
    "turns",
    metadata,
    _id(),
    _guild(),
    Column("story_id", Long, nullable=False),
    Column("parent_id", Long),
    Column("number", Integer, nullable=False),
    Column("kind", OneOf(TurnKind), nullable=False),
    Column("state", OneOf(TurnState), nullable=False),
    Column("outcome", OneOf(Outcome)),
    Column("author_id", Long, nullable=False),
    Column("author_name", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("direction", Words, nullable=False),
    Column("post_key", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tokens", Integer),
    Column("tokenizer", Text),
    Column("provenance", ProvenanceJson),
    Column("source_message_id", Long),
    Column("interaction_id", Long),
    Column("ordinal", Integer, nullable=False),  # among the turns of one interaction
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id", "ordinal"),
    _refers("story_id", "stories"),
    _refers("parent_id", "turns"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "parent_id"),
    Index(None, "guild_id", "source_message_id"),
    Index(
        "unfinished_turns",
        "state",
        sqlite_where=text("state IN ('accepted', 'writing', 'written')"),
        postgresql_where=text("state IN ('accepted', 'writing', 'written')"),
    ),
    **_NUMBERED,
)

branches = Table(
    "branches",
    metadata,
    _id(),
    _guild(),
    Column("story_id", Long, nullable=False),
    Column("name", Text, nullable=False),
    Column("head_turn_id", Long),
    Column("in_use", Integer, nullable=False),  # 1 for the branch that members write on
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "story_id", "name"),
    _refers("story_id", "stories"),
    _refers("head_turn_id", "turns"),
    Index(
        "one_branch_in_use",
        "guild_id",
        "story_id",
        unique=True,
        sqlite_where=text("in_use = 1"),
        postgresql_where=text("in_use = 1"),
    ),
    Index(None, "guild_id", "head_turn_id"),
    **_NUMBERED,
)

moves = Table(
    "moves",
    metadata,
    _id(),
    _guild(),
    Column("branch_id", Long, nullable=False),
    Column("kind", OneOf(MoveKind), nullable=False),
    Column("from_turn_id", Long),
    Column("to_turn_id", Long),
    Column("member_id", Long, nullable=False),
    Column("interaction_id", Long),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "interaction_id"),
    _refers("branch_id", "branches"),
    _refers("from_turn_id", "turns"),
    _refers("to_turn_id", "turns"),
    Index(None, "guild_id", "branch_id"),
    Index(None, "guild_id", "from_turn_id"),
    Index(None, "guild_id", "to_turn_id"),
    **_NUMBERED,
)

posts = Table(
    "posts",
    metadata,
    _guild(),
    Column("turn_id", Long, nullable=False),
    Column("part", Integer, nullable=False),
    Column("channel_id", Long, nullable=False),
    Column("message_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "turn_id", "part"),
    _refers("turn_id", "turns"),
    Index(None, "guild_id", "message_id"),
    **_STRICT,
)

ballots = Table(
    "ballots",
    metadata,
    _id(),
    _guild(),
    Column("story_id", Long, nullable=False),
    Column("head_turn_id", Long),
    Column("state", OneOf(BallotState), nullable=False),
    Column("chosen_turn_id", Long),
    Column("opener_id", Long, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    _refers("story_id", "stories"),
    _refers("head_turn_id", "turns"),
    _refers("chosen_turn_id", "turns"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "head_turn_id"),
    Index(None, "guild_id", "chosen_turn_id"),
    **_NUMBERED,
)

candidates = Table(
    "candidates",
    metadata,
    _guild(),
    Column("turn_id", Long, nullable=False),
    Column("ballot_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "turn_id"),
    _refers("turn_id", "turns"),
    _refers("ballot_id", "ballots"),
    Index(None, "guild_id", "ballot_id"),
    **_STRICT,
)

votes = Table(
    "votes",
    metadata,
    _guild(),
    Column("ballot_id", Long, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("turn_id", Long, nullable=False),
    Column("cast_ms", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "ballot_id", "member_id"),
    _refers("ballot_id", "ballots"),
    _refers("turn_id", "turns"),
    Index(None, "guild_id", "turn_id"),
    **_STRICT,
)

styles = Table(
    "styles",
    metadata,
    Column("guild_id", Long, primary_key=True, autoincrement=False),
    Column("preset", Text, nullable=False),
    Column("own_values", NumbersJson, nullable=False),
    Column("bans_cliches", Integer, nullable=False),  # 1: by the shipped list
    **_STRICT,
)

style_lines = Table(
    "style_lines",
    metadata,
    _id(),
    _guild(),
    Column("kind", OneOf(LineKind), nullable=False),
    Column("text", Words, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "kind", "text"),
    **_NUMBERED,
)
