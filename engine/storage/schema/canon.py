"""Facts of a story, what was read for them, and what the server chose."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf, Words, WordsJson
from engine.story.canon import FactScope, FactState

facts = Table(
    "facts",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("turn_id", Long),
    Column("subject", Words, nullable=False),
    Column("relation", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("quote", Words, nullable=False),
    Column("state", OneOf(FactState), nullable=False),
    Column("scope", OneOf(FactScope), nullable=False),
    Column("witnesses", WordsJson, nullable=False),
    Column("supersedes_id", Long),
    Column("proposer_id", Long, nullable=False),
    Column("decider_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("story_id", "stories"),
    refers("turn_id", "turns"),
    refers("supersedes_id", "facts"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "turn_id"),
    Index(None, "guild_id", "supersedes_id"),
    Index(None, "guild_id", "proposer_id"),
    **NUMBERED,
)

# Passages that the model was asked about, by what they told: none is asked about twice.
canon_reads = Table(
    "canon_reads",
    metadata,
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("guild_id", "story_id", "digest"),
    refers("story_id", "stories"),
    **STRICT,
)

canon_settings = Table(
    "canon_settings",
    metadata,
    Column("guild_id", Long, primary_key=True, autoincrement=False),
    Column("proposes", Integer, nullable=False),
    Column("accepts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    **STRICT,
)
