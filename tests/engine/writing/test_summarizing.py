"""Summaries are written behind everybody else, and used while their turns are told so."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from engine.chores import Chores
from engine.memory.prompt import BlockKind, Prompt
from engine.memory.sealing import blocks_of
from engine.model.request import ModelRequest, Priority
from engine.privacy import erase_member
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.storage.memory import find_summaries
from engine.writing import read_story, show_context
from engine.writing.posting import mark_posted
from engine.writing.remembering import read_memory
from engine.writing.revising import edit_turn
from engine.writing.summarizing import MOST_AT_ONCE, is_fit, seal_blocks
from engine.writing.summary_changes import edit_summary, forget_summary, pin_summary
from tests.fakes.desk import ANN, GUILD, Desk, engine_over, new_id
from tests.fakes.scripted_model import ScriptedModel

LONG = (
    "Ann went to the harbour and asked Tomas for the lamp, but Greta said that Mira had it. " * 10
)


def brief(request: ModelRequest) -> str:
    """Return a summary that differs from block to block."""
    return f"Greta told Ann that Mira had lamp {request.seed}."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(brief, context_tokens=2048)


@pytest.fixture
async def engine(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> AsyncGenerator[Engine]:
    chores = Chores()
    async with engine_over(database, model, storage_settings, chores=chores) as opened:
        yield opened
        await chores.close()


async def write_long(desk: Desk, turns: int = 24) -> None:
    for number in range(turns):
        await desk.write(f"Part {number}. {LONG}")


async def seal(desk: Desk) -> None:
    memory = await read_memory(desk.engine, **desk.where)
    await seal_blocks(desk.engine, GUILD, memory.story.id)


async def summaries_in(desk: Desk) -> list[str]:
    prompt = await show_context(desk.engine, **desk.where)
    return [block.text for block in prompt.blocks if block.kind is BlockKind.SUMMARY]


async def context(desk: Desk) -> Prompt:
    return await show_context(desk.engine, **desk.where)


async def test_old_blocks_are_summarised_in_the_background_and_stand_in_the_prompt(
    desk: Desk, model: ScriptedModel
) -> None:
    await write_long(desk)
    turn = await desk.write("And now?")
    assert await summaries_in(desk) == []
    await mark_posted(desk.engine, guild_id=GUILD, turn_id=turn.id)
    await desk.engine.chores.idle()
    asked = [each for each in model.requests if "the memory of a story" in each.messages[0].text]
    assert 0 < len(asked) <= MOST_AT_ONCE  # other chores ask for something else
    assert {request.priority for request in model.requests} == {Priority.BACKGROUND}
    assert len(await summaries_in(desk)) > 0


async def test_a_summary_covers_only_turns_that_left_the_window(desk: Desk) -> None:
    await write_long(desk)
    for _ in range(4):
        await seal(desk)
    prompt = await context(desk)
    memory = await read_memory(desk.engine, **desk.where)
    covered = {block.summary.id: block for block in memory.blocks if block.summary}
    shown = [block for block in prompt.blocks if block.kind is BlockKind.SUMMARY]
    assert shown
    for block in shown:
        assert block.source is not None
        assert covered[block.source.ids[0]].last <= prompt.dropped_turns


async def test_undo_and_edit_unseal_and_redo_seals_again_byte_for_byte(desk: Desk) -> None:
    await write_long(desk)
    for _ in range(4):
        await seal(desk)
    before = await context(desk)
    assert any(block.kind is BlockKind.SUMMARY for block in before.blocks)
    first = (await read_memory(desk.engine, **desk.where)).blocks[0]
    for _ in range(20):
        await desk.undo()
    assert await summaries_in(desk) == []
    for _ in range(20):
        await desk.redo()
    assert (await context(desk)).digest == before.digest
    _, path = await read_story(desk.engine, **desk.where)
    await edit_turn(
        desk.engine,
        **desk.where,
        passage_id=path[first.first - 1].id,
        member=ANN,
        text=f"Part nought. {LONG}",
        interaction_id=new_id(),
    )
    edited = await read_memory(desk.engine, **desk.where)
    assert edited.blocks[0].summary is None
    await desk.undo()
    assert (await context(desk)).digest == before.digest


async def test_equal_blocks_are_asked_for_in_equal_words_and_seeds(
    engine: Engine, model: ScriptedModel
) -> None:
    for _ in range(2):
        desk = Desk(engine)
        await desk.start()
        await write_long(desk, 12)
        await seal(desk)
    half = len(model.requests) // 2
    assert half > 0
    for one, two in zip(model.requests[:half], model.requests[half:], strict=True):
        assert (one.messages, one.seed) == (two.messages, two.seed)


async def test_an_unfit_reply_is_asked_for_once_more_and_then_left(engine: Engine) -> None:
    unfit = ScriptedModel(lambda request: "...", context_tokens=2048)
    desk = Desk(replace(engine, model=unfit))
    await desk.start()
    await write_long(desk, 12)
    await seal(desk)
    assert len({request.seed for request in unfit.requests}) == len(unfit.requests) > 0
    memory = await read_memory(desk.engine, **desk.where)
    assert all(block.summary is None for block in memory.blocks)


async def test_a_summary_of_turns_that_are_erased_meanwhile_is_not_kept(engine: Engine) -> None:
    async def meanwhile(_: float) -> None:
        await erase_member(engine, guild_id=GUILD, member_id=ANN.id)

    model = ScriptedModel(brief, context_tokens=2048, sleep=meanwhile)
    desk = Desk(replace(engine, model=model))
    await desk.start()
    await write_long(desk, 12)
    story, path = await read_story(desk.engine, **desk.where)
    digests = [block.digest for block in blocks_of(path)]
    await seal(desk)
    assert model.requests
    async with engine.database.reading() as tx:
        assert not await find_summaries(tx, guild_id=GUILD, story_id=story.id, digests=digests)


async def test_members_change_pin_and_forget_a_summary(desk: Desk) -> None:
    await write_long(desk, 12)
    await seal(desk)
    summary = (await read_memory(desk.engine, **desk.where)).blocks[0].summary
    assert summary is not None
    which = {"guild_id": GUILD, "summary_id": summary.id}
    await edit_summary(desk.engine, **which, member=ANN, text="Our own words.")
    await pin_summary(desk.engine, **which, is_pinned=True)
    changed = (await read_memory(desk.engine, **desk.where)).blocks[0].summary
    assert changed == replace(summary, text="Our own words.", editor_id=ANN.id, is_pinned=True)
    await seal(desk)
    assert (await read_memory(desk.engine, **desk.where)).blocks[0].summary == changed
    await forget_summary(desk.engine, **which)
    assert (await read_memory(desk.engine, **desk.where)).blocks[0].summary is None
    await seal(desk)
    anew = (await read_memory(desk.engine, **desk.where)).blocks[0].summary
    assert anew is not None
    assert anew.text == summary.text


@pytest.mark.parametrize(
    ("text", "language", "is_good"),
    [
        ("Greta told Ann.", "en", True),
        ("", "en", False),
        ("!!!", "en", False),
        ("Somebody told somebody something.", "en", False),
        (LONG + LONG, "en", False),
        ("Greta told Ann.", "zh-CN", False),
        ("安问了博。", "zh-CN", True),
    ],
)
def test_what_may_stand_for_a_passage(text: str, language: str, *, is_good: bool) -> None:
    source = "灯灭了，安去港口问博。" * 9 if language == "zh-CN" else LONG
    assert is_fit(text, [source], language) is is_good
