"""Quotes and sentences of a draft, by their places. Made for cutting: a quote is never torn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PAIRS = {"“": "”", "「": "」", "『": "』", "«": "»"}
_END = re.compile(r"[.!?…]+[*_\"”’'」』)）]*(?=\s|$|[\"“「『])|[。！？]+[”’」』）]*|\n+")
_ENDS_SPEECH = re.compile(r"[,.!?…—–\-，。！？~～][*_]*$")
_SPEECH_WORDS = 4
_SPEECH_SIGNS = 6  # of Chinese


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote with its marks: `text[start:end]`."""

    start: int
    end: int
    is_speech: bool  # False: a word or two in marks, as one "means" them


def quotes_in(text: str) -> list[Quote]:
    """Return the quotes of a text in order. One that is not closed ends with its paragraph."""
    quotes = []
    place = 0
    while place < len(text):
        mark = text[place]
        closing = '"' if mark == '"' else _PAIRS.get(mark)
        if closing is None:
            place += 1
            continue
        paragraph = text.find("\n", place)
        limit = paragraph if paragraph >= 0 else len(text)
        end = text.find(closing, place + 1, limit)
        end = end + 1 if end >= 0 else limit
        quotes.append(Quote(place, end, _is_speech(text[place + 1 : end].rstrip(closing))))
        place = end
    return quotes


def _is_speech(said: str) -> bool:
    said = said.strip()
    signs = len(re.findall(r"[\u3400-\u9fff]", said))
    return bool(
        _ENDS_SPEECH.search(said) or len(said.split()) >= _SPEECH_WORDS or signs >= _SPEECH_SIGNS
    )


def sentence_start(text: str, place: int, quotes: Sequence[Quote]) -> int:
    """Return where the sentence around `place` begins; that of a quote begins no later than it."""
    start = 0
    for end in _END.finditer(text):
        inside = any(quote.start < end.start() and end.end() < quote.end for quote in quotes)
        if end.end() <= place and not inside:
            start = end.end()
    for quote in quotes:
        if quote.start < start < quote.end:
            start = quote.start
    return start + len(text[start:place]) - len(text[start:place].lstrip())


def sentence_end(text: str, place: int) -> int:
    """Return where the sentence that goes on at `place` ends."""
    match = _END.search(text, place)
    return match.end() if match else len(text)


def has_open_mark(text: str) -> int | None:
    """Return the place of the last quotation mark or asterisk that is not closed."""
    for opening, closing in (*_PAIRS.items(), ('"', '"'), ("*", "*"), ("（", "）"), ("(", ")")):
        if opening == closing:
            if text.count(opening) % 2:
                return text.rfind(opening)
        elif text.count(opening) > text.count(closing):
            return text.rfind(opening)
    return None
