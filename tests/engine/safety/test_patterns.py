"""Patterns of members: bounded, and known to be under way before they are complete."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.safety.patterns import PatternRefused, Patterns
from engine.safety.phrases import Span

PARTS = st.sampled_from(
    ["a", "b", ".", "[ab]", r"\w", r"\s", " ", r"\b", "(?:ab)", "^", "$", "[^b]", r"\x61", "é"]
)
REPEATS = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}?", "+?"])
PIECES = st.tuples(PARTS, REPEATS).map("".join)
PATTERNS = st.recursive(
    st.lists(PIECES, min_size=1, max_size=4).map("".join),
    lambda inner: st.tuples(inner, inner, REPEATS).map(lambda t: f"(?:{t[0]}|{t[1]}){t[2]}"),
    max_leaves=3,
)


@settings(max_examples=200)
@given(pattern=PATTERNS, text=st.text("ab é\n", max_size=12))
def test_every_beginning_of_a_match_is_held(pattern: str, text: str) -> None:
    try:
        patterns = Patterns([pattern])
        plain = re2.compile(f"(?i){pattern}")
    except (PatternRefused, re2.error):
        return
    for match in plain.finditer(text):
        for end in range(match.start(), match.end()):
            assert patterns.open_from(text[:end], start=0) <= match.start()
    span = patterns.find(text, start=0, is_whole=True)
    first = plain.search(text)
    assert (span is None) == (first is None)
    assert span is None or span.start == first.start()


@settings(max_examples=200)
@given(pattern=PATTERNS, text=st.text("ab é\n", max_size=10), more=st.text("ab é\n", max_size=4))
def test_a_match_that_counts_is_not_undone_by_what_follows(
    pattern: str, text: str, more: str
) -> None:
    try:
        patterns = Patterns([pattern])
    except PatternRefused:
        return
    if span := patterns.find(text, start=0, is_whole=False):
        later = patterns.find(text + more, start=0, is_whole=True)
        assert later is not None
        assert later.start == span.start


def test_a_match_at_the_end_waits_for_what_follows_if_that_may_undo_it() -> None:
    patterns = Patterns([r"\bwhisper\b", "shout"])
    assert patterns.find("a whisper", start=0, is_whole=False) is None
    assert patterns.find("a whispered", start=0, is_whole=True) is None
    assert patterns.find("a whisper.", start=0, is_whole=False) == Span(2, 9)
    assert patterns.find("a whisper", start=0, is_whole=True) == Span(2, 9)
    assert patterns.open_from("a whisper", start=0) == 2


def test_nothing_is_held_that_cannot_become_a_match() -> None:
    patterns = Patterns([r"not (?:just|only) [^.]{1,60} but"])
    text = "It was not jus"
    assert patterns.open_from(text, start=0) == text.index("not")
    assert patterns.open_from("It was not junk", start=0) == len("It was not junk")
    assert patterns.open_from("not only here. but", start=0) == len("not only here. but")


@pytest.mark.parametrize(
    "pattern",
    ["(", "x*", "", r"\b", "a|", "(?=a)", "(a)(?i)b", r"\Qa\E", "(?:a{1000}){1000}", r"(a)\1"],
)
def test_a_pattern_that_cannot_be_kept_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        Patterns([pattern])


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?i)ELARA", "elara"),
        (r"(?s)a.b", "a\nb"),
        (r"(?m)^b$", "a\nb"),
        (r"(?P<name>ab)+c", "ababc"),
        (r"[[:alpha:]]\d", "x9"),
        (r"[^]a]c", "bc"),
        (r"\p{Greek}\pL", "λx"),
        (r"\x{706f}塔", "灯塔"),
        (r"a{,2}", "a{,2}"),
        (r"(?U)a+b", "aab"),
        (r"(?i-s:A.)b", "axb"),
    ],
)
def test_the_syntax_of_re2_is_read(pattern: str, text: str) -> None:
    span = Patterns([pattern]).find(f"{text}", start=0, is_whole=True)
    assert span is not None
    assert (span.start, span.end) in {(0, len(text)), (2, 3)}
