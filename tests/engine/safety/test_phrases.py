"""Phrases are found as people mean them: whole words, any case, any quotes, any white space."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.safety.phrases import Phrases, PhraseSearch, find_phrases


def found(phrases: list[str], text: str) -> list[str]:
    """Return what is found of the phrases in a text."""
    return [text[span.start : span.end] for span in find_phrases(Phrases(phrases), text)]


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        ("testament to", "A TESTAMENT\n  to it", ["TESTAMENT\n  to"]),
        ("testament to", "attestament to, testament too", []),
        ("don't know", "I don’t know.", ["don’t know"]),
        ('"why"', "“Why” he said", ["“Why”"]),
        ("ok...", "ok… then", ["ok…"]),
        ("straße", "die STRASSE hier", ["STRASSE"]),
        ("café", "a cafe\u0301 there", ["cafe\u0301"]),
        ("cafe", "a cafe\u0301 there", []),
        ("灯塔", "旧灯塔守人", ["灯塔"]),
        ("嘴角，勾起", "嘴角,勾起", ["嘴角,勾起"]),
        ("등대", "등대는", ["등대"]),
        ("—and then", "so—and then it", ["—and then"]),
        ("'tis", "it's 'tis", ["'tis"]),
        ("warm\u00adly", "warmly", ["warmly"]),
        ("whisper", "a whisper", ["whisper"]),
        ("whisper", "a whispe", []),
    ],
)
def test_a_phrase_is_found_where_it_is_meant(phrase: str, text: str, hits: list[str]) -> None:
    assert found([phrase], text) == hits


@pytest.mark.parametrize("phrase", ["", "  ", "\n", "\u200b"])
def test_a_phrase_that_nobody_can_see_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="seen"):
        Phrases([phrase])


WORDS = st.lists(st.sampled_from(["a", "ab", "b", "ba", "c"]), min_size=1, max_size=4)


@given(
    phrases=st.lists(WORDS.map(" ".join), min_size=1, max_size=5),
    text=st.text("abc  .", max_size=40),
)
def test_all_phrases_are_found_at_once(phrases: list[str], text: str) -> None:
    either = "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in phrases)
    is_there = re.search(rf"(?<!\w)(?:{either})(?!\w)", text) is not None
    assert bool(found(phrases, text)) == is_there


@given(
    phrases=st.lists(WORDS.map(" ".join), min_size=1, max_size=4),
    text=st.text("abc .", max_size=30),
)
def test_a_phrase_never_begins_before_what_is_still_open(phrases: list[str], text: str) -> None:
    search, opened = PhraseSearch(Phrases(phrases)), [0]
    for char in text:
        before = search.open_from
        span = search.read(char)
        assert span is None or span.start >= before
        opened.append(search.open_from)
    assert opened == sorted(opened)  # what is let out stays so
    assert (span := search.end()) is None or span.start >= search.open_from


@given(text=st.text("ab .", max_size=30), cut=st.integers(0, 30))
def test_a_search_that_went_back_reads_on_as_if_nothing_had_been(text: str, cut: int) -> None:
    phrases = Phrases(["a b", "b", "a a b"])
    search = PhraseSearch(phrases)
    for char in text[:cut]:
        search.read(char)
    mark = search.mark()
    for char in "b a b a":
        search.read(char)
    search.go_back(mark)
    fresh = PhraseSearch(phrases)
    for char in text[:cut]:
        fresh.read(char)
    for char in text[cut:] + "a a b.":
        assert search.read(char) == fresh.read(char)
