import pytest

from engine.writing.inspiration.asking import examples
from engine.writing.inspiration.cleaning import MOST_CHARACTERS, clean_prompt

PREMISE = (
    "A ferry captain finds a passenger who boarded forty years ago. "
    "She is still waiting for the other shore."
)


@pytest.mark.parametrize(
    "reply",
    [
        PREMISE,
        f"Prompt: {PREMISE}",
        f"Story prompt 3: {PREMISE}",
        f"Sure! Here is a premise for you:\n\n{PREMISE}",
        f"1. {PREMISE}\n2. A judge loses her robe on the way to court.",
        f"- **{PREMISE}**",
        f"“{PREMISE}”",
        f"{PREMISE}\n\nI hope that this helps you to begin!",
        f"{PREMISE} Then the tide came in and with it the",
    ],
)
def test_of_a_reply_only_the_premise_is_left(reply: str) -> None:
    assert clean_prompt(reply, "en", is_long=False) == PREMISE


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Prompt:",
        "A ship waits.",
        "As an AI language model, I cannot have a premise of my own to tell you about at all.",
        "The story begins with a woman who finds a letter in a house by the cold grey sea.",
        "A captain who sails on and on towards a shore which never comes any nearer and",
        "Rain rain rain rain rain rain rain rain rain rain rain rain rain rain rain.",
    ],
)
def test_a_reply_without_a_premise_gives_nothing(reply: str) -> None:
    assert clean_prompt(reply, "en", is_long=False) == ""


def test_talk_about_the_task_is_cut_out_of_a_premise() -> None:
    reply = f"{PREMISE} The reader wonders why."
    assert clean_prompt(reply, "en", is_long=False) == PREMISE


def test_a_short_one_has_three_sentences_at_most_and_a_long_one_five() -> None:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    sentences = [f"{day} brings guest {number}." for number, day in enumerate(days)]
    reply = " ".join(sentences)
    assert clean_prompt(reply, "en", is_long=False) == " ".join(sentences[:3])
    assert clean_prompt(reply, "en", is_long=True) == " ".join(sentences[:5])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_houses_own_examples_are_premises(language: str) -> None:
    for example in examples(language):
        premise = example.premise
        assert clean_prompt(premise, language, is_long=False) == premise
        assert len(premise) <= MOST_CHARACTERS


def test_a_chinese_premise_is_taken_whole() -> None:
    premise = "守灯塔的女人在漂流瓶里发现一封写给自己的信。信上的日期是明天。"
    assert clean_prompt(f"故事构思：{premise}", "zh-CN", is_long=False) == premise
    assert clean_prompt("好的。", "zh-CN", is_long=False) == ""
    assert clean_prompt(PREMISE, "zh-CN", is_long=False) == ""


def test_somebodys_words_at_the_end_keep_their_quotation_marks() -> None:
    premise = 'A ferry captain finds a note on the wheel of her ship: "I never left you."'
    assert clean_prompt(premise, "en", is_long=False) == premise
