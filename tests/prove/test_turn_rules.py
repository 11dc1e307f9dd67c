"""10,000 random interleavings of members, restarts, deadlines and votes, over all modes.

PROVE=1 python -m pytest -q tests/prove/test_turn_rules.py
"""

from pathlib import Path

import pytest

from engine.settings import EngineSettings
from tests.fakes.interleaving import Interleaving, World

CHUNKS, STORIES, BURSTS = 500, 20, 5


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_no_turn_is_lost_doubled_or_out_of_order(tmp_path: Path, chunk: int) -> None:
    world = World(EngineSettings(data_dir=tmp_path, _env_file=None))  # type: ignore[call-arg]
    await world.open()
    try:
        for number in range(STORIES):
            await Interleaving(world, 1_000_000 + chunk * STORIES + number).run(BURSTS)
    finally:
        await world.close()
