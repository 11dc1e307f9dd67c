"""Lore in columns: JSON, and read back only as what it is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import Dialect, Text, TypeDecorator

from engine.story import Lorebook, LoreEntry, LoreSettings, LoreStrategy
from engine.story.lore_json import book_from_json, book_to_json, entry_from_json, entry_to_json

Noun = TypeVar("Noun", LoreEntry, Lorebook)

_OR_NONE: Mapping[str, type] = {
    "priority": int,
    "scan_depth": int,
    "token_budget": int,
    "is_case_sensitive": bool,
    "has_whole_words": bool,
    "group_scoring": bool,
    "is_recursive": bool,
}


class LoreEntryJson(TypeDecorator[LoreEntry]):
    """An entry, without its id. A value that is none raises ValueError, TypeError or KeyError."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: LoreEntry | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        written = entry_to_json(value)
        written.pop("id", None)  # the row has it
        return json.dumps(written)  # escaped: NUL and lone surrogates are plain letters

    def process_result_value(self, value: str | None, dialect: Dialect) -> LoreEntry | None:
        return None if value is None else _checked(entry_from_json(_object(value)))


class LorebookJson(TypeDecorator[Lorebook]):
    """A book without its entries, its id and its name."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Lorebook | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        written = book_to_json(value)
        for name in ("id", "name"):
            written.pop(name, None)  # columns of their own
        return json.dumps(written)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Lorebook | None:
        return None if value is None else _checked(book_from_json(_object(value)))


class LoreSettingsJson(TypeDecorator[LoreSettings]):
    """A server's settings of lore."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: LoreSettings | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(asdict(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> LoreSettings | None:
        if value is None:
            return None
        written = _object(value)
        return LoreSettings(**written | {"strategy": LoreStrategy(written["strategy"])})


def _object(value: str) -> dict[str, Any]:
    written = json.loads(value)
    if not isinstance(written, dict):
        raise TypeError
    return written


def _checked(noun: Noun) -> Noun:
    """Return the noun. Raise TypeError when a field holds nothing of its kind."""
    plain = type(noun)()
    for field in fields(noun):
        value = getattr(noun, field.name)
        if value is None and field.name in _OR_NONE:
            continue
        wanted = _OR_NONE.get(field.name) or type(getattr(plain, field.name))
        if field.name == "raw":
            wanted = dict if value else type(value)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise TypeError(field.name)
        if isinstance(value, tuple) and not all(isinstance(each, str) for each in value):
            raise TypeError(field.name)
    return noun
