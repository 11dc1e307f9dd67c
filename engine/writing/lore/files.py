"""Lorebooks that come and go as files."""

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from engine.errors import LorebookFault, LorebookRefused
from engine.files.cards import MOST_FILE_BYTES
from engine.files.lorebooks import read_lorebook, write_lorebook
from engine.runtime import Engine
from engine.storage import lore
from engine.story import BookForm, BookNotice, KeptBook, Lorebook, LoreHome, Member
from engine.writing.lore.editing import refuse_full
from engine.writing.lore.fields import MOST_NAME
from engine.writing.lore.places import get_book, require_may_write

log = structlog.get_logger()


class FileForm(StrEnum):
    """As what a book goes out."""

    WORLD_INFO = "world-info"
    LOREBOOK = "lorebook"
    CHARACTER_BOOK = "character-book"


_FORMS = {
    FileForm.WORLD_INFO: BookForm.WORLD_INFO,
    FileForm.LOREBOOK: BookForm.LOREBOOK_V3,
    FileForm.CHARACTER_BOOK: BookForm.CHARACTER_BOOK,
}


@dataclass(frozen=True, slots=True)
class ImportedBook:
    """A book that came in, and what of its file was not taken as it stands."""

    book: KeptBook
    form: BookForm
    notices: tuple[BookNotice, ...]


def check_size(size: int) -> None:
    """Raise LorebookRefused for a file that is too large, before it is fetched."""
    if size > MOST_FILE_BYTES:
        raise LorebookRefused(LorebookFault.TOO_LARGE, limit=MOST_FILE_BYTES)


async def import_book(
    engine: Engine,
    *,
    guild_id: int,
    home: LoreHome,
    member: Member,
    content: bytes,
    filename: str,
) -> ImportedBook:
    """Add the book in a file to a place; import only adds, and replaces nothing.

    Raises:
        CharacterNotFound, NoPlaceForLore: the place is gone.
        LorebookRefused: the file holds no book, or is beyond a limit.
        LoreFull: the server has too much lore.
        NotAllowed: the member may not write there.
    """
    async with engine.database.reading() as tx:
        await require_may_write(tx, home, member, guild_id=guild_id)
    file = await asyncio.to_thread(read_lorebook, content, filename)
    book = replace(file.book, name=_name(file.book, filename))
    async with engine.database.writing() as tx:
        await require_may_write(tx, home, member, guild_id=guild_id)
        await refuse_full(
            tx,
            guild_id,
            entries=len(book.entries),
            characters=sum(len(entry.content) for entry in book.entries),
        )
        book_id = await lore.insert_book(
            tx, guild_id=guild_id, home=home, book=book, author=member, now_ms=engine.clock()
        )
        kept = await get_book(tx, guild_id=guild_id, book_id=book_id)
    log.info("lorebook_imported", guild_id=guild_id, book_id=book_id, entries=len(book.entries))
    return ImportedBook(kept, file.form, file.notices)


async def export_book(
    engine: Engine, *, guild_id: int, book_id: int, form: FileForm
) -> tuple[str, bytes]:
    """Return a file's name and content: the book as it came, with what was changed since.

    Raises:
        LoreNotFound: it is gone.
    """
    async with engine.database.reading() as tx:
        kept = await get_book(tx, guild_id=guild_id, book_id=book_id)
    return await asyncio.to_thread(file_of, kept, form)


def file_of(kept: KeptBook, form: FileForm = FileForm.WORLD_INFO) -> tuple[str, bytes]:
    """Return a file's name and content: the book, so that it can be imported again."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in kept.book.name)
    name = "-".join(filter(None, letters.split("-")))[:60] or kept.home.scope.value
    return f"{name}.json", write_lorebook(kept.book, _FORMS[form])


def _name(book: Lorebook, filename: str) -> str:
    """Return a name that is not empty: that is the book in which members write."""
    name = " ".join(book.name.split()) or filename.rsplit(".", 1)[0].strip() or "lorebook"
    return name[:MOST_NAME]
