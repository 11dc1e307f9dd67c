"""Grammar and spelling, by the checker that the extra `grammar` brings."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.prose.grammar import MOST_NOTES, Grammar, grammar_of
from engine.prose.reading import read_text

pytest.importorskip("harper")


def _grammar(text: str) -> Grammar:
    found = grammar_of(read_text(text, "en"))
    assert found
    return found


def _quotes(text: str) -> list[str]:
    return [note.place.quote for note in _grammar(text).notes]


def test_mistakes_are_quoted_with_what_to_write() -> None:
    grammar = _grammar("😀 Outside it was a apple that he recieve from the the tree.")
    assert [(note.place.quote, note.suggestion) for note in grammar.notes][:2] == [
        ("a", "an"),
        ("recieve", "receive"),
    ]
    assert "the the" in [note.place.quote for note in grammar.notes]


def test_dialogue_is_left_alone() -> None:
    assert _quotes("“I ain't gonna recieve a apple,” he said. Then he left.") == []


def test_names_invented_words_and_british_spellings_are_left_alone() -> None:
    assert _quotes("Then Zarathul smiled at Nymbreth.") == []
    assert _quotes("The glorb sang. A glorb is grey in colour. Each glorb has a favourite.") == []


def test_notes_are_capped_and_all_are_counted() -> None:
    grammar = _grammar("He saw a apple. " * 30)
    assert len(grammar.notes) == MOST_NOTES < grammar.found


def test_threads_check_beside_each_other() -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(_quotes, ["It was a apple there."] * 6))
    assert found == [["a"]] * 6


def test_chinese_is_not_checked() -> None:
    assert grammar_of(read_text("她去了。她去了。", "zh-CN")) is None
