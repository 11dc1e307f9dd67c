"""However members act at once, under whatever rules: nothing lost, doubled or out of order."""

from pathlib import Path

import pytest

from engine.settings import EngineSettings
from tests.fakes.interleaving import Interleaving, World

STORIES, BURSTS = 5, 8


@pytest.mark.parametrize("seed", range(3))
async def test_no_turn_is_lost_doubled_or_out_of_order(tmp_path: Path, seed: int) -> None:
    world = World(EngineSettings(data_dir=tmp_path, _env_file=None))  # type: ignore[call-arg]
    await world.open()
    try:
        for number in range(STORIES):
            await Interleaving(world, seed * 1000 + number).run(BURSTS)
    finally:
        await world.close()
