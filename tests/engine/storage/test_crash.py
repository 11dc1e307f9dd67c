"""What was acknowledged is there after a kill, once, and the file is whole."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.settings import EngineSettings
from engine.storage import open_database, stories, turns
from engine.storage.folder import FILE_NAME
from tests.engine.storage.samples import CHANNEL, GUILD

KILLS = 8


def write_until_killed(folder: Path, first_interaction: int, *, acknowledged: int) -> list[int]:
    """Kill a writer some time after it acknowledged so many turns; return all it acknowledged."""
    writer = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.engine.storage.restless_writer",
            str(folder),
            str(first_interaction),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    seen = [int(writer.stdout.readline()) for _ in range(acknowledged)]
    writer.kill()
    rest, _ = writer.communicate()
    return seen + [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]


def integrity(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_after_kills_every_acknowledged_turn_is_there_once(
    sqlite_settings: EngineSettings,
) -> None:
    dice = random.Random(20_261_122)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        # As Discord does, an interaction that was not acknowledged is sent again.
        following = len(acknowledged) + 1
        acknowledged += write_until_killed(
            sqlite_settings.data_dir, following, acknowledged=dice.randrange(1, 40)
        )
    assert integrity(sqlite_settings.data_dir / FILE_NAME) == "ok"
    async with open_database(sqlite_settings) as database, database.reading() as tx:
        story = await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL)
        assert story is not None
        path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=story.head_turn_id)
        every_turn = await turns.list_unfinished(tx)
        kept = [
            await turns.find_turn_by_interaction(tx, guild_id=GUILD, interaction_id=interaction)
            for interaction in acknowledged
        ]
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    assert [turn.number for turn in path] == list(range(1, len(path) + 1))
    assert path[: len(kept)] == kept
    assert every_turn == path, "a turn stands outside of the story"
    assert len(path) - len(kept) in {0, 1}, "more than the last turn was not acknowledged"
