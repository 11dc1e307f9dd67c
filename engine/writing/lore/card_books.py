"""The lorebooks in characters' cards: each is brought in once, and goes out with its card."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from engine.files.lorebooks import book_of_card, write_lorebook
from engine.runtime import Engine
from engine.storage import card_books, cast, lore
from engine.storage.database import Transaction
from engine.story import BookForm, Lorebook, LoreEntry, LoreHome, LoreScope, Member
from engine.writing.lore.editing import MOST_ENTRIES

log = structlog.get_logger()


async def bring_in(engine: Engine, *, guild_id: int, character_ids: Sequence[int]) -> None:
    """Bring in the books of the characters' cards that were not yet.

    What it gives does not depend on when it is done; cards of before lore was known are caught
    up with here.
    """
    if not character_ids:
        return
    async with engine.database.reading() as tx:
        missing = await card_books.list_untaken_cards(
            tx, guild_id=guild_id, character_ids=character_ids
        )
    for character_id, card in missing:
        book = await asyncio.to_thread(_book_in, card)
        async with engine.database.writing() as tx:
            await take_book(tx, engine, guild_id=guild_id, character_id=character_id, book=book)


async def take_book(
    tx: Transaction, engine: Engine, *, guild_id: int, character_id: int, book: Lorebook | None
) -> bool:
    """Make a card's book the character's, once; None for a card without one.

    Return False for a book that the server has no room for: it stays in the card.
    """
    character = await cast.find_character(tx, guild_id=guild_id, character_id=character_id)
    if character is None:
        return True
    is_new = await card_books.note_card_book(
        tx, guild_id=guild_id, character_id=character_id, book_id=None
    )
    if not is_new or book is None:
        return True
    had, _ = await lore.count_entries(tx, guild_id=guild_id)
    if had + len(book.entries) > MOST_ENTRIES:
        log.warning("card_book_has_no_room", guild_id=guild_id, character_id=character_id)
        return False
    book_id = await lore.insert_book(
        tx,
        guild_id=guild_id,
        home=LoreHome(LoreScope.CHARACTER, character_id),
        book=book,
        author=Member(character.creator_id, character.creator_name),
        now_ms=engine.clock(),
    )
    await card_books.name_card_book(
        tx, guild_id=guild_id, character_id=character_id, book_id=book_id
    )
    return True


async def find_card_book(tx: Transaction, *, guild_id: int, character_id: int) -> Lorebook | None:
    """Return the book that came with a character's card, as it stands now."""
    book_id = await card_books.find_card_book(tx, guild_id=guild_id, character_id=character_id)
    kept = await lore.find_book(tx, guild_id=guild_id, book_id=book_id) if book_id else None
    return kept.book if kept else None


def with_book(card: dict[str, Any], book: Lorebook | None) -> dict[str, Any]:
    """Return a card of version 2 or 3 with its book as it stands now; untouched if that is it."""
    came = book_of_card(card)
    if book is None or came is None or _entries(came.book) == _entries(book):
        return card
    written = json.loads(write_lorebook(book, BookForm.CHARACTER_BOOK))
    return card | {"data": card["data"] | {"character_book": written}}


def _entries(book: Lorebook) -> list[LoreEntry]:
    return [replace(entry, id=0) for entry in book.entries]


def _book_in(card: str) -> Lorebook | None:
    file = book_of_card(json.loads(card))
    return file.book if file else None
