"""The characters of a server: made, changed, retired and brought back by those who may."""

from dataclasses import fields, replace

from engine.errors import (
    CardFault,
    CardRefused,
    CastFull,
    CharacterNotFound,
    CharacterRetired,
    FieldTooLong,
    TextRefused,
)
from engine.runtime import Engine
from engine.storage import cast
from engine.storage.database import Transaction
from engine.story import Character, CharacterState, Member, Sheet
from engine.writing.rights import require_creator, require_moderator
from engine.writing.texts import tidy_line

MOST_CHARACTERS = 200  # live ones of a server
MOST_NAME_CHARACTERS = 80  # what a webhook can be called
MOST_OTHER_GREETINGS = 50
MOST_FIELD_CHARACTERS = {
    "description": 30_000,
    "personality": 10_000,
    "scenario": 10_000,
    "examples": 30_000,
    "greeting": 10_000,
    "other_greetings": 60_000,  # all together
    "system_prompt": 10_000,
    "last_instruction": 10_000,
}


def tidy_sheet(sheet: Sheet) -> Sheet:
    """Return the sheet as it is kept: names on one line, texts with plain line ends.

    Raises:
        CardRefused: it has too many first lines.
        FieldTooLong: a field is longer than it may be.
        TextRefused: there is no name.
    """
    for name in ("name", "nickname"):
        _refuse_long(name, len(getattr(sheet, name).strip()), MOST_NAME_CHARACTERS)
    for name, most in MOST_FIELD_CHARACTERS.items():
        _refuse_long(name, len("".join(getattr(sheet, name))), most)
    greetings = tuple(map(_tidy, sheet.other_greetings))
    if len(greetings) > MOST_OTHER_GREETINGS:
        raise CardRefused(CardFault.TOO_MANY_PARTS, limit=MOST_OTHER_GREETINGS)
    texts = {
        field.name: _tidy(getattr(sheet, field.name))
        for field in fields(Sheet)
        if field.name not in {"name", "nickname", "other_greetings"}
    }
    tidy = replace(
        sheet,
        name=tidy_line(sheet.name, MOST_NAME_CHARACTERS),
        nickname=tidy_line(sheet.nickname, MOST_NAME_CHARACTERS),
        other_greetings=greetings,
        **texts,
    )
    if not tidy.name:
        raise TextRefused(0, MOST_NAME_CHARACTERS)
    return tidy


async def create_character(
    engine: Engine, *, guild_id: int, creator: Member, sheet: Sheet, interaction_id: int
) -> Character:
    """Add a character to a server's cast; every member may.

    Raises:
        CastFull: the server has as many as it may.
        FieldTooLong, TextRefused: a field is too long, or there is no name.
        NameTaken: a live character has the name.
    """
    tidy = tidy_sheet(sheet)
    async with engine.database.writing() as tx:
        return await add_character(
            tx,
            engine,
            guild_id=guild_id,
            creator=creator,
            sheet=tidy,
            interaction_id=interaction_id,
        )


async def add_character(
    tx: Transaction,
    engine: Engine,
    *,
    guild_id: int,
    creator: Member,
    sheet: Sheet,
    interaction_id: int,
) -> Character:
    """Add a character with a tidy sheet, as `create_character` does, within a transaction."""
    await _refuse_full(tx, guild_id)
    return await cast.insert_character(
        tx,
        guild_id=guild_id,
        creator=creator,
        sheet=sheet,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )


async def edit_character(
    engine: Engine,
    *,
    guild_id: int,
    character_id: int,
    member: Member,
    written: dict[str, str],
    edition: int,
) -> Character:
    """Write some fields of the sheet anew, by their names; `edition` is what the member edited.

    Raises:
        CharacterChanged: somebody else edited it meanwhile.
        CharacterNotFound, CharacterRetired: it is gone, or retired.
        FieldTooLong, NameTaken, TextRefused: as for `create_character`.
        NotAllowed: the member neither made it nor is a moderator.
    """
    async with engine.database.writing() as tx:
        character = await get_live_character(tx, guild_id=guild_id, character_id=character_id)
        require_creator(character, member)
        sheet: Sheet = replace(character.sheet, **written)  # type: ignore[arg-type]
        return await cast.update_sheet(
            tx,
            guild_id=guild_id,
            character_id=character_id,
            sheet=tidy_sheet(sheet),
            edition=edition,
        )


