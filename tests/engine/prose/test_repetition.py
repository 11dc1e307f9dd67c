"""What a text says again."""

import sys
from time import process_time
from types import FrameType

import pytest

from engine.prose import examine
from engine.prose.reading import read_text
from engine.prose.repetition import Repetition, repetition_of, stem
from tests.engine.prose.labelled import clean


def _repeated(text: str, language: str = "en") -> Repetition:
    return repetition_of(read_text(text, language))


def test_a_phrase_put_in_twice_is_found_with_its_places() -> None:
    phrase = "under the crooked light of the harbour"
    text = f"He waited {phrase}. The boats were late. She came to him {phrase}, without her coat."
    (repeat,) = _repeated(text).phrases
    assert (repeat.text, repeat.times) == (phrase, 2)
    assert [place.quote for place in repeat.places] == [phrase, phrase]


def test_a_long_repeated_sentence_is_one_phrase() -> None:
    sentence = "The old grey house on the northern hill kept watching the quiet road below it"
    text = f"{sentence}. Years went by. {sentence}. Nobody came."
    assert [repeat.text for repeat in _repeated(text).phrases] == [sentence]


def test_phrases_of_function_words_are_none() -> None:
    assert (
        _repeated("It was as if he had been there. It was as if she had been there.").phrases == ()
    )


def test_a_word_used_again_at_once_is_an_echo_in_all_its_inflections() -> None:
    text = "He stumbled over the threshold. Stumbling on, he found the lamp. "
    assert [(echo.text, echo.times) for echo in _repeated(text).echoes] == [("stumbled", 2)]


def test_names_and_function_words_are_no_repetition() -> None:
    text = "Then Marguerite left, and Marguerite wept for Marguerite. With him, without him, with."
    assert _repeated(text) == Repetition((), (), (), ())


def test_sentences_that_begin_alike_are_told() -> None:
    text = "He ran. She waited. She sighed. She turned. Then nothing."
    (opening,) = _repeated(text).openings
    assert (opening.text, opening.times, opening.places[0].quote) == ("she", 3, "She")


def test_chinese_repetition_goes_by_words() -> None:
    text = "他点燃了蜡烛，蜡烛照亮墙壁。" + "外面下着雨。" + "蜡烛的火苗碰到窗户。" * 2
    repetition = _repeated(text, "zh-CN")
    assert ("蜡烛", 4) in [(repeat.text, repeat.times) for repeat in repetition.words]
    assert [repeat.text for repeat in repetition.phrases] == ["蜡烛的火苗碰到窗户"]


@pytest.mark.parametrize(
    ("words", "shared"),
    [("look looks looked looking", "look"), ("stop stopped stopping stops", "stop"),
     ("carry carries carried", "carry"), ("smile smiles smiled smiling", "smil"),
     ("glass", "glass"), ("pass passes passed", "pass"), ("fall falling", "fall")],
)  # fmt: skip
def test_regular_inflections_have_one_stem(words: str, shared: str) -> None:
    assert {stem(word) for word in words.split()} == {shared}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_four_times_the_text_is_about_four_times_the_work(language: str) -> None:
    unit = "\n".join(text.text for text in clean() if text.language == language)[:9000]
    once, four_times = _calls(unit, language), _calls("\n".join([unit] * 4), language)
    assert four_times < 5 * once


@pytest.mark.parametrize("piece", ["‘", "“", '"', "*a ", "... ", "。”", "a'", "\n", "1. ", "I "])
def test_no_text_makes_the_work_explode(piece: str) -> None:
    started = process_time()
    assert _calls(piece * 4000, "en") < 6 * _calls(piece * 1000, "en") + 2000
    assert process_time() - started < 10  # what is not counted, inside C


def _calls(text: str, language: str) -> int:
    """Return how many Python functions were called to examine a text."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1

    read_text("Warm up. 热身。", language)
    sys.setprofile(count)
    try:
        examine(text, language)
    finally:
        sys.setprofile(None)
    return calls
