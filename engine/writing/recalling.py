"""What of a story's old turns is recalled: for the next prompt, and for whoever searches."""

import asyncio

from engine.memory.recall import Recall, recall
from engine.runtime import Engine
from engine.writing.reading import read_path


async def find_passages(
    engine: Engine, *, guild_id: int, channel_id: int, query: str, most: int = 12
) -> Recall:
    """Search the channel's story, as its branch in use tells it, for what a query is about.

    `is_established` is False when no passage has what was asked: the story does not say it.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(tx, guild_id=guild_id, channel_id=channel_id)
    written = [turn for turn in path if turn.text and not turn.is_being_written]
    return await asyncio.to_thread(recall, written, [(query, 1.0)], story.language, most=most)
