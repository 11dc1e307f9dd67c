"""Lorebooks: World Info, lorebook_v3, and the book of a character card.

A book is kept as it came, so that what Scriptorium does not know goes out with it again. Files
are strangers' and bounded; one bad entry does not spoil a book.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import CardFault, CardRefused, LorebookFault, LorebookRefused
from engine.files import png
from engine.files.card_json import read_json
from engine.files.cards import MOST_FILE_BYTES, read_card_file
from engine.files.lore_entries import OURS, number_of, read_entry, write_entry
from engine.files.lore_fields import OddValue, flag, number, text
from engine.story import (
    BookForm,
    BookNotice,
    BookNoticeKind,
    Lorebook,
    LorebookFile,
    LoreEntry,
)

SPEC = "lorebook_v3"
MOST_ENTRIES = 2_000
MOST_CONTENT = 20_000  # characters of one entry
MOST_KEYS = 200  # of one entry
MOST_KEY = 1_000  # characters
_FAULTS = {
    CardFault.TOO_LARGE: LorebookFault.TOO_LARGE,
    CardFault.TEXT_TOO_LONG: LorebookFault.TOO_LARGE,
    CardFault.TOO_MANY_PARTS: LorebookFault.TOO_MANY_PARTS,
    CardFault.TOO_DEEP: LorebookFault.TOO_DEEP,
    CardFault.NOT_JSON: LorebookFault.NOT_JSON,
    CardFault.KEY_TWICE: LorebookFault.KEY_TWICE,
    CardFault.NUMBER: LorebookFault.NUMBER,
    CardFault.NOT_A_CHARACTER: LorebookFault.NOT_A_LOREBOOK,
    CardFault.NO_CARD: LorebookFault.NOT_A_LOREBOOK,
    CardFault.NOT_A_CARD_FILE: LorebookFault.NOT_A_LOREBOOK,
    CardFault.OTHER_PICTURE: LorebookFault.NOT_A_LOREBOOK,
}
_SETTINGS = {
    "scan_depth": ("scan_depth", "scanDepth"),
    "token_budget": ("token_budget", "tokenBudget"),
    "is_recursive": ("recursive_scanning", "recursiveScanning"),
}


def read_lorebook(content: bytes, filename: str = "") -> LorebookFile:
    """Return the book in a file, told by what is in it; `filename` names a book without a name.

    Raises:
        LorebookRefused: the file holds no book, or is beyond a limit.
    """
    try:
        if content.startswith((png.SIGNATURE, b"PK\x03\x04")):
            return _book_of(read_card_file(content).card)
        if len(content) > MOST_FILE_BYTES:
            raise CardRefused(CardFault.TOO_LARGE, limit=MOST_FILE_BYTES)
        read = read_json(content)
    except CardRefused as refused:
        fault = _FAULTS.get(refused.fault, LorebookFault.CARD)
        raise LorebookRefused(fault, refused.detail, refused.limit) from refused
    stem = filename.rsplit("/", 1)[-1].removesuffix(".json")
    if read.get("spec") == SPEC or isinstance(read.get("entries"), dict | list):
        return _read_book(read, _form_of(read), stem)
    return _book_of(read)


def book_of_card(card: Mapping[str, Any]) -> LorebookFile | None:
    """Return the book in a card of version 2 or 3, named after its character; None for none."""
    data = card.get("data") if isinstance(card.get("data"), dict) else card
    book = data.get("character_book") if isinstance(data, Mapping) else None
    if not isinstance(book, dict) or not isinstance(book.get("entries"), dict | list):
        return None
    name = data.get("name") if isinstance(data, Mapping) else ""
    return _read_book(book, BookForm.CHARACTER_BOOK, name if isinstance(name, str) else "")


def write_lorebook(book: Lorebook, form: BookForm) -> bytes:
    """Return the book as a file of this form, JSON in UTF-8."""
    written = write_book(book, form)
    try:
        return json.dumps(written, ensure_ascii=False, indent=1).encode()
    except UnicodeEncodeError:  # half a character somewhere: it goes out as it came
        return json.dumps(written, indent=1).encode()


def write_book(book: Lorebook, form: BookForm) -> dict[str, Any]:
    """Return the book as an object of this form, such as a card's `character_book`."""
    raw = _raw_of(book, form)
    whole = copy.deepcopy(dict(raw)) if raw is not None else _new_book(book, form)
    inner = whole["data"] if form is BookForm.LOREBOOK_V3 else whole
    # Of World Info the file's name is the book's.
    has_name = bool(inner.get("name")) or (raw is None and form is not BookForm.WORLD_INFO)
    before = _book(inner, form, "" if has_name else book.name)
    for noun in ("name", "description", *_SETTINGS):
        if getattr(book, noun) != getattr(before, noun):
            _put(inner, _SETTINGS.get(noun, (noun,)), getattr(book, noun))
    written = [(at, write_entry(entry, form, number=at)) for at, entry in _numbered(book, form)]
    if form is BookForm.WORLD_INFO:
        inner["entries"] = {str(at): entry for at, entry in written}
    else:
        inner["entries"] = [entry for _, entry in written]
    return whole


def _numbered(book: Lorebook, form: BookForm) -> Iterator[tuple[int, LoreEntry]]:
    """Yield the entries with numbers of their own: those of their file where they can be."""
    wanted = [number_of(entry, form) for entry in book.entries]
    used = set(wanted)
    given: set[int] = set()
    free = 0
    for entry, own in zip(book.entries, wanted, strict=True):
        if own is not None and own not in given:
            at = own
        else:
            while free in used or free in given:
                free += 1
            at = free
        given.add(at)
        yield at, entry


