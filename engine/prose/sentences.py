"""Sentences of English and Chinese text, with their places.

A sentence ends at 。 ！ ？ . ! ? or an ellipsis, with the quotation marks and brackets that close
there, and at the end of a paragraph. It goes on after a full stop that only shortens a word, after
a mark in a quotation whose teller follows ("Stop!" he said), after an ellipsis or dash that a small
letter follows, and after a stammer (I... I know).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.prose.paragraphs import paragraphs_of, trim
from engine.prose.words import HAN, listed


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and where it stands: `text[start:end]` of the whole text is its own text."""

    text: str
    start: int
    end: int


_CLOSING = "”’」』〞»)]）】》〉*_"
_STOP = re.compile(rf"(?P<marks>[.!?。！？｡．…⋯‼⁇⁈⁉]+)[{re.escape(_CLOSING)}]*")
_ELLIPSIS = re.compile(r"[.…⋯]{2,}|[…⋯]")
_WIDE_ENDS = re.compile("[。！？｡]")
_OPENING = re.compile(r"\s[\s\"'“‘「『«(\[（【《〈*_—–-]*")
_HAN_NEXT = re.compile(rf"\s*[“‘「『《—]?[{HAN}]")
_QUOTES = frozenset("”’」』〞»\"'")

# No sentence ends at their full stop: a name follows.
_LEADING = listed(
    "mr mrs ms messrs mme mlle dr prof rev fr hon pres gov sen rep gen col maj capt cmdr lt sgt cpl"
    " pvt st ste mt ft vs cf e.g i.e viz ed eds al approx"
)
# None ends at theirs if a digit follows.
_NUMBERED = listed("no nos vol vols pp p ch fig")
# One ends at theirs if a word follows that often begins one.
_ENDING = listed("jr sr inc ltd co corp bros etc a.m p.m am pm b.c a.d u.s u.k u.s.a ph.d m.d")
_STARTERS = listed(
    "the a an he she it they we you i his her their my our your this that these those there then"
    " when where while what who why how if but and or so as at in on for from with after before"
    " now no yes not nobody nothing everyone everything all some one outside inside"
)
_LAST_WORD = re.compile(r"[^\W_][\w.'’\-]*$")
_WORD = re.compile(r"[^\W_][\w'’\-]*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]$")

_TELLER = re.compile(
    r"\s*(?!(?:He|She|It|We|They|You)\b)(?:[A-Z][\w'’\-]*\s+){1,3}"
    r"(?:said|says?|ask(?:ed|s)?|cr(?:ied|ies|y)|whisper(?:ed|s)?|repl(?:ied|ies|y)|answer(?:ed|s)?|call(?:ed|s)?|shout(?:ed|s)?"
    r"|mutter(?:ed|s)?|murmur(?:ed|s)?|add(?:ed|s)?|continue[ds]?|tells?|told|yell(?:ed|s)?"
    r"|hiss(?:ed|es)?|snap(?:ped|s)?|repeat(?:ed|s)?)\b"
)
_TELLER_HAN = re.compile(
    r"[^，。！？：；、“”‘’「」『』…\s]{0,8}?(?:说|問|问|道|喊|叫|答|嚷|吼|骂|罵|說|嘀咕)(?:道|着|著|了)?[，。：]"
)


def sentences_of(text: str, language: str) -> list[Sentence]:
    """Return the sentences in order; between them, and around them, is only white space.

    `language` is one of a story's; a text may hold both. Lines without a word, such as * * *, are
    sentences too.
    """
    found: list[Sentence] = []
    for paragraph in paragraphs_of(text):
        start = paragraph.start
        for end in _ends(text, paragraph.start, paragraph.end):
            if span := trim(text, start, end):
                found.append(Sentence(text[span.start : span.end], span.start, span.end))
            start = end
        if span := trim(text, start, paragraph.end):
            found.append(Sentence(text[span.start : span.end], span.start, span.end))
    return found


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where the sentences of one paragraph end, but for its last."""
    counted, quotes = start, 0  # straight double quotes up to `counted`
    at = start
    while match := _STOP.search(text, at, end):
        quotes += text.count('"', counted, match.end())
        at = match.end()
        while at < end and _closes(text, at, quotes):
            quotes += text[at] == '"'
            at += 1
        counted = at
        if at < end and _is_end(text, match.start(), match.end("marks"), at, begun=start):
            yield at


def _closes(text: str, at: int, quotes: int) -> bool:
    """Say whether the character after a stop is a quote or bracket that closes there."""
    if text[at] == '"':
        return quotes % 2 == 1
    if text[at] == "'":
        return not text[at + 1 : at + 2].isalnum()
    return text[at] in _CLOSING


def _is_end(text: str, stop: int, marked: int, after: int, *, begun: int) -> bool:
    """Say whether a sentence ends at `after`: its marks stand from `stop` to `marked`."""
    marks = text[stop:marked]
    closed = not _QUOTES.isdisjoint(text[marked:after])
    if closed and (_TELLER.match(text, after) or _TELLER_HAN.match(text, after)):
        return False
    if _ELLIPSIS.fullmatch(marks) and _stammers(text, stop, after):
        return False
    if _HAN_NEXT.match(text, after):
        return marks != "." or not text[stop - 1 : stop].isdigit()
    if _WIDE_ENDS.search(marks):
        return True
    opening = _OPENING.match(text, after)
    if opening is None or text[opening.end() : opening.end() + 1].islower():
        return False
    return marks != "." or closed or _full_stop_ends(text, stop, opening.end(), begun)


def _stammers(text: str, stop: int, after: int) -> bool:
    """Say whether what follows an ellipsis says again what stood before it."""
    before, follows = text[max(0, stop - 24) : stop].casefold(), text[after : after + 24].lstrip()
    if _HAN_NEXT.match(follows):
        return any(before.endswith(follows[:size]) for size in (1, 2, 3))
    word = _WORD.match(follows)
    return word is not None and before.endswith(word[0].casefold())


def _full_stop_ends(text: str, stop: int, follows: int, begun: int) -> bool:
    """Say whether a single full stop ends its sentence, or only shortens or numbers something."""
    last = _LAST_WORD.search(text[max(begun, stop - 24) : stop])
    if last is None:
        return True
    word = last[0].casefold()
    begins = _WORD.match(text, follows)
    is_first = stop - len(word) == begun
    if word in _NUMBERED:
        return not text[follows : follows + 1].isdigit()
    if word in _LEADING:
        return False
    if is_first and word.isdigit():  # the number of a list or a chapter
        return False
    if word in _ENDING or (_INITIALS.fullmatch(last[0]) and last[0] not in ("I", "a")):
        return begins is None or begins[0].casefold() in _STARTERS
    return True
