"""Lorebooks and their entries."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from engine.storage.lore_types import LorebookJson, LoreEntryJson, LoreSettingsJson
from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf, Words
from engine.story import LoreScope

lorebooks = Table(
    "lorebooks",
    metadata,
    id_column(),
    guild_column(),
    Column("scope", OneOf(LoreScope), nullable=False),
    Column("channel_id", Long),  # one of these three, where the scope has one
    Column("story_id", Long),
    Column("character_id", Long),
    Column("name", Words, nullable=False),  # "": the book in which members write
    Column("book", LorebookJson, nullable=False),
    Column("member_id", Long, nullable=False),  # who made it; of a persona, whose it is
    Column("member_name", Words, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("story_id", "stories"),
    refers("character_id", "characters"),
    Index(None, "guild_id", "scope", "channel_id"),
    Index(None, "guild_id", "story_id"),
    Index(None, "guild_id", "character_id"),
    Index(None, "guild_id", "member_id"),
    **NUMBERED,
)

lore_entries = Table(
    "lore_entries",
    metadata,
    id_column(),
    guild_column(),
    Column("book_id", Long, nullable=False),
    Column("entry", LoreEntryJson, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("tokens", Integer),
    Column("tokenizer", Text),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("book_id", "lorebooks"),
    Index(None, "guild_id", "book_id"),
    Index(None, "guild_id", "member_id"),
    **NUMBERED,
)

# A card's book is brought in once, even if it is removed afterwards.
card_books = Table(
    "card_books",
    metadata,
    guild_column(),
    Column("character_id", Long, nullable=False),
    Column("book_id", Long),  # None: the card has none, or it was removed
    PrimaryKeyConstraint("guild_id", "character_id"),
    refers("character_id", "characters"),
    refers("book_id", "lorebooks"),
    Index(None, "guild_id", "book_id"),
    **STRICT,
)

lore_settings = Table(
    "lore_settings",
    metadata,
    Column("guild_id", Long, primary_key=True, autoincrement=False),
    Column("settings", LoreSettingsJson, nullable=False),
    **STRICT,
)
