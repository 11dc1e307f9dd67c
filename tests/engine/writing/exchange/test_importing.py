"""A text becomes a story, and nothing of it is lost."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import StoryAlreadyOpen, TextRefused
from engine.runtime import Engine
from engine.writing import read_story
from engine.writing.exchange import import_text
from engine.writing.exchange.importing import TURN_CHARACTERS, part_text
from engine.writing.texts import MOST_TURN_CHARACTERS
from tests.fakes.desk import ANN, Desk, new_id

FIELDS = {"member": ANN, "title": "The Lamp", "channel_is_age_restricted": False}


async def test_a_text_becomes_turns_of_who_brought_it(engine: Engine) -> None:
    desk = Desk(engine)
    text = "\n\n".join(f"Paragraph {n}. " + "It rained all night. " * 30 for n in range(9))
    story, count = await import_text(engine, text, **desk.where, **FIELDS, interaction_id=new_id())
    _, path = await read_story(engine, **desk.where)
    assert story.language == "en"
    assert len(path) == count > 1
    assert {turn.author_id for turn in path} == {ANN.id}
    assert "\n\n".join(turn.text for turn in path).split() == text.split()
    await desk.write("And on.")
    await desk.undo()
    await desk.undo()
    assert len(await desk.texts()) == count - 1


async def test_a_chinese_text_becomes_a_chinese_story(engine: Engine) -> None:
    desk = Desk(engine)
    story, _ = await import_text(
        engine, "夜里很冷，她没有回头。", **desk.where, **FIELDS, interaction_id=new_id()
    )
    assert story.language == "zh-CN"


async def test_the_same_interaction_again_adds_nothing(engine: Engine) -> None:
    desk, interaction_id = Desk(engine), new_id()
    for _ in range(2):
        _story, _ = await import_text(
            engine, "One.\n\nTwo.", **desk.where, **FIELDS, interaction_id=interaction_id
        )
    assert await desk.texts() == ["One.\n\nTwo."]
    with pytest.raises(StoryAlreadyOpen):
        await import_text(engine, "Three.", **desk.where, **FIELDS, interaction_id=new_id())
    with pytest.raises(TextRefused):
        await import_text(engine, " \n ", **desk.where, **FIELDS, interaction_id=new_id())


paragraphs = st.lists(
    st.text(alphabet="a. 灯。！\n", max_size=80).map(lambda text: text * 60), max_size=8
)


@given(paragraphs, st.sampled_from(["en", "zh-CN"]))
def test_every_letter_is_kept_and_no_turn_is_too_long(texts: list[str], language: str) -> None:
    text = "\n\n".join(texts)
    parts = part_text(text, language)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(0 < len(part) <= MOST_TURN_CHARACTERS for part in parts)
    assert not any(
        len(one) + len(two) + 2 <= TURN_CHARACTERS for one, two in itertools.pairwise(parts)
    )
