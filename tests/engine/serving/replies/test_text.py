"""Text is whole characters, says what the tokens say, and never shows a stop string."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from engine.serving.replies.text import BROKEN, Detokenizer, StopStrings

STORIES = (
    "灯塔看守人玛拉在雾中数着硬币。🎉👩‍👩‍👧‍👦 “谁在那里？”她问道。",
    "The fog — thick as wool — took the bell's voice. 🌫️ Naïve, she whispered: “Ça va?”",
    "𝕿𝖍𝖊 𝖊𝖓𝖉 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ﷽ — لا إله",
)


def spoken(tokenizer: Tokenizer, tokens: list[int]) -> list[str]:
    """Return the pieces in which the tokens reach a reader."""
    detokenizer = Detokenizer(tokenizer.decode)
    return [detokenizer.extend(tokens[: i + 1]) for i in range(len(tokens))]


def test_chinese_and_emoji_come_whole_though_one_character_takes_several_tokens(
    tokenizer: Tokenizer,
) -> None:
    for story in STORIES:
        tokens = tokenizer.encode(story).ids
        pieces = spoken(tokenizer, tokens)
        assert "".join(pieces) == story
        assert BROKEN not in "".join(pieces)
        assert "" in pieces  # some token was only the beginning of a character


def test_a_reply_cut_off_inside_a_character_ends_before_it(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("ok 🎉").ids
    assert len(tokens) > 3
    assert "".join(spoken(tokenizer, tokens[:-1])) in {"ok", "ok "}


@given(text=st.text())
def test_pieces_together_say_what_all_tokens_say(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer.encode(text).ids  # of very rare characters some bytes have no token
    said = tokenizer.decode(tokens).replace(BROKEN, "")
    assert "".join(spoken(tokenizer, tokens)) == said


@given(tokens=st.lists(st.integers(min_value=17, max_value=49_151), max_size=40))
def test_no_tokens_at_all_show_a_replacement_character(
    tokenizer: Tokenizer, tokens: list[int]
) -> None:
    pieces = spoken(tokenizer, tokens)
    assert BROKEN not in "".join(pieces)
    assert "".join(pieces) == tokenizer.decode(tokens).replace(BROKEN, "")


def shown(stops: tuple[str, ...], pieces: list[str]) -> tuple[list[str], bool]:
    """Return what passes the stop strings piece by piece, and whether one was met."""
    watch = StopStrings(stops)
    passed = [watch.extend(piece) for piece in pieces]
    return [*passed, watch.flush()], watch.met


def test_a_stop_string_spread_over_pieces_never_shows() -> None:
    passed, met = shown(("\nMara:",), ["The fog", " came.\n", "Ma", "ra", ": hello"])
    assert met
    assert passed == ["The fog", " came.", "", "", "", ""]


def test_what_only_looked_like_a_stop_string_is_shown_after_all() -> None:
    passed, met = shown(("\nMara:",), ["fog\n", "Mary", " came\nMar"])
    assert not met
    assert passed == ["fog", "\nMary", " came", "\nMar"]


def test_of_several_stop_strings_the_one_complete_first_counts() -> None:
    assert shown(("end", "b"), ["a b end"]) == (["a ", ""], True)
    assert shown(("a fog b", "fog"), ["a fo", "g b"])[0] == ["", "a ", ""]


@given(
    text=st.text("abc", max_size=30),
    stops=st.lists(st.text("abc", min_size=1, max_size=4), max_size=3),
    cuts=st.lists(st.integers(0, 30)),
)
def test_the_text_before_the_first_stop_string_is_all_that_shows(
    text: str, stops: list[str], cuts: list[int]
) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(edges)]
    passed, met = shown(tuple(stops), pieces)
    found = [(at + len(stop), at) for stop in stops if (at := text.find(stop)) >= 0]
    assert met == bool(found)
    assert "".join(passed) == text[: min(found)[1] if found else len(text)]
