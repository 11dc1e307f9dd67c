"""What is done for a story when nobody waits for the model: summaries, proposed facts.

Each chore looks for itself what is missing, so one that was cut off is found by the next.
"""

from collections.abc import Awaitable, Callable

from engine.runtime import Engine

Chore = Callable[[Engine, int, int], Awaitable[None]]
CHORES: tuple[Chore, ...] = ()
"""Each is called with the engine, a guild's id and a story's id, one after the other."""


def begin_chores(engine: Engine, *, guild_id: int, story_id: int) -> None:
    """Look after a story in the background; again while that runs, it is looked after once more."""

    async def work() -> None:
        for chore in CHORES:
            await chore(engine, guild_id, story_id)

    engine.chores.begin((guild_id, story_id), work)
