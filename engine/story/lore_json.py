"""An entry of lore, and a book, as JSON and back: every field, and the raw part of its file."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from engine.story.lore import BookForm, Lorebook, LoreEntry, LorePosition, LoreRole, LoreText
from engine.story.lore import SecondaryLogic as Logic

_ENUMS: Mapping[str, type[StrEnum]] = {
    "logic": Logic,
    "position": LorePosition,
    "role": LoreRole,
    "form": BookForm,
}


def entry_to_json(entry: LoreEntry) -> dict[str, Any]:
    """Return the entry as a JSON object; what stands at its default is left out."""
    plain = LoreEntry()
    found = {field.name: getattr(entry, field.name) for field in fields(LoreEntry)}
    return {name: _plain(value) for name, value in found.items() if value != getattr(plain, name)}


def entry_from_json(written: Mapping[str, Any]) -> LoreEntry:
    """Return the entry that `entry_to_json` wrote."""
    return LoreEntry(**{name: _noun(name, value) for name, value in written.items()})


def book_to_json(book: Lorebook) -> dict[str, Any]:
    """Return the book as a JSON object, without its entries."""
    found = {field.name: getattr(book, field.name) for field in fields(Lorebook)}
    del found["entries"]
    return {name: _plain(value) for name, value in found.items()}


def book_from_json(written: Mapping[str, Any]) -> Lorebook:
    """Return the book that `book_to_json` wrote, without entries."""
    return Lorebook(**{name: _noun(name, value) for name, value in written.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return dict(value) if isinstance(value, Mapping) else value


def _noun(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _ENUMS[name](value)
    if isinstance(value, list):
        return tuple(LoreText(inner) if name == "also_in" else inner for inner in value)
    return value
