"""What characters look like."""

import asyncio

from engine.files.faces import draw_face
from engine.runtime import Engine
from engine.storage import cast


async def face_of(engine: Engine, *, guild_id: int, character_id: int) -> bytes | None:
    """Return a character's face, a PNG of 256 x 256; a drawn one where it has no picture.

    None for a character that the server does not have.
    """
    async with engine.database.reading() as tx:
        character = await cast.find_character(tx, guild_id=guild_id, character_id=character_id)
        png = await cast.find_face(tx, guild_id=guild_id, character_id=character_id)
    if character is None or png is not None:
        return png
    return await asyncio.to_thread(draw_face, character.name)
