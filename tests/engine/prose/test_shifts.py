"""Tense and viewpoint: found where they change, and not where they do not."""

from collections import Counter
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.prose import count
from engine.prose.reading import read_text
from engine.prose.shifts import sides_of
from engine.prose.tense import Tense, tense_of
from engine.prose.viewpoint import Person, viewpoint_of
from tests.engine.prose.labelled import clean, flawed


def _tense(text: str) -> tuple[Tense | None, list[tuple[Tense, str]]]:
    found = tense_of(read_text(text, "en"))
    assert found
    return found.main, [(shift.after, shift.place.quote) for shift in found.shifts]


def _viewpoint(text: str, language: str = "en") -> tuple[Person | None, list[tuple[Person, str]]]:
    found = viewpoint_of(read_text(text, language))
    return found.main, [(shift.after, shift.place.quote) for shift in found.shifts]


# What is measured is in docs/benchmarks.md; these are lower bounds of it.
@pytest.mark.parametrize(
    ("kind", "language", "recall", "held_out_recall"),
    [
        ("tense, for good", "en", 0.95, 0.95),
        ("tense, there and back", "en", 0.9, 0.85),
        ("viewpoint, for good", "en", 0.9, 0.95),
        ("viewpoint, there and back", "en", 0.25, 0.4),
        ("viewpoint, for good", "zh-CN", 0.9, 0.8),
        ("viewpoint, there and back", "zh-CN", 0.25, 0.1),
    ],
)
def test_labelled_texts_are_told_apart(
    kind: str, language: str, recall: float, held_out_recall: float
) -> None:
    for held_out, least in (("", recall), ("held-out-", held_out_recall)):
        counts: Counter[str] = count([*clean(held_out), *flawed(held_out)], language, kind)
        assert counts["found"] >= least * counts["flaws"] > 0
        assert counts["found"] >= counts["reported"] - 1
        assert counts["alarms in clean"] == 0 < counts["clean"]


def test_a_change_of_tense_is_quoted_where_it_is() -> None:
    text = (
        "She walked to the door. It was locked. She knocked twice and waited. "
        "Nobody comes. She sits down on the step and takes off her shoes. The rain stops."
    )
    assert _tense(text) == (Tense.PAST, [(Tense.PRESENT, "Nobody comes.")])


@pytest.mark.parametrize(
    "text",
    [
        # Dialogue and thoughts are in their own tense.
        "He sat. “I am tired,” he said. “It is late, and she is gone.” *I have to go,* he thought. "
        "He stood. He left.",
        # One general truth is no shift.
        "He went home. Winter is hard in the hills. He lit the fire. He slept.",
        # Participles are no past.
        "She sits on the painted bench. The letter is folded and sealed. Her brother, tired and "
        "worn, is asleep. She has seen it all before.",
    ],
)
def test_what_only_looks_like_another_tense_is_no_shift(text: str) -> None:
    assert _tense(text)[1] == []


def test_too_little_text_has_no_tense_and_no_viewpoint() -> None:
    assert _tense("Night. Rain. He was there.") == (None, [])
    assert _viewpoint("Night. Rain. He was there.") == (None, [])


def test_letters_of_first_persons_in_quotation_marks_are_no_shift() -> None:
    text = (
        "She read it twice. “I came home,” he wrote, “and I found my house empty. I slept.” "
        "She folded it. She put it in her coat. He had lied to her."
    )
    assert _viewpoint(text) == (Person.THIRD, [])


def test_a_heading_with_a_roman_number_is_nobody() -> None:
    text = "CHAPTER I\n\nVOLUME I\n\nShe came. She saw him. She left him there. He wept."
    assert _viewpoint(text) == (Person.THIRD, [])


def test_chinese_viewpoint_is_found_outside_dialogue() -> None:
    text = "她走进屋里。“我累了。”她说。她坐下来。她睡着了。" * 2
    assert _viewpoint(text, "zh-CN") == (Person.THIRD, [])
    flipped = text + "我醒来的时候天已经黑了。我点上灯。我的手在发抖。"
    assert _viewpoint(flipped, "zh-CN") == (
        Person.THIRD,
        [(Person.FIRST, "我醒来的时候天已经黑了。")],
    )


def test_the_second_person_is_named() -> None:
    text = "You wake up. You put on your coat. You walk out into the snow. Nobody sees you."
    assert _viewpoint(text) == (Person.SECOND, [])


def test_chinese_has_no_tense() -> None:
    assert tense_of(read_text("她昨天走了。她明天来。", "zh-CN")) is None


@given(
    evidence=st.lists(st.integers(-4, 4).map(lambda half: half / 2), max_size=9),
    price=st.sampled_from([0.0, 1.0, 3.0, 5.0]),
)
@settings(max_examples=200)
def test_sides_are_the_best_of_all_rows_of_sides(evidence: list[float], price: float) -> None:
    def worth(sides: tuple[int, ...] | list[int]) -> float:
        changes = sum(one != two for one, two in pairwise(sides))
        pairs = zip(sides, evidence, strict=True)
        return sum(side * value for side, value in pairs) - price * changes

    best = max(worth(sides) for sides in product((1, -1), repeat=len(evidence)))
    assert worth(sides_of(evidence, price)) == pytest.approx(best)
