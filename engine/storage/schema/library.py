"""Works, their authors and consents."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from engine.storage.schema.metadata import (
    NUMBERED,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf, Words
from engine.story import Licence, Purpose, Source, Way, WorkState

works = Table(
    "works",
    metadata,
    id_column(),
    guild_column(),
    Column("title", Words, nullable=False),
    Column("source", OneOf(Source), nullable=False),
    Column("licence", OneOf(Licence), nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Words, nullable=False),  # "" once erased; the hash stays
    Column("text_hash", Text, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("story_id", Long),
    Column("giver_id", Long, nullable=False),
    Column("state", OneOf(WorkState), nullable=False),
    Column("consent_version", Integer, nullable=False),
    Column("evidence", Words, nullable=False),
    # Where the other authors are asked.
    Column("asked_channel_id", Long),
    Column("asked_message_id", Long),
    Column("interaction_id", Long),
    Column("created_ms", Long, nullable=False),
    Column("closed_ms", Long),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    refers("story_id", "stories"),
    Index(None, "guild_id", "text_hash"),
    Index(None, "guild_id", "story_id"),
    **NUMBERED,
)

work_authors = Table(
    "work_authors",
    metadata,
    id_column(),
    guild_column(),
    Column("work_id", Long, nullable=False),
    Column("member_id", Long),  # NULL: known by name only
    Column("name", Words, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("work_id", "works"),
    Index(None, "guild_id", "work_id"),
    Index(None, "guild_id", "member_id"),
    **NUMBERED,
)

# Append-only: a row is never deleted, and changed once, when its consent is withdrawn.
consents = Table(
    "consents",
    metadata,
    id_column(),
    guild_column(),
    Column("work_id", Long, nullable=False),
    Column("author_id", Long, nullable=False),
    Column("purpose", OneOf(Purpose), nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("wording_hash", Text, nullable=False),
    Column("way", OneOf(Way), nullable=False),
    Column("evidence", Words, nullable=False),
    Column("given_ms", Long, nullable=False),
    Column("withdrawn_ms", Long),
    Column("withdrawn_way", OneOf(Way)),
    UniqueConstraint("guild_id", "id"),
    refers("work_id", "works"),
    refers("author_id", "work_authors"),
    Index(None, "guild_id", "work_id"),
    Index(None, "guild_id", "author_id"),
    **NUMBERED,
)
