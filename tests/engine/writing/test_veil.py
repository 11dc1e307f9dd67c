"""BLIND: nobody, the model neither, sees more of others than their last lines."""

import pytest

from engine.errors import QuoteNotFound
from engine.story.order import Mode
from engine.writing import end_story, export_story, read_story, show_context
from engine.writing.canon import add_fact
from engine.writing.veiling import last_line
from tests.fakes.desk import ANN, BO
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import Table

ANNS = "The hidden beginning.\nThe last line of Ann."
BOS = "The hidden middle.\nThe last line of Bo."


@pytest.fixture
async def blind(table: Table) -> Table:
    """Ann and Bo have written, and only their last lines are shown."""
    await table.begin(Mode.BLIND, ANN, BO)
    await table.write(ANNS, ANN)
    await table.write(BOS, BO)
    return table


async def test_readers_see_last_lines_and_their_own_turns(blind: Table) -> None:
    assert await blind.texts() == ["The last line of Ann.", "The last line of Bo."]
    _, anns = await read_story(blind.engine, **blind.where, member_id=ANN.id)
    assert [turn.text for turn in anns] == [ANNS, "The last line of Bo."]


async def test_the_model_sees_the_newest_last_line_alone(
    blind: Table, model: ScriptedModel
) -> None:
    prompt = await show_context(blind.engine, **blind.where)
    assert "The last line of Bo." in str(prompt.messages)
    turn = await blind.continue_(ANN)
    for seen in (str(prompt.messages), str(model.requests[-1].messages)):
        assert "hidden" not in seen
        assert "of Ann" not in seen
    assert turn.number == 3


async def test_a_line_that_was_counted_is_not_the_count_of_its_turn(blind: Table) -> None:
    await blind.continue_(ANN)
    await blind.rules(Mode.ROUND_ROBIN)
    prompt = await show_context(blind.engine, **blind.where)
    assert "The hidden beginning." in str(prompt.messages)
    written = [turn for turn in await path_of(blind) if turn.text == BOS]
    assert [turn.tokens for turn in written] == [-(-len(BOS.encode()) // 3)]


async def test_a_quote_tells_nothing_of_what_is_hidden(blind: Table) -> None:
    fact = {"subject": "The line", "relation": "is", "value": "the last"}
    for hidden in ("hidden beginning", "hidden b", "not in the story at all"):
        with pytest.raises(QuoteNotFound):
            await add_fact(blind.engine, **blind.where, member=BO, **fact, quote=hidden)
    own = await add_fact(blind.engine, **blind.where, member=ANN, **fact, quote="hidden beginning")
    shown = await add_fact(
        blind.engine, **blind.where, member=BO, **fact, quote="The last line of Ann."
    )
    assert own.turn_id == shown.turn_id


async def path_of(blind: Table) -> list:  # type: ignore[type-arg]
    return (await read_story(blind.engine, **blind.where))[1]


async def test_the_end_of_the_story_lifts_the_veil(blind: Table) -> None:
    export = await export_story(blind.engine, **blind.where)
    assert b"hidden" not in export.data
    await end_story(blind.engine, **blind.where, member=ANN)
    assert await blind.texts() == [ANNS, BOS]
    export = await export_story(blind.engine, **blind.where)
    assert b"The hidden beginning." in export.data


async def test_undo_shows_the_line_before(blind: Table) -> None:
    await blind.undo(BO)
    prompt = await show_context(blind.engine, **blind.where)
    assert "The last line of Ann." in str(prompt.messages)
    assert "of Bo" not in str(prompt.messages)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One.", "One."),
        ("One.\n\nTwo. Three.\n", "Three."),
        ("One.\n* * *", "One."),
        ("…", "…"),
        ("A long line. " * 20 + "Its end.", "Its end."),
        ("很长的一行。" * 50 + "结尾在这里。", "结尾在这里。"),
        ("x" * 5000, "x" * 800),
    ],
)
def test_the_last_line_is_the_last_sentence_of_the_last_line(text: str, line: str) -> None:
    assert last_line(text, "zh-CN" if "很" in text else "en") == line