def require_may_edit(character: Character, member: Member) -> None:
    """Refuse an edit before its form is opened.

    Raises:
        CharacterRetired: the character is retired.
        NotAllowed: the member neither made it nor is a moderator.
    """
    require_creator(character, member)
    _require_live(character)


async def retire_character(
    engine: Engine, *, guild_id: int, character_id: int, member: Member
) -> Character:
    """Retire a character: it speaks no more and its name is free; nothing is lost.

    Raises:
        CharacterNotFound: it is gone.
        NotAllowed: the member neither made it nor is a moderator.
    """
    return await _set_state(engine, guild_id, character_id, member, CharacterState.RETIRED)


async def bring_back(
    engine: Engine, *, guild_id: int, character_id: int, member: Member
) -> Character:
    """Make a retired character live again.

    Raises:
        CastFull: the server has as many live ones as it may.
        CharacterNotFound: it is gone.
        NameTaken: another one has its name meanwhile.
        NotAllowed: the member neither made it nor is a moderator.
    """
    return await _set_state(engine, guild_id, character_id, member, CharacterState.LIVE)


async def use_instructions(
    engine: Engine, *, guild_id: int, character_id: int, member: Member, is_used: bool
) -> Character:
    """Let a character's own system prompt and last instruction reach the model, or stop them.

    Raises:
        CharacterNotFound: it is gone.
        NotAllowed: the member is no moderator.
    """
    require_moderator(member)
    async with engine.database.writing() as tx:
        return await cast.use_instructions(
            tx, guild_id=guild_id, character_id=character_id, is_used=is_used
        )


async def read_character(engine: Engine, *, guild_id: int, character_id: int) -> Character:
    """Return a character, live or retired.

    Raises:
        CharacterNotFound: the server has none of this id.
    """
    async with engine.database.reading() as tx:
        return await _get(tx, guild_id, character_id)


async def read_character_by_name(engine: Engine, *, guild_id: int, name: str) -> Character:
    """Return the character of a name, whatever its case; the live one before a retired one.

    Raises:
        CharacterNotFound: there is none.
    """
    async with engine.database.reading() as tx:
        live = await cast.find_character_by_name(tx, guild_id=guild_id, name=name)
        character = live or await cast.find_retired_by_name(tx, guild_id=guild_id, name=name)
    if character is None or not character.name:
        raise CharacterNotFound(name)
    return character


async def read_cast(
    engine: Engine, *, guild_id: int, state: CharacterState = CharacterState.LIVE
) -> list[Character]:
    """Return a server's characters by name."""
    async with engine.database.reading() as tx:
        return await cast.list_characters(tx, guild_id=guild_id, state=state)


async def record_card_message(
    engine: Engine, *, guild_id: int, character_id: int, channel_id: int, message_id: int
) -> None:
    """Note which message on Discord shows the character's face: its picture has an address."""
    async with engine.database.writing() as tx:
        await cast.record_card_message(
            tx,
            guild_id=guild_id,
            character_id=character_id,
            channel_id=channel_id,
            message_id=message_id,
        )


async def get_live_character(tx: Transaction, *, guild_id: int, character_id: int) -> Character:
    """Return a character that can speak.

    Raises:
        CharacterNotFound: the server has none of this id.
        CharacterRetired: it is retired.
    """
    character = await _get(tx, guild_id, character_id)
    _require_live(character)
    return character


def _require_live(character: Character) -> None:
    if character.state is CharacterState.RETIRED:
        raise CharacterRetired(character.name)


async def _get(tx: Transaction, guild_id: int, character_id: int) -> Character:
    character = await cast.find_character(tx, guild_id=guild_id, character_id=character_id)
    if character is None or not character.name:  # the creator was erased, and the sheet with them
        raise CharacterNotFound
    return character


async def _set_state(
    engine: Engine, guild_id: int, character_id: int, member: Member, state: CharacterState
) -> Character:
    async with engine.database.writing() as tx:
        character = await _get(tx, guild_id, character_id)
        require_creator(character, member)
        if state is CharacterState.LIVE and character.state is not state:
            await _refuse_full(tx, guild_id)
        return await cast.set_state(tx, guild_id=guild_id, character_id=character_id, state=state)


async def _refuse_full(tx: Transaction, guild_id: int) -> None:
    if await cast.count_characters(tx, guild_id=guild_id) >= MOST_CHARACTERS:
        raise CastFull(MOST_CHARACTERS)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _refuse_long(name: str, characters: int, most: int) -> None:
    if characters > most:
        raise FieldTooLong(name, characters, most)
