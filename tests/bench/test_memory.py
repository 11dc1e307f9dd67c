"""The measure of memory in small: what it counts is counted right, and recall beats a window."""

from pathlib import Path

import pytest

from bench.memory.measure import ask
from bench.memory.place import stored, unstored
from bench.memory.stories import KINDS, plant, tells

WORDS = 6_000
QUESTIONS = 24


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_what_was_told_long_ago_is_in_the_prompt(language: str) -> None:
    planted = plant(language, WORDS, seed=7)
    asked = [each for each in planted.questions if not each.is_held_out][:QUESTIONS]
    results = []
    story = await unstored(planted)
    for question in asked:
        results += await ask(story, question, words=WORDS, budgets=(2000,))
    right = {
        method: sum(
            each.is_right
            for each in results
            if each.method == method and each.question.kind != "never"
        )
        for method in ("memory", "window", "lore")
    }
    stated = sum(each.kind != "never" for each in asked)
    assert right["memory"] >= 0.9 * stated
    assert right["window"] < 0.5 * stated < right["memory"], "or the story is too short to tell"
    assert {each.question.kind for each in results} == set(KINDS)


async def test_a_database_changes_nothing(tmp_path: Path) -> None:
    planted = plant("en", 2_000, seed=7)
    alone = await unstored(planted)
    async with stored(planted, tmp_path) as story:
        for question in planted.questions[:4]:
            one = await ask(story, question, words=2_000, budgets=(2000,))
            other = await ask(alone, question, words=2_000, budgets=(2000,))
            assert [(each.is_right, each.is_established) for each in one] == [
                (each.is_right, each.is_established) for each in other
            ]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_each_value_is_told_where_it_was_planted_and_nowhere_else(language: str) -> None:
    planted = plant(language, WORDS, seed=7)
    assert planted.turns == plant(language, WORDS, seed=7).turns
    assert planted.turns != plant(language, WORDS, seed=8).turns
    assert WORDS <= planted.words < 1.4 * WORDS, "all facts are told, however short the story"
    whole = "\n".join(planted.turns)
    lower = whole.casefold()
    for question in planted.questions:
        values = {*question.needed, *question.stale, *question.foreign}
        assert all(tells(whole, value) for value in values)
        assert not any(tells(question.text, value) for value in values), "it gives itself away"
        if question.kind in ("single", "updated", "never"):
            assert all(lower.count(value.casefold()) == 1 for value in values)
    assert all("{" not in fact.text for fact in planted.facts)
