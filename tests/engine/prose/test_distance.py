from itertools import combinations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.prose.distance import choose_apart, cosine_distance, lexical_distance, shingles


def apart(one: str, other: str, language: str = "en") -> float:
    return lexical_distance(shingles(one, language), shingles(other, language))


def test_case_width_and_punctuation_set_no_texts_apart() -> None:
    assert apart("The keeper lit his lamp.", "the KEEPER lit: his lamp!") == 0.0
    assert apart("守灯人，点亮了灯。", "守灯人点亮了灯", "zh-CN") == 0.0


def test_a_changed_word_leaves_texts_nearer_than_another_story_does() -> None:
    text = "A keeper of a lighthouse finds a letter that she wrote as a child."
    changed = "A keeper of a lighthouse finds a letter that she wrote as an old woman."
    other = "Two thieves are locked into the bank they meant to rob."
    assert apart(text, changed) < 0.4
    assert apart(text, other) > 0.9


def test_chinese_texts_are_compared_by_pairs_of_characters() -> None:
    text = "守灯塔的女人在漂流瓶里发现一封写给自己的信。"
    assert apart(text, "守灯塔的老人在漂流瓶里发现一封写给自己的信。", "zh-CN") < 0.3
    assert apart(text, "末班车停在一个没有车站的地方。", "zh-CN") > 0.9


def test_texts_without_words_are_equal() -> None:
    assert apart("", "...") == 0.0
    assert apart("", "Rain.") == 1.0


def test_directions_decide_how_far_vectors_are() -> None:
    assert cosine_distance([1, 0], [5, 0]) == pytest.approx(0)
    assert cosine_distance([1, 0], [0, 2]) == pytest.approx(1)
    assert cosine_distance([1, 0], [-1, 0]) == pytest.approx(2)
    assert cosine_distance([0, 0], [1, 0]) == 1.0


def on_a_line(
    places: list[float], *, other: float = inf, most: int = 3, least: float = 0.1
) -> list[int]:
    return choose_apart(
        len(places),
        lambda a, b: abs(places[a] - places[b]),
        [abs(place - other) for place in places],
        most=most,
        least=least,
    )


def test_each_next_one_is_farthest_from_those_chosen() -> None:
    assert on_a_line([0.0, 0.1, 5.0, 10.0, 9.9]) == [0, 3, 2]


def test_what_others_have_already_is_kept_away_from() -> None:
    assert on_a_line([0.0, 5.0, 10.0], other=0.0, most=2) == [2, 1]


def test_near_ones_are_left_out_even_when_that_leaves_few() -> None:
    assert len(on_a_line([0.0, 0.05, 0.02])) == 1
    assert on_a_line([0.0, 0.05], other=0.01) == []


@given(st.lists(st.floats(0, 100), min_size=1, max_size=9), st.floats(0.5, 50))
def test_no_two_chosen_are_nearer_than_the_least(places: list[float], least: float) -> None:
    chosen = on_a_line(places, least=least, most=5)
    assert 1 <= len(chosen) <= 5
    assert all(abs(places[a] - places[b]) >= least for a, b in combinations(chosen, 2))