def _form_of(read: Mapping[str, Any]) -> BookForm:
    if read.get("spec") == SPEC:
        return BookForm.LOREBOOK_V3
    entries = read["entries"]
    if isinstance(entries, dict) or any(isinstance(raw, dict) and "key" in raw for raw in entries):
        return BookForm.WORLD_INFO
    return BookForm.CHARACTER_BOOK


def _book_of(card: Mapping[str, Any]) -> LorebookFile:
    found = book_of_card(card)
    if found is None:
        raise LorebookRefused(LorebookFault.NOT_A_LOREBOOK, str(card.get("spec") or "")[:80])
    return found


def _read_book(read: Mapping[str, Any], form: BookForm, name: str) -> LorebookFile:
    whole = {key: value for key, value in read.items() if key != "entries"}
    inner = read
    if form is BookForm.LOREBOOK_V3:
        data = read.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("entries"), dict | list):
            raise LorebookRefused(LorebookFault.NOT_A_LOREBOOK)
        inner = data
        whole = dict(read) | {"data": {key: data[key] for key in data if key != "entries"}}
    notices: list[BookNotice] = []
    entries = tuple(_entries(inner["entries"], form, notices))
    found = _book(inner, form, name)
    book = Lorebook(
        name=found.name,
        description=found.description,
        scan_depth=found.scan_depth,
        token_budget=found.token_budget,
        is_recursive=found.is_recursive,
        entries=entries,
        form=form,
        raw=copy.deepcopy(whole),
    )
    return LorebookFile(form, book, tuple(notices))


def _entries(
    found: dict[str, Any] | list[Any], form: BookForm, notices: list[BookNotice]
) -> Iterator[LoreEntry]:
    items: list[tuple[Any, Any]] = (
        list(found.items()) if isinstance(found, dict) else list(enumerate(found))
    )
    if len(items) > MOST_ENTRIES:
        notices.append(BookNotice(BookNoticeKind.TOO_MANY, str(MOST_ENTRIES), str(len(items))))
    for at, (key, raw) in enumerate(items[:MOST_ENTRIES]):
        if not isinstance(raw, dict):
            notices.append(BookNotice(BookNoticeKind.BROKEN_ENTRY, str(key)))
            continue
        is_number = str(key).isascii() and str(key).isdigit() and len(str(key)) < 10
        own = int(key) if is_number else at
        if form is BookForm.WORLD_INFO and is_number and "uid" not in raw:
            raw = raw | {"uid": own}  # noqa: PLW2901 - its key says it
        read = read_entry(copy.deepcopy(raw), form, number=own)
        entry = read.entry
        named = entry.name or next(iter(entry.keys), "")[:80] or str(key)
        if _is_too_long(entry):
            notices.append(BookNotice(BookNoticeKind.TOO_LONG, named))
            continue
        notices += [BookNotice(BookNoticeKind.ODD_FIELD, named, field) for field in read.odd]
        yield entry


def _is_too_long(entry: LoreEntry) -> bool:
    keys = (*entry.keys, *entry.secondary_keys)
    return (
        len(entry.content) > MOST_CONTENT
        or len(keys) > MOST_KEYS
        or any(len(key) > MOST_KEY for key in keys)
    )


def _book(inner: Mapping[str, Any], form: BookForm, name: str) -> Lorebook:
    """Return what a book's object says of the book itself."""
    found: dict[str, Any] = {}
    reads = {"scan_depth": number, "token_budget": number, "is_recursive": flag}
    for noun, places in _SETTINGS.items():
        value = next((inner[place] for place in places if inner.get(place) is not None), None)
        try:
            found[noun] = None if value is None else reads[noun](value)
        except OddValue:
            found[noun] = None
    for noun in ("name", "description"):
        value = inner.get(noun)
        found[noun] = text(value) if isinstance(value, str) else ""
    return Lorebook(**found | {"name": found["name"] or name}, form=form)


def _raw_of(book: Lorebook, form: BookForm) -> Mapping[str, Any] | None:
    """Return the object that the book had in this form, if it had one."""
    if not book.raw:
        return None
    if book.form is form:
        return book.raw
    inner = book.raw["data"] if book.form is BookForm.LOREBOOK_V3 else book.raw
    extensions = inner.get("extensions")
    kept = extensions.get(OURS) if isinstance(extensions, dict) else None
    if isinstance(kept, dict) and kept.get("form") == form and isinstance(kept.get("book"), dict):
        found: dict[str, Any] = kept["book"]
        is_whole = form is not BookForm.LOREBOOK_V3 or isinstance(found.get("data"), dict)
        return found if is_whole else None
    return None


def _new_book(book: Lorebook, form: BookForm) -> dict[str, Any]:
    """Return a new object; the one that the book had goes along if it cannot be made again."""
    whole = _plain_book(book, form)
    if book.raw and _plain_book(book, book.form) != book.raw:
        kept = {"form": str(book.form), "book": copy.deepcopy(dict(book.raw))}
        inner = whole["data"] if form is BookForm.LOREBOOK_V3 else whole
        inner["extensions"] = {OURS: kept}
    return whole


def _plain_book(book: Lorebook, form: BookForm) -> dict[str, Any]:
    inner: dict[str, Any] = {} if form is BookForm.WORLD_INFO else {"extensions": {}}
    for noun in ("name", "description", *_SETTINGS):
        if getattr(book, noun) not in (None, ""):
            _put(inner, _SETTINGS.get(noun, (noun,)), getattr(book, noun))
    return {"spec": SPEC, "data": inner} if form is BookForm.LOREBOOK_V3 else inner


def _put(inner: dict[str, Any], places: tuple[str, ...], value: Any) -> None:
    there = [place for place in places if place in inner] or [places[0]]
    for place in there:
        inner[place] = value
