"""Lore written by members: added, changed, switched on and off, removed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from engine.errors import LoreChanged, LoreFull, LoreLimit, LoreNeverFires
from engine.memory.lore import key_notices
from engine.runtime import Engine
from engine.storage import lore
from engine.storage.database import Transaction
from engine.story import BookNotice, KeptBook, KeptEntry, Lorebook, LoreEntry, LoreHome, Member
from engine.writing.lore.fields import written_into
from engine.writing.lore.places import (
    get_book,
    get_entry,
    require_may_change,
    require_may_remove,
    require_may_write,
)

MOST_ENTRIES = 5_000  # of a server
MOST_CHARACTERS = 16_000_000  # of a server's entries, as they are kept

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry as it stands, its book, and what of its keys cannot be looked for."""

    entry: KeptEntry
    book: KeptBook
    notices: tuple[BookNotice, ...]


async def add_entry(
    engine: Engine,
    *,
    guild_id: int,
    home: LoreHome,
    member: Member,
    written: Mapping[str, str],
    language: str,
) -> WrittenEntry:
    """Add an entry to the book in which members write at a place.

    `written` has what stands in the fields of the form, by their names.

    Raises:
        CharacterNotFound, NoPlaceForLore: the place is gone.
        LoreFull, LoreSettingRefused: as for `written_into`; or the server has too much lore.
        LoreNeverFires: it has no key and is not constant.
        NotAllowed: the member may not write there.
    """
    entry = written_into(LoreEntry(), written, language)
    _refuse_idle(entry)
    async with engine.database.writing() as tx:
        await require_may_write(tx, home, member, guild_id=guild_id)
        await refuse_full(tx, guild_id, entries=1, characters=len(entry.content))
        book_id = await lore.find_written_book(tx, guild_id=guild_id, home=home)
        if book_id is None:
            book_id = await lore.insert_book(
                tx,
                guild_id=guild_id,
                home=home,
                book=Lorebook(),
                author=member,
                now_ms=engine.clock(),
            )
        entry_id = await lore.insert_entry(
            tx,
            guild_id=guild_id,
            book_id=book_id,
            entry=entry,
            member_id=member.id,
            now_ms=engine.clock(),
        )
        added = await _read(tx, guild_id, entry_id)
    log.info("lore_added", guild_id=guild_id, entry_id=entry_id, scope=home.scope.value)
    return added


async def edit_entry(
    engine: Engine,
    *,
    guild_id: int,
    entry_id: int,
    member: Member,
    written: Mapping[str, str],
    language: str,
    edition: int,
) -> WrittenEntry:
    """Write some fields of an entry anew; `edition` is what the member edited.

    Raises:
        LoreChanged: somebody else edited it meanwhile.
        LoreFull, LoreSettingRefused, LoreNeverFires: as for `add_entry`.
        LoreNotFound: it is gone.
        NotAllowed: the member may not change it.
    """
    async with engine.database.writing() as tx:
        kept, book = await get_entry(tx, guild_id=guild_id, entry_id=entry_id)
        await require_may_change(tx, book, kept.member_id, member, guild_id=guild_id)
        if kept.edition != edition:
            raise LoreChanged
        entry = written_into(kept.entry, written, language)
        _refuse_idle(entry)
        added = len(entry.content) - len(kept.entry.content)
        await refuse_full(tx, guild_id, entries=0, characters=added)
        await lore.update_entry(
            tx, guild_id=guild_id, entry_id=entry_id, entry=entry, edition=edition
        )
        return await _read(tx, guild_id, entry_id)


async def switch_entry(
    engine: Engine, *, guild_id: int, entry_id: int, member: Member, is_on: bool
) -> WrittenEntry:
    """Switch an entry on or off.

    Raises:
        LoreNotFound: it is gone.
        NotAllowed: the member may not change it.
    """
    async with engine.database.writing() as tx:
        kept, book = await get_entry(tx, guild_id=guild_id, entry_id=entry_id)
        await require_may_change(tx, book, kept.member_id, member, guild_id=guild_id)
        await lore.update_entry(
            tx,
            guild_id=guild_id,
            entry_id=entry_id,
            entry=replace(kept.entry, is_on=is_on),
            edition=kept.edition,
        )
        return await _read(tx, guild_id, entry_id)


async def remove_entry(
    engine: Engine, *, guild_id: int, entry_id: int, member: Member
) -> WrittenEntry:
    """Remove an entry, and its book with it if members write there and it was the last; return it.

    Raises:
        LoreNotFound: it is gone.
        NotAllowed: the member may not remove it.
    """
    async with engine.database.writing() as tx:
        removed = await _read(tx, guild_id, entry_id)
        book = removed.book
        await require_may_remove(tx, book, removed.entry.member_id, member, guild_id=guild_id)
        await lore.delete_entry(tx, guild_id=guild_id, entry_id=entry_id)
        if not book.book.name and len(book.entries) == 1:
            await lore.delete_book(tx, guild_id=guild_id, book_id=book.book.id)
    log.info("lore_removed", guild_id=guild_id, entry_id=entry_id)
    return removed


async def remove_book(engine: Engine, *, guild_id: int, book_id: int, member: Member) -> KeptBook:
    """Remove a book with all its entries; return it.

    Raises:
        LoreNotFound: it is gone.
        NotAllowed: the member may not remove each of its entries.
    """
    async with engine.database.writing() as tx:
        book = await get_book(tx, guild_id=guild_id, book_id=book_id)
        for writer_id in {book.member_id, *(each.member_id for each in book.entries)}:
            await require_may_remove(tx, book, writer_id, member, guild_id=guild_id)
        await lore.delete_book(tx, guild_id=guild_id, book_id=book_id)
    log.info("lorebook_removed", guild_id=guild_id, book_id=book_id, entries=len(book.entries))
    return book


async def open_for_edit(
    engine: Engine, *, guild_id: int, entry_id: int, member: Member
) -> KeptEntry:
    """Return an entry to a member who may change it, before its form is opened.

    Raises:
        LoreNotFound: it is gone.
        NotAllowed: the member may not change it.
    """
    async with engine.database.reading() as tx:
        kept, book = await get_entry(tx, guild_id=guild_id, entry_id=entry_id)
        await require_may_change(tx, book, kept.member_id, member, guild_id=guild_id)
        return kept


async def refuse_full(tx: Transaction, guild_id: int, *, entries: int, characters: int) -> None:
    """Raise LoreFull when a server cannot take so much more lore."""
    had_entries, had_characters = await lore.count_entries(tx, guild_id=guild_id)
    if entries > 0 and had_entries + entries > MOST_ENTRIES:
        raise LoreFull(LoreLimit.ENTRIES, MOST_ENTRIES)
    if characters > 0 and had_characters + characters > MOST_CHARACTERS:
        raise LoreFull(LoreLimit.CHARACTERS, MOST_CHARACTERS)


async def read_entry(engine: Engine, *, guild_id: int, entry_id: int) -> WrittenEntry:
    """Return an entry with its book.

    Raises:
        LoreNotFound: it is gone.
    """
    async with engine.database.reading() as tx:
        return await _read(tx, guild_id, entry_id)


async def _read(tx: Transaction, guild_id: int, entry_id: int) -> WrittenEntry:
    entry, book = await get_entry(tx, guild_id=guild_id, entry_id=entry_id)
    return WrittenEntry(entry, book, key_notices(entry.entry))


def _refuse_idle(entry: LoreEntry) -> None:
    if not entry.keys and not entry.is_constant and not entry.content.startswith("@@"):
        raise LoreNeverFires
