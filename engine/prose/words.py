"""Words and n-grams of English and Chinese text."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rjieba

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

# A run of Han characters, cut by rjieba; or a word of letters and digits (accents may stand as
# characters of their own), which may have single hyphens, apostrophes and, between digits, points
# inside.
_LETTERS = rf"(?:(?![{HAN}])[^\W_][\u0300-\u036f]*)+"
_PIECE = re.compile(rf"(?P<han>[{HAN}]+)|{_LETTERS}(?:(?:['’\-‐‑]|(?<=\d)[.,](?=\d)){_LETTERS})*")
_PLAIN = str.maketrans({"’": "'", "‐": "-", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands: `text[start:end]` is how it is written."""

    text: str
    start: int
    end: int


def words_in(text: str, language: str) -> Iterator[Word]:
    """Yield the words with their places; the text of each is NFKC, case folded.

    Han characters are cut into words by rjieba (without its guesses at unknown words, where
    `language` is not Chinese); everything else is a word of letters and digits. Punctuation is
    no word.
    """
    for match in _PIECE.finditer(text):
        if not match["han"]:
            yield Word(plain(match[0]), match.start(), match.end())
            continue
        at = match.start()
        for piece in rjieba.cut(match[0], hmm=language.startswith("zh")):
            yield Word(plain(piece), at, at + len(piece))
            at += len(piece)


def words_of(text: str, language: str) -> list[str]:
    """Return the words in order, NFKC, case folded; `language` is one of a story's."""
    return [word.text for word in words_in(text, language)]


def ngrams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Return every run of `n` words in order: empty when there are fewer."""
    if n < 1:
        raise ValueError("an n-gram has at least one word")
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def listed(text: str) -> frozenset[str]:
    """Return the words of a list that stands in the code as one string."""
    return frozenset(text.split())


def plain(text: str) -> str:
    """Return the one form in which words are compared."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
