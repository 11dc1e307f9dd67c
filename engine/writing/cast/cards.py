"""Character cards: brought in from other programs, and taken out again whole."""

import asyncio
import json
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import structlog

from engine.errors import CardFault, CardRefused
from engine.files.card_json import write_json
from engine.files.card_versions import card_of, data_of, is_newer, rewritten, sheet_of, version_of
from engine.files.cards import MOST_FILE_BYTES, CardFile, read_card_file, write_card_png
from engine.files.faces import PictureUnreadable, cut_face
from engine.files.lorebooks import book_of_card
from engine.runtime import Engine
from engine.storage import cast
from engine.storage.types import storable
from engine.story import Character, Lorebook, Member, Sheet
from engine.writing.cast.characters import add_character, read_character, tidy_sheet
from engine.writing.cast.faces import face_of
from engine.writing.lore.card_books import find_card_book, take_book, with_book

MOST_KEPT_CHARACTERS = 32_000_000  # of all cards of a server, as they are kept

log = structlog.get_logger()


class CardForm(StrEnum):
    """As what a character goes out."""

    PNG = "png"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Imported:
    """A character that came in, and what of its card is kept but not used (yet)."""

    character: Character
    version: int
    is_newer: bool  # than the newest version that is known here
    has_two: bool  # the file had another card too, an older one of another name
    has_picture: bool
    creator_notes: str  # for whoever imports it, never for the model
    book_entries: int
    is_book_used: bool  # False: the server has no room for its entries
    group_greetings: int
    has_instructions: bool  # a system prompt or a last instruction, switched off


def check_card_size(size: int) -> None:
    """Raise CardRefused for a file that is too large, before it is fetched."""
    if size > MOST_FILE_BYTES:
        raise CardRefused(CardFault.TOO_LARGE, limit=MOST_FILE_BYTES)


async def import_card(
    engine: Engine, *, guild_id: int, creator: Member, content: bytes, interaction_id: int
) -> Imported:
    """Add the character of a card file to a server's cast; every member may.

    Raises:
        CardRefused: the file is no card, damaged or beyond a limit.
        CastFull, FieldTooLong, NameTaken: as for `create_character`.
    """
    file = await asyncio.to_thread(read_card_file, content)
    face = await asyncio.to_thread(_face, file)
    sheet, kept = tidy_sheet(sheet_of(file.card)), write_json(file.card)
    book = await asyncio.to_thread(book_of_card, file.card)
    async with engine.database.writing() as tx:
        room = MOST_KEPT_CHARACTERS - await cast.count_card_characters(tx, guild_id=guild_id)
        if len(kept) > room:
            raise CardRefused(CardFault.NO_ROOM, limit=MOST_KEPT_CHARACTERS)
        character = await add_character(
            tx,
            engine,
            guild_id=guild_id,
            creator=creator,
            sheet=sheet,
            interaction_id=interaction_id,
        )
        it = {"guild_id": guild_id, "character_id": character.id}
        await cast.save_card(tx, card=kept, **it)
        if face is not None:
            await cast.save_face(tx, png=face, **it)
        is_used = await take_book(tx, engine, book=book.book if book else None, **it)
    log.info("card_imported", guild_id=guild_id, character_id=character.id, carrier=file.carrier)
    return _told(character, file, has_picture=face is not None, is_book_used=is_used)


async def export_card(
    engine: Engine, *, guild_id: int, character_id: int, form: CardForm
) -> tuple[str, bytes]:
    """Return a file's name and content: the card as it came, with what was edited since.

    A PNG carries the character's face and the card as V2 and V3; JSON keeps the card's version.

    Raises:
        CharacterNotFound: it is gone.
    """
    character = await read_character(engine, guild_id=guild_id, character_id=character_id)
    async with engine.database.reading() as tx:
        kept = await cast.find_card(tx, guild_id=guild_id, character_id=character_id)
        book = await find_card_book(tx, guild_id=guild_id, character_id=character_id)
    card = await asyncio.to_thread(_card_now, character.sheet, kept, book)
    name = _file_name(character.name)
    if form is CardForm.JSON:
        written = json.dumps(card, ensure_ascii=False, indent=2)
        # A lone surrogate goes out escaped, as JSON writes it.
        return f"{name}.json", written.encode("utf-8", "backslashreplace")
    face = await face_of(engine, guild_id=guild_id, character_id=character_id)
    assert face is not None
    return f"{name}.png", await asyncio.to_thread(write_card_png, face, card)


def _card_now(sheet: Sheet, kept: str | None, book: Lorebook | None) -> dict[str, Any]:
    if kept is None:
        return card_of(sheet)
    card: dict[str, Any] = json.loads(kept)
    return with_book(rewritten(card, _stored(tidy_sheet(sheet_of(card))), sheet), book)


def _stored(sheet: Sheet) -> Sheet:
    """Return the sheet as the database gives it back."""
    texts: dict[str, Any] = {
        field.name: storable(getattr(sheet, field.name))
        for field in fields(Sheet)
        if field.name != "other_greetings"
    }
    return replace(sheet, **texts)


def _face(file: CardFile) -> bytes | None:
    if file.picture is None:
        return None
    try:
        return cut_face(file.picture)
    except PictureUnreadable:
        return None


def _told(
    character: Character, file: CardFile, *, has_picture: bool, is_book_used: bool
) -> Imported:
    data = data_of(file.card)
    book = data.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    greetings = data.get("group_only_greetings")
    sheet = character.sheet
    return Imported(
        character=character,
        version=version_of(file.card),
        is_newer=is_newer(file.card),
        has_two=file.has_two,
        has_picture=has_picture,
        creator_notes=data.get("creator_notes") or "",
        book_entries=len(entries) if isinstance(entries, list | dict) else 0,
        is_book_used=is_book_used,
        group_greetings=len(greetings) if isinstance(greetings, list) else 0,
        has_instructions=bool(sheet.system_prompt or sheet.last_instruction),
    )


def _file_name(name: str) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in name)
    return "-".join(filter(None, kept.split("-")))[:60] or "character"
