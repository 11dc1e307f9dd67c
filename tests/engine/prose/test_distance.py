import pytest

from engine.prose.distance import Shape, cosine_distance


def apart(one: str, other: str, language: str = "en") -> float:
    return Shape(one, language).distance(Shape(other, language))


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


def test_distance_does_not_depend_on_the_order() -> None:
    one, other = "The last train stops.", "The last ferry stops at night."
    assert apart(one, other) == apart(other, one)


def test_directions_decide_how_far_vectors_are() -> None:
    assert cosine_distance([1, 0], [5, 0]) == pytest.approx(0)
    assert cosine_distance([1, 0], [0, 2]) == pytest.approx(1)
    assert cosine_distance([1, 0], [-1, 0]) == pytest.approx(2)
    assert cosine_distance([0, 0], [1, 0]) == 1.0
