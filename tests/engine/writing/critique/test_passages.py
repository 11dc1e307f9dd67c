import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.writing.critique.passages import (
    MOST_QUOTE_CHARACTERS,
    Passage,
    Piece,
    Places,
    language_of,
    numbered,
    pack,
    pieces_of,
)

TEXT = "The lamp went out. Nobody spoke.\n\n* * *\n\nThen Mara laughed."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The lamp went out.", "en"),
        ("灯灭了，没有人说话。", "zh-CN"),
        ("灯灭了 (the lamp).", "en"),
        ("Mara 说灯灭了，没有人说话，大家都坐着。", "zh-CN"),
        ("* * *", "en"),
    ],
)
def test_a_text_is_chinese_when_a_third_of_its_letters_are_han(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_model_reads_numbers_before_all_that_can_be_quoted() -> None:
    passage = Passage(tuple(pieces_of(TEXT, "en")))
    assert numbered(TEXT, passage) == (
        "[1] The lamp went out. [2] Nobody spoke.\n\n* * *\n\n[3] Then Mara laughed."
    )


@given(st.text(alphabet="ab ,.;!?\n“”灯，。—", max_size=900))
def test_every_piece_stands_in_the_text_and_only_white_space_is_left_out(text: str) -> None:
    pieces = pieces_of(text, language_of(text))
    assert [text[piece.start : piece.end] for piece in pieces] == [piece.text for piece in pieces]
    assert "".join("".join(p.text for p in pieces).split()) == "".join(text.split())
    assert all(0 < len(piece.text) <= MOST_QUOTE_CHARACTERS for piece in pieces)
    places = Places(text, "en")
    assert all(places.quote(piece) is not None for piece in pieces)


def test_a_long_sentence_is_quoted_by_its_clauses() -> None:
    text = "The sea rose, " * 60 + "and fell."
    pieces = pieces_of(text, "en")
    assert len(pieces) > 3
    assert all(piece.text.endswith((",", ".")) for piece in pieces)


def test_a_long_text_is_cut_at_the_end_of_a_paragraph_if_one_is_near() -> None:
    text = "\n\n".join(["One two three. Four five six."] * 9)
    pieces = pieces_of(text, "en")
    passages = pack(text, pieces, [10] * len(pieces), 50)
    assert [each for passage in passages for each in passage.pieces] == pieces
    assert {len(passage.pieces) for passage in passages} == {4, 2}
    assert all(text[passage.start :].startswith("One") for passage in passages)


def test_a_passage_has_no_more_tokens_than_it_may() -> None:
    pieces = [Piece("a", i * 2, i * 2 + 1) for i in range(40)]
    passages = pack("a " * 40, pieces, [9] * 40, 100)
    assert [len(passage.pieces) for passage in passages] == [10, 10, 10, 10]


def test_a_quote_is_placed_by_paragraph_and_sentence() -> None:
    *_, last = pieces_of(TEXT, "en")
    quote = Places(TEXT, "en").quote(last)
    assert quote is not None
    assert (quote.text, quote.paragraph, quote.sentence) == ("Then Mara laughed.", 3, 1)


@pytest.mark.parametrize("piece", [Piece("Nobody spake.", 19, 32), Piece("", 0, 0)])
def test_what_the_text_does_not_have_there_is_no_quote(piece: Piece) -> None:
    assert Places(TEXT, "en").quote(piece) is None
