"""After any undo, redo, branch and edit, the prompt is that of a story written straight.

tests/prove/test_same_prompt.py plays a thousand of these.
"""

import random
from collections import Counter
from collections.abc import AsyncGenerator

import pytest

from engine.memory.prompt import BlockKind
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import open_database
from tests.fakes.desk import Desk, engine_over
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.wanderer import Voice, Wanderer, add_server_lore, composed, same_prompts

STEPS = 40


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
async def small_engine(engine_settings: EngineSettings, voice: Voice) -> AsyncGenerator[Engine]:
    """An engine over SQLite whose model has a small window, so that all kinds of blocks come."""
    model = ScriptedModel(voice, context_tokens=2048)
    async with (
        open_database(engine_settings) as database,
        engine_over(database, model, engine_settings) as engine,
    ):
        await add_server_lore(engine)
        yield engine


@pytest.mark.parametrize("seed", range(8))
async def test_the_prompt_is_that_of_a_story_written_straight(
    small_engine: Engine, voice: Voice, seed: int
) -> None:
    wandered, straight = await same_prompts(small_engine, voice, seed, STEPS)
    assert wandered.messages == straight.messages
    assert wandered.digest == straight.digest


async def test_the_sequences_take_every_step_and_bring_every_kind_of_block(
    small_engine: Engine, voice: Voice
) -> None:
    taken: Counter[str] = Counter()
    kinds: set[BlockKind] = set()
    for seed in range(100, 106):
        wanderer = Wanderer(small_engine, voice, random.Random(seed))
        await wanderer.begin()
        await wanderer.wander(STEPS)
        taken.update(wanderer.taken)
        kinds |= {block.kind for block in (await composed(wanderer.desk)).blocks}
    assert set(taken) == {"write", "continue", "undo", "redo", "edit", "branch", "switch"}
    assert {
        BlockKind.PIN,
        BlockKind.NOTE,
        BlockKind.LORE,
        BlockKind.SUMMARY,
        BlockKind.RECALLED,
    } <= kinds


async def test_what_stands_on_another_branch_or_in_another_story_changes_nothing(
    small_engine: Engine, voice: Voice
) -> None:
    wanderer = Wanderer(small_engine, voice, random.Random(5))
    await wanderer.begin()
    await wanderer.wander(STEPS)
    before = await composed(wanderer.desk)
    other = Desk(small_engine)
    await other.start()
    for _ in range(12):
        await other.write(wanderer.sentence())
    assert (await composed(wanderer.desk)).digest == before.digest
