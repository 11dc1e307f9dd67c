"""A text cut into passages that fit the model, and the quotes that each passage offers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.prose import paragraphs_of, sentences_of
from engine.story import Quote

MOST_QUOTE_CHARACTERS = 240  # a longer sentence is quoted by its clauses
MOST_QUOTES = 120  # of one passage
_CLAUSE = re.compile(r"[,;:，；：、—]+[”’」』\"')）]*\s*|\s+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Piece:
    """What can be quoted: a sentence, or a clause of a long one. `text[start:end]` is it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of pieces that the model reads at once."""

    pieces: tuple[Piece, ...]

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.pieces[-1].end

    @property
    def quotable(self) -> tuple[Piece, ...]:
        """What can be quoted of it, in order; nothing without a letter."""
        return tuple(piece for piece in self.pieces if _LETTER.search(piece.text))


def numbered(text: str, passage: Passage) -> str:
    """Return the passage as the model reads it: `[3]` before the third piece that can be quoted.

    So a reply quotes by a number, and the quote is verbatim by construction.
    """
    numbers = {piece.start: number for number, piece in enumerate(passage.quotable, 1)}
    shown: list[str] = []
    before = passage.start
    for piece in passage.pieces:
        mark = f"[{numbers[piece.start]}] " if piece.start in numbers else ""
        shown += [text[before : piece.start], mark, piece.text]
        before = piece.end
    return "".join(shown)


def language_of(text: str) -> str:
    """Return the language of a text: Chinese when Han characters are a third of its letters."""
    letters = len(_LETTER.findall(text))
    return "zh-CN" if letters and len(_HAN.findall(text)) * 3 >= letters else "en"


def pieces_of(text: str, language: str) -> list[Piece]:
    """Return what can be quoted, in order; between the pieces is only white space."""
    return [
        Piece(text[start:end], start, end)
        for sentence in sentences_of(text, language)
        for start, end in _cut(text, sentence.start, sentence.end)
    ]


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a sentence, none longer than a quote may be."""
    while end - start > MOST_QUOTE_CHARACTERS:
        window = text[start : start + MOST_QUOTE_CHARACTERS]
        cuts = [match.end() for match in _CLAUSE.finditer(window) if match.end() > len(window) // 2]
        cut = start + (cuts[-1] if cuts else len(window))
        yield start, start + len(text[start:cut].rstrip())
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    if start < end:
        yield start, end


def pack(
    text: str, pieces: Sequence[Piece], tokens: Iterable[int], most_tokens: int
) -> list[Passage]:
    """Return passages of at most `most_tokens`; one ends at a paragraph's end, if one is near.

    `tokens` are those of each piece. A piece that alone has more makes a passage of its own.
    """
    passages: list[Passage] = []
    held: list[Piece] = []
    used = 0
    for piece, count in zip(pieces, tokens, strict=True):
        begins_paragraph = bool(held) and "\n" in text[held[-1].end : piece.start]
        is_full = used + count > most_tokens or len(held) >= MOST_QUOTES
        if held and (is_full or (begins_paragraph and used > most_tokens * 0.75)):
            passages.append(Passage(tuple(held)))
            held, used = [], 0
        held.append(piece)
        used += count + 1  # the white space that follows
    return [*passages, Passage(tuple(held))] if held else passages


class Places:
    """Where a quote stands: paragraph and sentence, counted from 1."""

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._paragraphs = paragraphs_of(text)
        self._sentences = sentences_of(text, language)

    def quote(self, piece: Piece) -> Quote | None:
        """Return a piece as a quote; None unless the text has exactly its words there."""
        if not piece.text or self._text[piece.start : piece.end] != piece.text:
            return None
        paragraph = sum(span.start <= piece.start for span in self._paragraphs)
        begins = self._paragraphs[paragraph - 1].start if paragraph else 0
        sentence = sum(begins <= each.start <= piece.start for each in self._sentences)
        return Quote(piece.text, piece.start, max(1, paragraph), max(1, sentence))
