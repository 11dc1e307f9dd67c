"""Lore as JSON: what is kept is what was there."""

import json
from pathlib import Path

import pytest

from engine.files.lorebooks import read_lorebook
from engine.story import Lorebook, LoreEntry
from engine.story.lore_json import book_from_json, book_to_json, entry_from_json, entry_to_json

BOOKS = sorted((Path(__file__).parents[1] / "files" / "lorebooks").glob("*.json"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_book_and_its_entries_come_back(path: Path) -> None:
    book = read_lorebook(path.read_bytes()).book
    written = json.loads(json.dumps([book_to_json(book), *map(entry_to_json, book.entries)]))
    entries = tuple(map(entry_from_json, written[1:]))
    back = book_from_json(written[0])
    assert entries == book.entries
    assert [(entry.raw, entry.form) for entry in entries] == [
        (entry.raw, entry.form) for entry in book.entries
    ]
    assert (back.name, back.scan_depth, back.raw, back.form) == (
        book.name,
        book.scan_depth,
        book.raw,
        book.form,
    )


def test_what_says_nothing_is_written_as_nothing() -> None:
    assert entry_to_json(LoreEntry()) == {}
    assert entry_from_json({}) == LoreEntry()
    assert book_from_json(book_to_json(Lorebook())) == Lorebook()
