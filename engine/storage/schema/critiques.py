"""Critiques, the consents they need, and where they are shown to all."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
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
from engine.storage.types import Long, OneOf, Words
from engine.story import (
    ConsentState,
    CritiqueSource,
    CritiqueState,
    Dropped,
    Note,
    Notes,
    Praise,
    Quote,
)


class NotesJson(TypeDecorator[Notes]):
    """Notes, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Notes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        dropped = {key.value: count for key, count in value.dropped.items()}
        text = json.dumps(asdict(value) | {"dropped": dropped}, ensure_ascii=False)
        # PostgreSQL and UTF-8 cannot hold what a model may write as \u escapes.
        return text.encode("utf-8", "replace").decode().replace("\\u0000", "\ufffd")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Notes | None:
        return None if value is None else _notes(json.loads(value))


def _notes(kept: dict[str, Any]) -> Notes:
    return Notes(
        causes=tuple(kept["causes"]),
        notes=tuple(Note(**note | {"quote": Quote(**note["quote"])}) for note in kept["notes"]),
        praise=tuple(Praise(Quote(**each["quote"]), each["why"]) for each in kept["praise"]),
        passages=kept["passages"],
        dropped={Dropped(key): count for key, count in kept["dropped"].items()},
    )


critiques = Table(
    "critiques",
    metadata,
    id_column(),
    guild_column(),
    Column("channel_id", Long, nullable=False),
    Column("requester_id", Long, nullable=False),
    Column("source", OneOf(CritiqueSource), nullable=False),
    Column("lens", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Words, nullable=False),  # "" once it is not kept any longer
    Column("text_hash", Text, nullable=False),
    Column("state", OneOf(CritiqueState), nullable=False),
    Column("notes", NotesJson),
    Column("model", Text, nullable=False),
    Column("seed", Long, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    Column("changed_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    Index(None, "guild_id", "requester_id"),
    **NUMBERED,
)

critique_consents = Table(
    "critique_consents",
    metadata,
    guild_column(),
    Column("critique_id", Long, nullable=False),
    Column("author_id", Long, nullable=False),
    Column("state", OneOf(ConsentState), nullable=False),
    Column("may_share", Integer, nullable=False),  # 1: everybody may see the critique
    Column("changed_ms", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "critique_id", "author_id"),
    refers("critique_id", "critiques"),
    Index(None, "guild_id", "author_id"),
    **STRICT,
)

critique_posts = Table(
    "critique_posts",
    metadata,
    guild_column(),
    Column("critique_id", Long, nullable=False),
    Column("part", Integer, nullable=False),
    Column("channel_id", Long, nullable=False),
    Column("message_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "critique_id", "part"),
    refers("critique_id", "critiques"),
    **STRICT,
)
