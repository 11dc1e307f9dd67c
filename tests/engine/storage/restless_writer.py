"""A process that writes one turn after another until it is killed.

`python -m tests.engine.storage.restless_writer FOLDER INTERACTION` begins with that interaction,
and prints each interaction once its turn is committed.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from engine.settings import EngineSettings
from engine.storage import open_database, stories
from engine.story import MoveKind
from tests.engine.storage.samples import add_story, add_turn, move


async def write_for_ever(folder: Path, first_interaction: int) -> None:
    async with open_database(EngineSettings(data_dir=folder, database_url=None)) as database:
        for interaction_id in count(first_interaction):
            async with database.writing() as tx:
                started = await add_story(tx, interaction_id=1)
                story = await stories.find_story(tx, guild_id=started.guild_id, story_id=started.id)
                assert story is not None
                head = story.head_turn_id
                turn = await add_turn(
                    tx, story, head, interaction_id=interaction_id, text="word " * 300
                )
                await move(tx, story, MoveKind.WRITE, head, turn.id, interaction_id=interaction_id)
            sys.stdout.write(f"{interaction_id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
