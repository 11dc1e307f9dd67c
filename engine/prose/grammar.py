"""Grammar and spelling of English text, by Harper where it is installed (the extra `grammar`).

Harper runs offline, and its rules are young. Left out, because they are noise in fiction: dialogue
and other quotations; spellings of words that begin with a capital inside a sentence or that the
text uses three times (names, invented words), and British ones; what concerns style, formatting or
capitals. Blocks with unbroken runs of 60 characters, and sentences of more than 3,000, are passed
over. Twenty notes are the most. Chinese: there is no checker, and none is claimed.
"""

import re
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from engine.prose.paragraphs import Span
from engine.prose.reading import Place, Reading
from engine.prose.words import listed, plain

MOST_NOTES = 20
MOST_CHARACTERS = 30_000  # of a text that are checked: about a second
_BLOCK_CHARACTERS = 1_500  # its time grows with the square of what it gets at once
_UNBROKEN = re.compile(r"\S{60}")  # no prose, and slow
_OWN_WORD_TIMES = 3
_KINDS = listed(
    "Agreement Grammar Repetition Spelling Typo Miscellaneous BoundaryError Usage WordChoice"
    " Eggcorn Malapropism Nonstandard Redundancy"
)
_BRITISH = (("our", "or"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("tre", "ter"), ("mme", "m"))
_MORE_BRITISH = (("grey", "gray"), ("ence", "ense"), ("ogue", "og"), ("oe", "e"), ("ae", "e"))
_turn = threading.Lock()  # a linter serves one thread at a time, and raises for a second


@dataclass(frozen=True, slots=True)
class GrammarNote:
    """A place that the checker doubts, in its own words (English), and what it would write."""

    place: Place
    kind: str
    message: str
    suggestion: str  # empty when it has none


@dataclass(frozen=True, slots=True)
class Grammar:
    """The first twenty notes in order of their places, of `found`."""

    notes: tuple[GrammarNote, ...]
    found: int


def grammar_of(reading: Reading) -> Grammar | None:
    """Check an English text; None for Chinese, and where no checker is installed.

    Of a text of more than 30,000 characters the beginning is checked.
    """
    if reading.is_chinese or find_spec("harper") is None:
        return None
    notes = list(_notes(reading))
    return Grammar(tuple(notes[:MOST_NOTES]), len(notes))


@cache
def _linter() -> Any:
    import harper  # noqa: PLC0415  an extra; half a second to make, so once

    return harper.Linter()


def _lints(reading: Reading) -> Iterator[tuple[int, int, Any]]:
    """Yield what the checker says of each block, with its place in the text."""
    for block in _blocks(reading):
        with _turn:
            lints = _linter().lint(reading.text[block.start : block.end])
        for lint in lints:
            yield block.start + lint.span.start, block.start + lint.span.end, lint


def _blocks(reading: Reading) -> Iterator[Span]:
    """Yield sentences in a row, short enough together, without what is no prose."""
    begun: Span | None = None
    for read in reading.sentences:
        sentence = read.sentence
        if sentence.end > MOST_CHARACTERS:
            break
        if begun and sentence.end - begun.start <= _BLOCK_CHARACTERS:
            begun = Span(begun.start, sentence.end)
            continue
        if begun and _is_prose(reading.text, begun):
            yield begun
        begun = Span(sentence.start, sentence.end)
    if begun and _is_prose(reading.text, begun):
        yield begun


def _is_prose(text: str, block: Span) -> bool:
    is_short = block.end - block.start <= 2 * _BLOCK_CHARACTERS
    return is_short and not _UNBROKEN.search(text, block.start, block.end)


def _notes(reading: Reading) -> Iterator[GrammarNote]:
    times = Counter(word.text for word in reading.words)
    starts = [quotation.start for quotation in reading.quotations]
    firsts = {read.words[0].start for read in reading.sentences}
    for start, end, lint in _lints(reading):
        within = bisect_right(starts, start)
        is_quoted = within > 0 and reading.quotations[within - 1].end > start
        if is_quoted or lint.lint_kind not in _KINDS:
            continue
        written = reading.text[start:end]
        suggested = [suggestion.replacement_text or "" for suggestion in lint.suggestions]
        if lint.lint_kind in ("Spelling", "Typo"):
            is_name = written[:1].isupper() and start not in firsts
            is_own = times[plain(written)] >= _OWN_WORD_TIMES
            if is_name or is_own or _is_british(written, suggested):
                continue
        place = reading.place(start, end)
        yield GrammarNote(place, lint.lint_kind, lint.message, next(iter(suggested), ""))


def _is_british(word: str, suggested: Sequence[str]) -> bool:
    """Say whether the American spelling of the word is among what is suggested."""
    return any(word.replace(one, other) in suggested for one, other in _BRITISH + _MORE_BRITISH)
