"""What is done for a story when nobody waits for the model: summaries, proposed facts.

Each chore looks for itself what is missing, so one that was cut off is found by the next.
"""

from collections.abc import Awaitable, Callable

from engine.runtime import Engine
from engine.storage import stories
from engine.writing.canon.proposing import propose_facts
from engine.writing.recalling import index_story
from engine.writing.summarizing import seal_blocks
from engine.writing.veiling import is_veiled

Chore = Callable[[Engine, int, int], Awaitable[None]]
CHORES: tuple[Chore, ...] = (index_story, seal_blocks, propose_facts)
"""Each is called with the engine, a guild's id and a story's id, one after the other."""


def begin_chores(engine: Engine, *, guild_id: int, story_id: int) -> None:
    """Look after a story in the background; again while that runs, it is looked after once more."""

    async def work() -> None:
        async with engine.database.reading() as tx:
            story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
            if story is None or await is_veiled(tx, story):
                return  # what the model told of it would lift the veil
        for chore in CHORES:
            await chore(engine, guild_id, story_id)

    engine.chores.begin((guild_id, story_id), work)
