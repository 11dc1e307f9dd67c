"""Characters, their lines and drafts of lines."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Bytes, Long, OneOf, ProvenanceJson, Words, WordsJson
from engine.story import CharacterState

characters = Table(
    "characters",
    metadata,
    id_column(),
    guild_column(),
    Column("creator_id", Long, nullable=False),
    Column("creator_name", Words, nullable=False),
    Column("state", OneOf(CharacterState), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("uses_instructions", Integer, nullable=False),  # 1: a moderator switched them on
    Column("card_channel_id", Long),
    Column("card_message_id", Long),
    Column("name", Words, nullable=False),
    Column("name_key", Words, nullable=False),  # the name as it is looked for, whatever its case
    Column("nickname", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("personality", Words, nullable=False),
    Column("scenario", Words, nullable=False),
    Column("examples", Words, nullable=False),
    Column("greeting", Words, nullable=False),
    Column("other_greetings", WordsJson, nullable=False),
    Column("system_prompt", Words, nullable=False),
    Column("last_instruction", Words, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    Index(
        "one_live_character_of_a_name",
        "guild_id",
        "name_key",
        unique=True,
        sqlite_where=text("state = 'live'"),
        postgresql_where=text("state = 'live'"),
    ),
    Index(None, "guild_id", "creator_id"),
    **NUMBERED,
)

# Beside the characters, because they are large and lists do not need them.
cards = Table(
    "cards",
    metadata,
    guild_column(),
    Column("character_id", Long, nullable=False),
    Column("card", Text, nullable=False),  # the imported JSON, whole, in ASCII
    PrimaryKeyConstraint("guild_id", "character_id"),
    refers("character_id", "characters"),
    **STRICT,
)

faces = Table(
    "faces",
    metadata,
    guild_column(),
    Column("character_id", Long, nullable=False),
    Column("png", Bytes, nullable=False),
    PrimaryKeyConstraint("guild_id", "character_id"),
    refers("character_id", "characters"),
    **STRICT,
)

lines = Table(
    "lines",
    metadata,
    guild_column(),
    Column("turn_id", Long, nullable=False),
    Column("character_id", Long, nullable=False),
    Column("name", Words, nullable=False),  # as it was then: a story does not change afterwards
    PrimaryKeyConstraint("guild_id", "turn_id"),
    refers("turn_id", "turns"),
    refers("character_id", "characters"),
    Index(None, "guild_id", "character_id"),
    **STRICT,
)

line_drafts = Table(
    "line_drafts",
    metadata,
    id_column(),
    guild_column(),
    Column("channel_id", Long, nullable=False),
    Column("story_id", Long),
    Column("character_id", Long, nullable=False),
    Column("head_turn_id", Long),
    Column("member_id", Long, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("number", Integer, nullable=False),
    Column("direction", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("is_edited", Integer, nullable=False),  # 1: by the member's hand
    Column("turn_id", Long),
    Column("provenance", ProvenanceJson),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id", "number"),
    refers("story_id", "stories"),
    refers("character_id", "characters"),
    refers("head_turn_id", "turns"),
    refers("turn_id", "turns"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "character_id"),
    Index(None, "guild_id", "head_turn_id"),
    Index(None, "guild_id", "turn_id"),
    Index(None, "guild_id", "created_ms"),
    **NUMBERED,
)
