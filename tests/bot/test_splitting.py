"""Cuts of a text into messages."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.splitting import MOST_CHARACTERS, open_marks, split

MARKS = st.sampled_from(
    ["*", "**", "***", "_", "__", "~~", "||", "`", "```", "```py\n", "\\", "\n\n"]
)
PROSE = st.lists(
    st.one_of(
        MARKS, st.text(max_size=12), st.sampled_from(["word ", "Ende. ", "一句话。", "👩‍👩‍👧 "])
    ),
    max_size=80,
).map("".join)


@given(PROSE, st.integers(min_value=60, max_value=200))
@example("```" + "x" * 300, 100)
@example("*" * 300, 100)
def test_no_part_is_longer_than_allowed_and_none_is_missing(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(len(part) <= most for part in parts)
    assert letters("".join(parts)).startswith(letters(text)[:1])
    assert letters(text) == letters(without_reopened_fences(parts))


def letters(text: str) -> str:
    """Return what cannot be a mark or white space."""
    return re.sub(r"[\s*_~|`\\]", "", text)


def without_reopened_fences(parts: list[str]) -> str:
    """Take the languages of fences away that were opened again."""
    return "".join([parts[0], *(re.sub(r"^```\w*\n", "", part) for part in parts[1:])])


@given(PROSE, PROSE)
def test_the_cuts_stay_where_they_are_when_the_text_grows(text: str, more: str) -> None:
    before, after = split(text.strip() + "end", 120), split(text.strip() + "end" + more, 120)
    cuts = [letters(part) for part in before[:-1]]
    assert [letters(part) for part in after[: len(cuts)]] == cuts


def test_no_text_is_one_empty_part() -> None:
    assert split("") == [""]
    assert split("  \n ") == [""]


def test_a_text_that_fits_is_left_alone() -> None:
    text = "A **bold** claim.\n\nAnd `code`."
    assert split(text) == [text]
    assert split("x" * MOST_CHARACTERS) == ["x" * MOST_CHARACTERS]


def test_a_cut_is_made_at_a_paragraph_first() -> None:
    text = "First sentence. Second sentence here.\n\nThird one. " + "Fourth. " * 10
    assert split(text, 90)[0] == "First sentence. Second sentence here."


def test_then_at_a_sentence() -> None:
    text = "The lamp in the house was out. The sea was dark, and nobody came. " + "x" * 50
    assert (
        split(text, 100)[0] == "The lamp in the house was out. The sea was dark, and nobody came."
    )


def test_then_at_a_clause_and_then_at_a_word() -> None:
    clause = "The lamp was out and the sea was dark and still, and then somebody " + "knocked " * 9
    word = "The lamp was out and the sea was dark and still and then somebody " + "knocked " * 9
    assert split(clause, 90)[0].endswith("still,")
    assert split(word, 90)[0].endswith("somebody")


def test_chinese_is_cut_after_its_sentences() -> None:
    assert split("灯塔的灯灭了，没有人看见。" * 10, 70)[0].endswith("。")


def test_one_long_word_is_cut_all_the_same() -> None:
    parts = split("x" * 500, 100)
    assert "".join(parts) == "x" * 500


def test_an_emoji_of_several_characters_is_not_torn() -> None:
    family = "👩‍👩‍👧"
    parts = split("x" * 74 + family + "x" * 100, 100)
    assert any(family in part for part in parts)


def test_bold_and_italic_are_closed_and_opened_again() -> None:
    first, second = split("He said: **" + "never again " * 8 + "and never more** today.", 100)
    assert first.endswith("**")
    assert second.startswith("**")
    assert open_marks(first) == open_marks(second) == []


def test_a_code_fence_is_closed_and_opened_again_with_its_language() -> None:
    first, second = split("```py\n" + "print('lamp')\n" * 8 + "```\nEnd.", 100)[:2]
    assert first.endswith("\n```")
    assert second.startswith("```py\n")


def test_a_spoiler_is_not_shown_by_the_cut() -> None:
    first, second = split("||" + "the butler did it " * 6 + "|| they say", 90)[:2]
    assert (first[:2], first[-2:], second[:2]) == ("||", "||", "||")


def test_an_asterisk_between_blanks_is_no_mark() -> None:
    assert open_marks("3 * 4 is 12") == []


def test_a_mark_that_never_closes_is_left_as_it_is() -> None:
    first, second = split("a **bold claim " + "that goes on " * 8, 90)[:2]
    assert not first.endswith("*")
    assert not second.startswith("*")
