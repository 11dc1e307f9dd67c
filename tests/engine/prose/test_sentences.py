"""Sentences of English and Chinese, and that their places are exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.prose.paragraphs import is_hard_wrapped, paragraphs_of
from engine.prose.sentences import sentences_of

ENGLISH = [
    ("Mr. Smith went to Washington. He stayed.", ["Mr. Smith went to Washington.", "He stayed."]),
    ('"Stop!" he said. "Stop!" She ran.', ['"Stop!" he said.', '"Stop!"', "She ran."]),
    ("“Where to?” Tom asked. “Home.” He left.", ["“Where to?” Tom asked.", "“Home.”", "He left."]),
    ("It cost 3.14 at 5 p.m. and was cold.", ["It cost 3.14 at 5 p.m. and was cold."]),
    ("It rained at 5 p.m. The end.", ["It rained at 5 p.m.", "The end."]),
    ("He met J. R. Smith. It was I. We left.", ["He met J. R. Smith.", "It was I.", "We left."]),
    ("She left... and came back.", ["She left... and came back."]),
    ("I... I don't know. Wait… He left.", ["I... I don't know.", "Wait…", "He left."]),
    ("“But—” he began. ‘Yes.’ (He did.)", ["“But—” he began.", "‘Yes.’", "(He did.)"]),
    ("See No. 5 at once. No. He went!", ["See No. 5 at once.", "No.", "He went!"]),
    ("The U.S. army came?! Yes.", ["The U.S. army came?!", "Yes."]),
    ("A heading\nThe first line", ["A heading", "The first line"]),
    ("* * *\nNext.", ["* * *", "Next."]),
]
CHINESE = [
    ("天黑了。她走了！真的？！", ["天黑了。", "她走了！", "真的？！"]),
    ("“走吧。”天黑了。", ["“走吧。”", "天黑了。"]),
    ("「不行！」小明喊道。『好。』", ["「不行！」小明喊道。", "『好。』"]),
    ("“我……我不知道。”她停下……", ["“我……我不知道。”", "她停下……"]),
    ("“算了……”他转身。雨停了……天亮了。", ["“算了……”", "他转身。", "雨停了……", "天亮了。"]),
    (
        "版本3.5很好。Hello there. 她说 OK. 走了。",
        ["版本3.5很好。", "Hello there.", "她说 OK.", "走了。"],
    ),
    ('"直引号。"他走了。"第二句。"', ['"直引号。"', "他走了。", '"第二句。"']),
]


@pytest.mark.parametrize(("text", "sentences"), ENGLISH)
def test_english_is_cut_where_a_reader_would(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in sentences_of(text, "en")] == sentences


@pytest.mark.parametrize(("text", "sentences"), CHINESE)
def test_chinese_is_cut_where_a_reader_would(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in sentences_of(text, "zh-CN")] == sentences


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Mr. ",
                "He said. ",
                '"Stop!" ',
                "“",
                "”",
                "'",
                "...",
                "……",
                "。",
                "！？",
                "她走了",
                " I ",
                "\n",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=30,
).map("".join)


@given(text=PIECES, language=st.sampled_from(["en", "zh-CN"]))
@settings(max_examples=300)
def test_the_places_of_sentences_are_exact_and_leave_out_white_space_only(
    text: str, language: str
) -> None:
    at = 0
    for sentence in sentences_of(text, language):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        assert not text[at : sentence.start].strip()
        at = sentence.end
    assert not text[at:].strip()


def test_lines_that_a_program_broke_are_one_paragraph() -> None:
    wrapped = (
        "Call me Ishmael. Some years ago, never mind how long\n"
        "precisely, having little or no money in my purse, and\n"
        "nothing particular to interest me on shore, I thought\n"
        "I would sail about a little and see the watery part\n"
        "of the world. It is a way I have of driving off the\n"
        "spleen.\n\nWhenever I find myself growing grim, I go."
    )
    assert is_hard_wrapped(wrapped)
    assert len(paragraphs_of(wrapped)) == 2
    assert sentences_of(wrapped, "en")[0].text == "Call me Ishmael."
    assert len(sentences_of(wrapped, "en")) == 4


def test_verses_and_lines_of_dialogue_stay_apart() -> None:
    poem = "Because I could not stop for Death\nHe kindly stopped for me\nThe carriage held but"
    assert len(paragraphs_of(poem)) == 3
