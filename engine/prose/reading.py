"""A text taken apart once, for all facts about it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.prose.paragraphs import Span, paragraphs_of
from engine.prose.quotations import Quotation, quotations_of
from engine.prose.sentences import Sentence, sentences_of
from engine.prose.words import HAN, Word, words_in

_HAN = re.compile(f"[{HAN}]")
_MOST_QUOTE_CHARACTERS = 90


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `text[start:end]` is the quote, cut at a word if it is long."""

    quote: str
    start: int
    end: int
    paragraph: int  # counted from 1


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence with its words; those of `told` stand outside quotations."""

    sentence: Sentence
    paragraph: int  # counted from 1
    words: tuple[Word, ...]
    told: tuple[Word, ...]

    @property
    def is_speech(self) -> bool:
        """Whether most of it stands in quotations."""
        return 2 * len(self.told) < len(self.words)


@dataclass(frozen=True)
class Reading:
    """A text, its paragraphs, quotations and the sentences that have a word."""

    text: str
    language: str
    paragraphs: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    sentences: tuple[Read, ...]

    @property
    def is_chinese(self) -> bool:
        """Whether it is in Chinese."""
        return self.language.startswith("zh")

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for read in self.sentences for word in read.words)

    def place(self, start: int, end: int) -> Place:
        """Return where a part of the text stands, quoted."""
        short = end
        if end - start > _MOST_QUOTE_CHARACTERS:
            cut = start + _MOST_QUOTE_CHARACTERS
            blank = self.text.rfind(" ", start, cut)
            short = blank if blank > start + _MOST_QUOTE_CHARACTERS // 2 else cut
        return Place(self.text[start:short], start, short, self.paragraph_at(start))

    def paragraph_at(self, place: int) -> int:
        """Return the number of the paragraph, from 1."""
        return max(1, bisect_right(self.paragraphs, place, key=lambda span: span.start))


def read_text(text: str, language: str) -> Reading:
    """Take a text apart; `language` is one of a story's."""
    paragraphs = paragraphs_of(text)
    quotations = quotations_of(text, paragraphs)
    sentences = sentences_of(text, language)
    words = list(words_in(text, language))
    reads: list[Read] = []
    at = quoted = paragraph = 0
    for sentence in sentences:
        while paragraph < len(paragraphs) and paragraphs[paragraph].start <= sentence.start:
            paragraph += 1
        first = at
        while at < len(words) and words[at].start < sentence.end:
            at += 1
        told: list[Word] = []
        for word in words[first:at]:
            while quoted < len(quotations) and quotations[quoted].end <= word.start:
                quoted += 1
            if quoted == len(quotations) or word.start < quotations[quoted].start:
                told.append(word)
        if at > first:
            reads.append(Read(sentence, paragraph, tuple(words[first:at]), tuple(told)))
    return Reading(text, language, tuple(paragraphs), tuple(quotations), tuple(reads))


def length_of(words: Sequence[Word]) -> int:
    """Return how long words are together, as readers count: Han characters, and other words."""
    return sum(_size(word) for word in words)


def _size(word: Word) -> int:
    return len(word.text) if _HAN.match(word.text) else 1
