"""Characters, their cards, faces and lines."""

import unicodedata
from dataclasses import asdict

from sqlalchemy import ColumnElement, Update, func, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import CharacterChanged, CharacterNotFound, NameTaken
from engine.storage.conflicts import insert_into, insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import select_characters, to_character
from engine.storage.schema import cards, characters, faces, lines
from engine.story import Character, CharacterState, Member, Sheet


def name_key(name: str) -> str:
    """Return a name as it is looked for: its case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


async def insert_character(
    tx: Transaction,
    *,
    guild_id: int,
    creator: Member,
    sheet: Sheet,
    interaction_id: int,
    now_ms: int,
) -> Character:
    """Add a live character; the same interaction again returns the one it added first.

    Raises:
        NameTaken: a live character has its name.
    """
    first = await _find(tx, guild_id, characters.c.interaction_id == interaction_id)
    if first is not None:
        return first
    character_id = await insert_unless_present(
        tx,
        characters,
        guild_id=guild_id,
        creator_id=creator.id,
        creator_name=creator.name,
        state=CharacterState.LIVE,
        edition=1,
        uses_instructions=0,
        name_key=name_key(sheet.name),
        interaction_id=interaction_id,
        created_ms=now_ms,
        **asdict(sheet),
    )
    if character_id is None:
        raise NameTaken(sheet.name)
    return await _get(tx, guild_id, character_id)


async def find_character(tx: Transaction, *, guild_id: int, character_id: int) -> Character | None:
    return await _find(tx, guild_id, characters.c.id == character_id)


async def find_character_by_name(tx: Transaction, *, guild_id: int, name: str) -> Character | None:
    """Return the live character of a name, whatever its case."""
    return await _find(
        tx,
        guild_id,
        characters.c.name_key == name_key(name),
        characters.c.state == CharacterState.LIVE,
    )


async def find_retired_by_name(tx: Transaction, *, guild_id: int, name: str) -> Character | None:
    """Return the newest retired character of a name, whatever its case."""
    rows = await tx.execute(
        select_characters()
        .where(
            characters.c.guild_id == guild_id,
            characters.c.name_key == name_key(name),
            characters.c.state == CharacterState.RETIRED,
        )
        .order_by(characters.c.id.desc())
        .limit(1)
    )
    row = rows.one_or_none()
    return to_character(row) if row else None


async def list_characters(
    tx: Transaction, *, guild_id: int, state: CharacterState = CharacterState.LIVE
) -> list[Character]:
    """Return a server's characters by name."""
    rows = await tx.execute(
        select_characters()
        .where(characters.c.guild_id == guild_id, characters.c.state == state)
        .order_by(characters.c.name_key, characters.c.id)
    )
    return [to_character(row) for row in rows]


async def count_characters(tx: Transaction, *, guild_id: int) -> int:
    """Count a server's live characters."""
    return (
        await tx.scalar(
            select(func.count())
            .select_from(characters)
            .where(characters.c.guild_id == guild_id, characters.c.state == CharacterState.LIVE)
        )
    ) or 0


async def update_sheet(
    tx: Transaction, *, guild_id: int, character_id: int, sheet: Sheet, edition: int
) -> Character:
    """Write another sheet in place of that of `edition`.

    Raises:
        CharacterChanged: the character is of another edition by now, or there is none.
        NameTaken: another live character has the name.
    """
    await _change(
        tx,
        _of(guild_id, character_id)
        .where(characters.c.edition == edition)
        .values(edition=edition + 1, name_key=name_key(sheet.name), **asdict(sheet)),
        taken=sheet.name,
    )
    return await _get(tx, guild_id, character_id)


async def set_state(
    tx: Transaction, *, guild_id: int, character_id: int, state: CharacterState
) -> Character:
    """Retire a character, or bring it back.

    Raises:
        CharacterNotFound: the server has none of this id.
        NameTaken: another live character has its name.
    """
    character = await _get(tx, guild_id, character_id)
    await _change(tx, _of(guild_id, character_id).values(state=state), taken=character.name)
    return await _get(tx, guild_id, character_id)


async def use_instructions(
    tx: Transaction, *, guild_id: int, character_id: int, is_used: bool
) -> Character:
    """Switch a character's own system prompt and last instruction on or off.

    Raises:
        CharacterNotFound: the server has none of this id.
    """
    await tx.execute(_of(guild_id, character_id).values(uses_instructions=int(is_used)))
    return await _get(tx, guild_id, character_id)


async def record_card_message(
    tx: Transaction, *, guild_id: int, character_id: int, channel_id: int, message_id: int
) -> None:
    """Note which message shows the character and its face."""
    await tx.execute(
        _of(guild_id, character_id).values(card_channel_id=channel_id, card_message_id=message_id)
    )


async def save_card(tx: Transaction, *, guild_id: int, character_id: int, card: str) -> None:
    """Keep the JSON that a character was imported from, in place of another."""
    statement = insert_into(tx, cards).values(
        guild_id=guild_id, character_id=character_id, card=card
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[cards.c.guild_id, cards.c.character_id], set_={"card": card}
        )
    )


async def find_card(tx: Transaction, *, guild_id: int, character_id: int) -> str | None:
    """Return the JSON that a character was imported from."""
    card: str | None = await tx.scalar(
        select(cards.c.card).where(
            cards.c.guild_id == guild_id, cards.c.character_id == character_id
        )
    )
    return card


async def count_card_characters(tx: Transaction, *, guild_id: int) -> int:
    """Count the characters of all cards that are kept for a server."""
    return (
        await tx.scalar(
            select(func.sum(func.length(cards.c.card))).where(cards.c.guild_id == guild_id)
        )
    ) or 0


async def save_face(tx: Transaction, *, guild_id: int, character_id: int, png: bytes) -> None:
    """Keep a character's picture, in place of another."""
    statement = insert_into(tx, faces).values(guild_id=guild_id, character_id=character_id, png=png)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[faces.c.guild_id, faces.c.character_id], set_={"png": png}
        )
    )


async def find_face(tx: Transaction, *, guild_id: int, character_id: int) -> bytes | None:
    """Return a character's picture, a PNG."""
    png: bytes | None = await tx.scalar(
        select(faces.c.png).where(
            faces.c.guild_id == guild_id, faces.c.character_id == character_id
        )
    )
    return png


async def insert_line(
    tx: Transaction, *, guild_id: int, turn_id: int, character_id: int, name: str
) -> None:
    """Make a turn a character's line, spoken under `name`; a turn that is one stays it."""
    statement = insert_into(tx, lines).values(
        guild_id=guild_id, turn_id=turn_id, character_id=character_id, name=name
    )
    await tx.execute(statement.on_conflict_do_nothing())


async def _find(tx: Transaction, guild_id: int, *wanted: ColumnElement[bool]) -> Character | None:
    row = (
        await tx.execute(select_characters().where(characters.c.guild_id == guild_id, *wanted))
    ).one_or_none()
    return to_character(row) if row else None


async def _get(tx: Transaction, guild_id: int, character_id: int) -> Character:
    character = await _find(tx, guild_id, characters.c.id == character_id)
    if character is None:
        raise CharacterNotFound
    return character


def _of(guild_id: int, character_id: int) -> Update:
    return update(characters).where(
        characters.c.guild_id == guild_id, characters.c.id == character_id
    )


async def _change(tx: Transaction, statement: Update, *, taken: str) -> None:
    try:
        changed = await tx.execute(statement)
    except IntegrityError as error:
        raise NameTaken(taken) from error
    if changed.rowcount != 1:
        raise CharacterChanged
