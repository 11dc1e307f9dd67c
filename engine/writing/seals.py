"""Which summaries stand for the old turns of a path."""

from collections.abc import Sequence

from engine.memory.sealing import Seal, blocks_of, seals_of
from engine.runtime import Engine
from engine.storage.memory import find_summaries
from engine.story import Story, Turn


async def valid_seals(engine: Engine, story: Story, path: Sequence[Turn]) -> list[Seal]:
    """Return the summaries that were written from turns of this very path, as they are told."""
    blocks = blocks_of(path)
    if not blocks or not story.id:
        return []
    async with engine.database.reading() as tx:
        found = await find_summaries(
            tx,
            guild_id=story.guild_id,
            story_id=story.id,
            digests=[block.digest for block in blocks],
        )
    return seals_of(blocks, found)
