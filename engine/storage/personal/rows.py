"""What the families of personal rows share."""

from base64 import b64encode
from dataclasses import asdict, is_dataclass
from typing import Any

from sqlalchemy import Select

from engine.story import Lorebook, LoreEntry
from engine.story.lore_json import book_to_json, entry_to_json

Rows = dict[str, Select[*tuple[Any, ...]]]
"""The rows that hold a member's words, name or id, by table."""


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; bytes in base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, LoreEntry):
        return entry_to_json(value)
    if isinstance(value, Lorebook):
        return book_to_json(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
