"""Summaries, author's notes, pins and style samples."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, Words

summaries = Table(
    "summaries",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("digest", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("editor_id", Long, nullable=False),
    Column("is_pinned", Integer, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "story_id", "digest"),
    refers("story_id", "stories"),
    **NUMBERED,
)

author_notes = Table(
    "author_notes",
    metadata,
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("text", Words, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("member_name", Words, nullable=False),
    PrimaryKeyConstraint("guild_id", "story_id"),
    refers("story_id", "stories"),
    Index(None, "guild_id", "member_id"),
    **STRICT,
)

pins = Table(
    "pins",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("turn_id", Long),
    Column("text", Words, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("member_name", Words, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("story_id", "stories"),
    refers("turn_id", "turns"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "turn_id"),
    Index(None, "guild_id", "member_id"),
    **NUMBERED,
)

style_samples = Table(
    "style_samples",
    metadata,
    id_column(),
    guild_column(),
    Column("language", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("member_name", Words, nullable=False),
    UniqueConstraint("guild_id", "id"),
    Index(None, "guild_id", "language"),
    Index(None, "guild_id", "member_id"),
    **NUMBERED,
)
