"""Works that nobody has to be asked for, in few words."""

from random import Random
from typing import Any

from engine.library.gate import hash_of
from engine.runtime import Engine
from engine.storage import library
from engine.story import Licence, Source, WorkState
from tests.engine.storage.samples import GUILD, NOW

SENTENCE = "the old keeper lit a lamp and wrote of ships that went by in rain"


async def give_works(engine: Engine, guild_id: int = GUILD, *, count: int = 4) -> list[int]:
    """Put works of the public domain into the library; return their ids."""
    ids = []
    async with engine.database.writing() as tx:
        for number in range(count):
            draw = Random(number)
            text = " ".join(draw.choice(SENTENCE.split()) for _ in range(900))
            facts: dict[str, Any] = {"title": f"Log {number}", "language": "en", "text": text}
            work = await library.insert_work(
                tx,
                guild_id=guild_id,
                source=Source.PUBLIC_DOMAIN,
                licence=Licence.PUBLIC_DOMAIN,
                text_hash=hash_of(text),
                story_id=None,
                giver_id=0,
                consent_version=1,
                evidence="a shelf",
                authors=[(None, "A keeper")],
                interaction_id=None,
                now_ms=NOW,
                **facts,
            )
            where = {"guild_id": guild_id, "work_id": work.id}
            await library.set_state(tx, **where, state=WorkState.GIVEN, now_ms=NOW)
            ids.append(work.id)
    return ids
