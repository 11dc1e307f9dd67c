"""Story prompts, what members made of them, and the premises of stories."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf, Words
from engine.story import PromptMark

story_prompts = Table(
    "story_prompts",
    metadata,
    id_column(),
    guild_column(),
    Column("interaction_id", Long, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("language", Text, nullable=False),
    Column("genre", Words, nullable=False),
    Column("tone", Words, nullable=False),
    Column("form", Words, nullable=False),
    Column("seed_words", Words, nullable=False),
    Column("is_long", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id", "ordinal"),
    Index(None, "guild_id", "language"),
    **NUMBERED,
)

prompt_marks = Table(
    "prompt_marks",
    metadata,
    guild_column(),
    Column("prompt_id", Long, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("kind", OneOf(PromptMark), nullable=False),
    Column("created_ms", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "prompt_id", "member_id", "kind"),
    refers("prompt_id", "story_prompts"),
    Index(None, "guild_id", "member_id"),
    **STRICT,
)

premises = Table(
    "premises",
    metadata,
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("text", Words, nullable=False),
    PrimaryKeyConstraint("guild_id", "story_id"),
    refers("story_id", "stories"),
    **STRICT,
)
