"""How the model writes on each server."""

from sqlalchemy import (
    Column,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
)
from engine.storage.types import Long, NumbersJson, OneOf, Words
from engine.story import (
    LineKind,
)

styles = Table(
    "styles",
    metadata,
    Column("guild_id", Long, primary_key=True, autoincrement=False),
    Column("preset", Text, nullable=False),
    Column("own_values", NumbersJson, nullable=False),
    Column("bans_cliches", Integer, nullable=False),  # 1: by the shipped list
    **STRICT,
)

style_lines = Table(
    "style_lines",
    metadata,
    id_column(),
    guild_column(),
    Column("kind", OneOf(LineKind), nullable=False),
    Column("text", Words, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "kind", "text"),
    **NUMBERED,
)
