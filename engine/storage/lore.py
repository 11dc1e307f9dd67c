"""Lorebooks and their entries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update

from engine.errors import LoreChanged, LoreNotFound
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow
from engine.storage.schema import card_books, lore_entries, lorebooks
from engine.story import (
    KeptBook,
    KeptEntry,
    Lorebook,
    LoreEntry,
    LoreHome,
    LoreScope,
    Member,
)

_PLACES = {
    LoreScope.CHANNEL: lorebooks.c.channel_id,
    LoreScope.STORY: lorebooks.c.story_id,
    LoreScope.CHARACTER: lorebooks.c.character_id,
    LoreScope.PERSONA: lorebooks.c.member_id,
}


async def insert_book(
    tx: Transaction, *, guild_id: int, home: LoreHome, book: Lorebook, author: Member, now_ms: int
) -> int:
    """Add a book with its entries, all by one member; return its id."""
    place = {}
    if home.scope in _PLACES and home.scope is not LoreScope.PERSONA:
        place = {_PLACES[home.scope].name: home.place_id}
    statement = insert(lorebooks).values(
        guild_id=guild_id,
        scope=home.scope,
        name=book.name,
        book=book,
        member_id=author.id,
        member_name=author.name,
        created_ms=now_ms,
        **place,
    )
    book_id: int = (await tx.execute(statement.returning(lorebooks.c.id))).scalar_one()
    for entry in book.entries:
        await insert_entry(
            tx,
            guild_id=guild_id,
            book_id=book_id,
            entry=entry,
            member_id=author.id,
            now_ms=now_ms,
        )
    return book_id


async def insert_entry(
    tx: Transaction,
    *,
    guild_id: int,
    book_id: int,
    entry: LoreEntry,
    member_id: int,
    now_ms: int,
) -> int:
    """Add an entry to a book; return its id."""
    statement = insert(lore_entries).values(
        guild_id=guild_id,
        book_id=book_id,
        entry=entry,
        member_id=member_id,
        edition=1,
        created_ms=now_ms,
    )
    entry_id: int = (await tx.execute(statement.returning(lore_entries.c.id))).scalar_one()
    return entry_id


async def find_written_book(tx: Transaction, *, guild_id: int, home: LoreHome) -> int | None:
    """Return the id of the book in which members write at a place."""
    found: int | None = await tx.scalar(
        select(lorebooks.c.id)
        .where(lorebooks.c.guild_id == guild_id, _at(home), lorebooks.c.name == "")
        .order_by(lorebooks.c.id)
        .limit(1)
    )
    return found


async def list_books(
    tx: Transaction, *, guild_id: int, homes: Sequence[LoreHome]
) -> list[KeptBook]:
    """Return the books of these places with their entries, both oldest first."""
    if not homes:
        return []
    return await _books(tx, guild_id, or_(*map(_at, homes)))


async def list_books_of_scope(
    tx: Transaction, *, guild_id: int, scope: LoreScope
) -> list[KeptBook]:
    """Return the books of all places of a scope, oldest first."""
    return await _books(tx, guild_id, lorebooks.c.scope == scope)


async def find_book(tx: Transaction, *, guild_id: int, book_id: int) -> KeptBook | None:
    """Return a book with its entries."""
    books = await _books(tx, guild_id, lorebooks.c.id == book_id)
    return books[0] if books else None


async def find_entry(tx: Transaction, *, guild_id: int, entry_id: int) -> KeptEntry | None:
    """Return an entry."""
    rows = await tx.execute(
        _select_entries().where(lore_entries.c.guild_id == guild_id, lore_entries.c.id == entry_id)
    )
    row = rows.one_or_none()
    return _to_entry(row) if row else None


async def list_entries(
    tx: Transaction, *, guild_id: int, entry_ids: Sequence[int]
) -> list[KeptEntry]:
    """Return those of the entries that are there."""
    rows = await tx.execute(
        _select_entries()
        .where(lore_entries.c.guild_id == guild_id, lore_entries.c.id.in_(entry_ids))
        .order_by(lore_entries.c.id)
    )
    return [_to_entry(row) for row in rows]


async def update_entry(
    tx: Transaction, *, guild_id: int, entry_id: int, entry: LoreEntry, edition: int
) -> None:
    """Write another entry in place of that of `edition`.

    Raises:
        LoreChanged: it is of another edition by now, or gone.
    """
    changed = await tx.execute(
        update(lore_entries)
        .where(
            lore_entries.c.guild_id == guild_id,
            lore_entries.c.id == entry_id,
            lore_entries.c.edition == edition,
        )
        .values(entry=entry, edition=edition + 1, tokens=None, tokenizer=None)
    )
    if changed.rowcount != 1:
        raise LoreChanged


async def delete_entry(tx: Transaction, *, guild_id: int, entry_id: int) -> None:
    """Delete an entry.

    Raises:
        LoreNotFound: the server has none of this id.
    """
    gone = await tx.execute(
        delete(lore_entries).where(
            lore_entries.c.guild_id == guild_id, lore_entries.c.id == entry_id
        )
    )
    if not gone.rowcount:
        raise LoreNotFound


async def delete_book(tx: Transaction, *, guild_id: int, book_id: int) -> None:
    """Delete a book with its entries.

    Raises:
        LoreNotFound: the server has none of this id.
    """
    await tx.execute(
        delete(lore_entries).where(
            lore_entries.c.guild_id == guild_id, lore_entries.c.book_id == book_id
        )
    )
    await tx.execute(
        update(card_books)
        .where(card_books.c.guild_id == guild_id, card_books.c.book_id == book_id)
        .values(book_id=None)
    )
    gone = await tx.execute(
        delete(lorebooks).where(lorebooks.c.guild_id == guild_id, lorebooks.c.id == book_id)
    )
    if not gone.rowcount:
        raise LoreNotFound


async def store_entry_tokens(
    tx: Transaction, *, guild_id: int, tokenizer: str, counts: Mapping[int, int]
) -> None:
    """Keep how many tokens the texts of entries have, by their ids."""
    for entry_id, tokens in counts.items():
        await tx.execute(
            update(lore_entries)
            .where(lore_entries.c.guild_id == guild_id, lore_entries.c.id == entry_id)
            .values(tokens=tokens, tokenizer=tokenizer)
        )


async def count_entries(tx: Transaction, *, guild_id: int) -> tuple[int, int]:
    """Return how many entries a server has, and of how many characters as they are kept."""
    row = (
        await tx.execute(
            select(func.count(), func.sum(func.length(lore_entries.c.entry))).where(
                lore_entries.c.guild_id == guild_id
            )
        )
    ).one()
    return row[0], row[1] or 0


def _at(home: LoreHome) -> ColumnElement[bool]:
    here = lorebooks.c.scope == home.scope
    if home.scope in _PLACES:
        here = and_(here, _PLACES[home.scope] == home.place_id)
    # What a file of a whole story brought in stays that story's, whatever it says of itself.
    return here if home.scope is LoreScope.STORY else and_(here, lorebooks.c.story_id.is_(None))


async def _books(tx: Transaction, guild_id: int, wanted: ColumnElement[bool]) -> list[KeptBook]:
    rows = await tx.execute(
        select(lorebooks).where(lorebooks.c.guild_id == guild_id, wanted).order_by(lorebooks.c.id)
    )
    books = list(rows)
    found = await tx.execute(
        _select_entries()
        .where(
            lore_entries.c.guild_id == guild_id,
            lore_entries.c.book_id.in_([row.id for row in books]),
        )
        .order_by(lore_entries.c.id)
    )
    entries: dict[int, list[KeptEntry]] = {}
    for row in found:
        entries.setdefault(row.book_id, []).append(_to_entry(row))
    return [_to_book(row, entries.get(row.id, [])) for row in books]


def _to_book(row: AnyRow, entries: Sequence[KeptEntry]) -> KeptBook:
    column = _PLACES.get(row.scope)
    return KeptBook(
        book=replace(
            row.book, id=row.id, name=row.name, entries=tuple(each.entry for each in entries)
        ),
        home=LoreHome(row.scope, getattr(row, column.name) if column is not None else 0),
        member_id=row.member_id,
        member_name=row.member_name,
        entries=tuple(entries),
    )


def _select_entries() -> Select[tuple[int, int, LoreEntry, int, int, int | None, str | None]]:
    return select(
        lore_entries.c.id,
        lore_entries.c.book_id,
        lore_entries.c.entry,
        lore_entries.c.member_id,
        lore_entries.c.edition,
        lore_entries.c.tokens,
        lore_entries.c.tokenizer,
    )


def _to_entry(row: AnyRow) -> KeptEntry:
    return KeptEntry(
        entry=replace(row.entry, id=row.id),
        book_id=row.book_id,
        member_id=row.member_id,
        edition=row.edition,
        tokens=row.tokens,
        tokenizer=row.tokenizer,
    )
