"""A thousand random sequences: the prompt is byte for byte that of a story written straight."""

from pathlib import Path

import pytest

from engine.settings import EngineSettings
from engine.storage import open_database
from tests.fakes.desk import engine_over
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.wanderer import Voice, add_server_lore, same_prompts

SEQUENCES, CHUNK, STEPS = 1000, 20, 40

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("first", range(0, SEQUENCES, CHUNK))
async def test_equal_after_any_sequence(tmp_path: Path, first: int) -> None:
    voice = Voice()
    model = ScriptedModel(voice, context_tokens=2048)
    settings = EngineSettings(data_dir=tmp_path / "data", background_work=False)
    async with (
        open_database(settings) as database,
        engine_over(database, model, settings) as engine,
    ):
        await add_server_lore(engine)
        for seed in range(first, first + CHUNK):
            wandered, straight = await same_prompts(engine, voice, 10_000 + seed, STEPS)
            assert wandered.messages == straight.messages, seed
