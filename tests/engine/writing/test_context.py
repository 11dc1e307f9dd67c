import pytest

from engine.errors import NoOpenStory, NotYourTurn
from engine.memory.prompt import BlockKind
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.writing import show_context
from tests.fakes.desk import GUILD, Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel


async def test_the_context_is_what_the_model_then_sees(desk: Desk, model: ScriptedModel) -> None:
    await desk.write("The lamp was lit.")
    await desk.continue_()
    await desk.write("Nobody came.")
    shown = await show_context(desk.engine, **desk.where, direction="rain")
    turn = await desk.continue_(direction="rain")
    assert model.requests[-1].messages == shown.messages
    assert turn.provenance is not None
    assert turn.provenance.prompt_hash == shown.digest


async def test_the_context_names_its_parts_and_their_shares(desk: Desk) -> None:
    turns = [await desk.write("The lamp was lit."), await desk.continue_()]
    prompt = await show_context(desk.engine, **desk.where)
    assert [block.kind for block in prompt.blocks] == [
        BlockKind.SYSTEM,
        BlockKind.OPENING,
        BlockKind.TURN,
        BlockKind.TURN,
        BlockKind.INSTRUCTION,
    ]
    assert [block.turn_id for block in prompt.blocks[2:4]] == [turn.id for turn in turns]
    assert sum(block.tokens for block in prompt.blocks) == prompt.tokens
    assert prompt.tokens <= prompt.budget_tokens == 4096 - 224


async def test_looking_at_the_context_changes_nothing(desk: Desk, model: ScriptedModel) -> None:
    await desk.write("The lamp was lit.")
    first = await show_context(desk.engine, **desk.where)
    assert await show_context(desk.engine, **desk.where) == first
    assert model.requests == []


async def test_there_is_no_context_while_the_model_writes(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting():
        with pytest.raises(NotYourTurn):
            await show_context(desk.engine, **desk.where)
        gate.open()


async def test_there_is_no_context_without_a_story(engine: Engine) -> None:
    with pytest.raises(NoOpenStory):
        await show_context(engine, guild_id=GUILD, channel_id=1)


async def test_another_tokenizer_counts_anew(
    database: Database, storage_settings: EngineSettings
) -> None:
    async with engine_over(database, ScriptedModel(), storage_settings) as engine:
        desk = Desk(engine)
        await desk.start()
        await desk.write("The lamp was lit.")
        before = await show_context(engine, **desk.where)
    other = ScriptedModel(special_tokens=("lamp",), tokenizer="other")
    async with engine_over(database, other, storage_settings) as engine:
        after = await show_context(engine, **desk.where)
    assert after.blocks[2].text == "The l\u200bamp was lit."
    assert after.blocks[2].tokens == before.blocks[2].tokens + 1
