"""BLIND: nobody, the model neither, sees more of others than their last lines."""

from collections.abc import AsyncGenerator

import pytest

from engine.settings import EngineSettings
from engine.storage import Database
from engine.story.order import Mode
from engine.writing import end_story, export_story, read_story, show_context
from engine.writing.veiling import last_line
from tests.fakes.desk import ANN, BO
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import Table, table_over

ANNS = "The hidden beginning.\nThe last line of Ann."
BOS = "The hidden middle.\nThe last line of Bo."


@pytest.fixture
async def table(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> AsyncGenerator[Table]:
    async with table_over(database, model, storage_settings) as opened:
        await opened.begin(Mode.BLIND, ANN, BO)
        await opened.write(ANNS, ANN)
        await opened.write(BOS, BO)
        yield opened


async def test_readers_see_last_lines_and_their_own_turns(table: Table) -> None:
    assert await table.texts() == ["The last line of Ann.", "The last line of Bo."]
    _, anns = await read_story(table.engine, **table.where, member_id=ANN.id)
    assert [turn.text for turn in anns] == [ANNS, "The last line of Bo."]


async def test_the_model_sees_the_newest_last_line_alone(
    table: Table, model: ScriptedModel
) -> None:
    prompt = await show_context(table.engine, **table.where)
    assert "The last line of Bo." in str(prompt.messages)
    turn = await table.continue_(ANN)
    for seen in (str(prompt.messages), str(model.requests[-1].messages)):
        assert "hidden" not in seen
        assert "of Ann" not in seen
    assert turn.number == 3


async def test_a_line_that_was_counted_is_not_the_count_of_its_turn(table: Table) -> None:
    await table.continue_(ANN)
    await table.rules(Mode.ROUND_ROBIN)
    prompt = await show_context(table.engine, **table.where)
    assert "The hidden beginning." in str(prompt.messages)
    written = [turn for turn in await path_of(table) if turn.text == BOS]
    assert [turn.tokens for turn in written] == [-(-len(BOS.encode()) // 3)]


async def path_of(table: Table) -> list:  # type: ignore[type-arg]
    return (await read_story(table.engine, **table.where))[1]


async def test_the_end_of_the_story_lifts_the_veil(table: Table) -> None:
    export = await export_story(table.engine, **table.where)
    assert b"hidden" not in export.data
    await end_story(table.engine, **table.where, member=ANN)
    assert await table.texts() == [ANNS, BOS]
    export = await export_story(table.engine, **table.where)
    assert b"The hidden beginning." in export.data


async def test_undo_shows_the_line_before(table: Table) -> None:
    await table.undo(BO)
    prompt = await show_context(table.engine, **table.where)
    assert "The last line of Ann." in str(prompt.messages)
    assert "of Bo" not in str(prompt.messages)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One.", "One."),
        ("One.\n\nTwo. Three.\n", "Two. Three."),
        ("One.\n* * *", "One."),
        ("…", "…"),
        ("A long line. " * 20 + "Its end.", "Its end."),
        ("很长的一行。" * 50 + "结尾在这里。", "结尾在这里。"),
        ("x" * 5000, "x" * 800),
    ],
)
def test_the_last_line_is_a_line_or_the_end_of_a_long_one(text: str, line: str) -> None:
    assert last_line(text, "zh-CN" if "很" in text else "en") == line
