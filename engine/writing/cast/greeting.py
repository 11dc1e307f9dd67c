"""First lines: what a character says before anybody wrote for it."""

from engine.errors import NothingToSay
from engine.memory.macros import sheet_in_use
from engine.runtime import Engine
from engine.storage import cast
from engine.story import Character
from engine.writing.cast.characters import read_character_by_name


async def list_greetings(engine: Engine, *, guild_id: int, name: str, user: str) -> list[str]:
    """Return a live character's first line and the others, macros expanded, said to `user`.

    An empty one keeps its place: its number is what `greeting_of` takes. There are none for
    a name that nobody has: it may be half typed.
    """
    async with engine.database.reading() as tx:
        character = await cast.find_character_by_name(tx, guild_id=guild_id, name=name)
    return _greetings(character, user) if character else []


async def greeting_of(engine: Engine, *, guild_id: int, name: str, number: int, user: str) -> str:
    """Return one of a character's first lines; 0 is the first.

    Raises:
        CharacterNotFound: there is no such character.
        NothingToSay: it has no line of this number.
    """
    character = await read_character_by_name(engine, guild_id=guild_id, name=name)
    greetings = _greetings(character, user)
    if not 0 <= number < len(greetings) or not greetings[number].strip():
        raise NothingToSay(character.name)
    return greetings[number]


def _greetings(character: Character, user: str) -> list[str]:
    sheet = sheet_in_use(character, user=user)
    return [sheet.greeting, *sheet.other_greetings]
