"""Whether a key is found in a text: literally, as a word, or as a pattern."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.memory.lore.patterns import (
    NotAPattern,
    PatternBeyondUs,
    compile_key,
    compile_pattern,
)
from engine.story import BookNotice, BookNoticeKind, LoreEntry

# Scripts that put no spaces between words: a key in one of them is found anywhere, and a word of
# another script ends where they begin.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003134f]"
)
_ASCII_WORD = re.compile("[A-Za-z0-9_]")
_HALVES = re.compile("[\ud800-\udfff]")


Form = tuple[bool, bool]  # whether upper case counts, whether letters stay as they are written


@dataclass(frozen=True, slots=True)
class How:
    """How plain keys are looked for."""

    is_case_sensitive: bool
    has_whole_words: bool
    has_ascii_words: bool = False

    @property
    def form(self) -> Form:
        """The form in which texts are compared."""
        return self.is_case_sensitive, self.has_ascii_words


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A text that is looked at, and its forms as they are asked for."""

    text: str
    _forms: dict[Form, str] = field(default_factory=dict)

    def in_form(self, form: Form) -> str:
        """Return the text as a plain key is compared with it."""
        if form not in self._forms:
            self._forms[form] = as_compared(self.text, form)
        return self._forms[form]


@dataclass(frozen=True, slots=True, eq=False)
class Haystack:
    """Pieces one below another, as they are looked at."""

    pieces: tuple[Piece, ...]
    _forms: dict[Form | None, str] = field(default_factory=dict)

    def in_form(self, form: Form) -> str:
        """Return the text as a plain key is compared with it."""
        if form not in self._forms:
            self._forms[form] = "\n".join(piece.in_form(form) for piece in self.pieces)
        return self._forms[form]

    @property
    def size(self) -> int:
        """How many characters it has."""
        return sum(len(piece.text) for piece in self.pieces)

    @property
    def text(self) -> str:
        """The text as patterns look at it."""
        if None not in self._forms:
            whole = "\n".join(piece.text for piece in self.pieces)
            self._forms[None] = _HALVES.sub("\ufffd", whole)
        return self._forms[None]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, ready to be looked for."""

    form: Form  # in which texts are compared with it
    sought: str  # as it is compared
    is_word: bool  # must be bounded
    is_refused: bool = False  # it is a pattern that cannot be used: never found
    pattern: Any = None

    def is_in(self, hay: Haystack) -> bool:
        """Whether it is found."""
        if self.pattern is not None:
            return bool(self.pattern.search(hay.text))
        if not self.sought or self.is_refused:
            return False
        text = hay.in_form(self.form)
        if self.sought not in text:
            return False
        return not self.is_word or _is_a_word(self.sought, text, is_ascii=self.form[1])


@lru_cache(maxsize=1_024)
def make_key(text: str, how: How, *, is_bare_pattern: bool = False) -> Key:
    """Make a key ready that is trimmed, and whose macros are expanded.

    /pattern/flags is a pattern; what only looks so is looked for as it stands. A plain key of one
    word is bounded where whole words are asked for, unless its script knows no spaces.
    """
    sought = as_compared(text, how.form)
    pattern, is_refused = None, False
    try:
        pattern = compile_key(text)
        if pattern is None and is_bare_pattern and text:
            pattern = compile_pattern(text, "" if how.is_case_sensitive else "i")
    except PatternBeyondUs:
        is_refused = True
    except NotAPattern:
        pattern = None
    is_one_word = how.has_whole_words and len(sought.split()) == 1
    is_word = is_one_word and (how.has_ascii_words or not _UNSPACED.search(sought))
    return Key(how.form, sought, is_word, is_refused, pattern)


def key_notices(entry: LoreEntry) -> tuple[BookNotice, ...]:
    """Return which keys of an entry are no patterns although they look so, or cannot be used."""
    name = entry.name or (entry.keys[0] if entry.keys else str(entry.id))
    notices = []
    for key in (*entry.keys, *entry.secondary_keys):
        try:
            if compile_key(key.strip()) is None and entry.has_patterns:
                compile_pattern(key.strip())
        except PatternBeyondUs as refused:
            detail = f"{key[:80]}: {refused}"
            notices.append(BookNotice(BookNoticeKind.REFUSED_KEY, name, detail))
        except NotAPattern as odd:
            notices.append(BookNotice(BookNoticeKind.PLAIN_KEY, name, f"{key[:80]}: {odd}"))
    return tuple(notices)


def as_compared(text: str, form: Form) -> str:
    """Return a text so that equal words are equal."""
    is_case_sensitive, has_ascii_words = form
    if has_ascii_words:
        return text if is_case_sensitive else text.lower()
    return unicodedata.normalize("NFC", text if is_case_sensitive else text.casefold())


def _is_a_word(sought: str, text: str, *, is_ascii: bool) -> bool:
    is_of_a_word = _is_ascii_word if is_ascii else _is_of_a_word
    at = text.find(sought)
    while at >= 0:
        end = at + len(sought)
        if not (is_of_a_word(text[at - 1 : at]) or is_of_a_word(text[end : end + 1])):
            return True
        at = text.find(sought, at + 1)
    return False


def _is_ascii_word(char: str) -> bool:
    return _ASCII_WORD.match(char) is not None


def _is_of_a_word(char: str) -> bool:
    if not char or _UNSPACED.match(char):
        return False
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")
