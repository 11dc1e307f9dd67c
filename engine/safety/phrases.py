"""Phrases found in text that still grows, all of them in one pass (Aho and Corasick, 1975).

Text is read as symbols: case does not count, straight and curly quotes are one, a run of white
space is one space, and where a word begins or ends there is a symbol of its own, so that a phrase
that begins or ends with a word is found only between whole words. Scripts without spaces between
words (Chinese, Japanese, Thai ...) and Korean, whose words take endings, have no such edges.
"""

import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

EDGE = ""  # the symbol where a word begins or ends; no character is the empty string
SPACE = " "
_ONE_FORM = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011", "-")
)
_UNSPACED = (  # code points of scripts whose words are not parted by spaces, and of Korean
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Korean letters
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x31FF),  # Japanese syllables, Chinese phonetic signs, Korean letters
    (0x3400, 0x9FFF),  # Chinese characters
    (0xAC00, 0xD7FF),  # Korean syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@lru_cache(maxsize=4096)
def symbols_of(char: str) -> tuple[str, bool]:
    """Return what a character is read as, and whether it belongs to a word that has edges."""
    if unicodedata.category(char) == "Cf":  # invisible: zero-width joiners, soft hyphens
        return "", False
    form = unicodedata.normalize("NFKC", char).translate(_ONE_FORM).casefold()
    if not form.strip():
        return SPACE, False
    code = ord(form[0])
    spaced = not any(first <= code <= last for first, last in _UNSPACED)
    in_word = form[0].isalnum() or form[0] == "_" or unicodedata.category(form[0])[0] == "M"
    return form, spaced and in_word


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: characters from `start` up to, not including, `end`."""

    start: int
    end: int


class Phrases:
    """A set of phrases, ready to be looked for. Unchanging and shared between texts.

    `children`, `fallback`, `depth` and `found` describe the automaton: a state stands for the
    longest end of the text that begins a phrase, and `depth` is its length in symbols.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.children: list[dict[str, int]] = [{}]
        self.fallback = [0]
        self.depth = [0]
        self.found = [0]  # symbols of the longest phrase that ends in this state; 0: none does
        for phrase in phrases:
            for form in {
                unicodedata.normalize("NFC", phrase),
                unicodedata.normalize("NFD", phrase),
            }:
                self._add(list(phrase_symbols(form)))
        self._link()

    def _add(self, symbols: list[str]) -> None:
        if not any(symbol.strip() for symbol in symbols):
            raise ValueError("a phrase needs a character that can be seen")
        state = 0
        for symbol in symbols:
            if symbol not in self.children[state]:
                self.children[state][symbol] = len(self.children)
                self.children.append({})
                self.fallback.append(0)
                self.depth.append(self.depth[state] + 1)
                self.found.append(0)
            state = self.children[state][symbol]
        self.found[state] = self.depth[state]

    def _link(self) -> None:
        """Set for each state the state of its longest end that begins a phrase as well."""
        queue = deque(self.children[0].values())
        while queue:
            state = queue.popleft()
            self.found[state] = self.found[state] or self.found[self.fallback[state]]
            for symbol, child in self.children[state].items():
                self.fallback[child] = self.next(self.fallback[state], symbol)
                queue.append(child)

    def next(self, state: int, symbol: str) -> int:
        """Return the state after one more symbol."""
        while state and symbol not in self.children[state]:
            state = self.fallback[state]
        return self.children[state].get(symbol, 0)


def phrase_symbols(phrase: str) -> Iterator[str]:
    """Yield the symbols of a whole phrase, with the edges of its first and last word."""
    in_word, space = False, False
    for char in phrase.strip():
        form, char_in_word = symbols_of(char)
        if not form or (space and form == SPACE):
            continue
        if char_in_word != in_word:
            yield EDGE
        yield from form
        in_word, space = char_in_word, form == SPACE
    if in_word:
        yield EDGE


Mark = tuple[int, bool, bool, int, int]  # where a search was, to go back to


class PhraseSearch:
    """Looks for phrases in one text that grows at its end and can be cut back."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self.state = 0
        self.in_word = False
        self.space = False
        self.length = 0  # characters read
        self.origins: list[int] = []  # of each symbol: the character it came from

    def mark(self) -> Mark:
        """Return where the search is now."""
        return self.state, self.in_word, self.space, self.length, len(self.origins)

    def go_back(self, mark: Mark) -> None:
        """Forget what was read since a mark was taken."""
        self.state, self.in_word, self.space, self.length, symbols = mark
        del self.origins[symbols:]

    def read(self, char: str) -> Span | None:
        """Read one more character; return the phrase that is complete now, the longest of them.

        A phrase that ends with a word is complete when a character follows that is not of it.
        """
        form, in_word = symbols_of(char)
        at, self.length = self.length, self.length + 1
        if not form or (self.space and form == SPACE):
            return None
        found = self._step(EDGE, at) if in_word != self.in_word else None
        self.in_word, self.space = in_word, form == SPACE
        for symbol in form:
            found = found or self._step(symbol, at)
        return found

    def end(self, mark: Mark | None = None) -> Span | None:
        """Return the phrase that is complete if the text ends here, or at a mark."""
        state, in_word, _, length, symbols = mark or self.mark()
        if not in_word:
            return None
        found = self.phrases.found[self.phrases.next(state, EDGE)]
        # The edge itself is the last symbol of the phrase, and is not among those read.
        return Span(self.origins[symbols - found + 1], length) if found else None

    @property
    def open_from(self) -> int:
        """Return the character from which on the text may still become a phrase."""
        depth = self.phrases.depth[self.state]
        return self.origins[len(self.origins) - depth] if depth else self.length

    def _step(self, symbol: str, at: int) -> Span | None:
        self.state = self.phrases.next(self.state, symbol)
        self.origins.append(at)
        found = self.phrases.found[self.state]
        if not found:
            return None
        return Span(self.origins[len(self.origins) - found], at if symbol == EDGE else at + 1)


def find_phrases(phrases: Phrases, text: str) -> Iterator[Span]:
    """Yield the phrases of a whole text that do not overlap, from left to right."""
    search, last = PhraseSearch(phrases), 0
    for char in text:
        if (found := search.read(char)) and found.start >= last:
            yield found
            last = found.end
    if (found := search.end()) and found.start >= last:
        yield found
