"""What stands between quotation marks: “ ”, ‘ ’, " ", ' ', 「 」, 『 』 and « ».

A quotation never leaves its paragraph: one that is not closed there ends with it. Single marks are
quotation marks only where they close after punctuation or soon, because they are apostrophes too.
Emphasis in Markdown (*I must go*) is taken as a thought, unless so much stands between asterisks
that it is how the text tells its actions.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.prose.paragraphs import Span
from engine.prose.words import HAN


@dataclass(frozen=True, slots=True)
class Quotation:
    """`text[start:end]`, marks included; speech is what is said, and no single word or thought."""

    start: int
    end: int
    is_speech: bool


_PAIRS = {"“": "”", "「": "」", "『": "』", "«": "»", '"': '"'}
_OPENS = re.compile(r"[“「『«\"]|(?<![\w’'])[‘'](?=[^\s’'])")
_CLOSES_SINGLE = re.compile(r"[’'](?!\w)")
_AFTER_PUNCTUATION = re.compile(r"(?<=[.,!?;:…—–\-])[’'](?!\w)")
_SHORT_CHARACTERS = 30  # a single word or two between single marks
_THOUGHT = re.compile(r"(?<![\w*_])([*_])(?![\s*_])[^*_\n]{3,300}(?<![\s*_])\1(?![\w*_])")
_MOST_THOUGHT = 0.2  # of the characters

_ENDS_SPEECH = re.compile(r"[,.!?…—–\-。！？，、～~：；]$")
_LEADS_SPEECH = re.compile(r"[:：,，]\s?$")
_LONG = re.compile(rf"(?:\S+\s+){{3}}\S|(?:[{HAN}][^{HAN}]?){{7}}")


def quotations_of(text: str, paragraphs: Sequence[Span]) -> list[Quotation]:
    """Return the quotations in order; none stands inside another."""
    closings = [match.start() for match in _CLOSES_SINGLE.finditer(text)]
    firm = [match.start() for match in _AFTER_PUNCTUATION.finditer(text)]
    found = [
        quotation
        for paragraph in paragraphs
        for quotation in _quoted(text, paragraph, closings, firm)
    ]
    return sorted([*found, *_thoughts(text, found)], key=lambda quotation: quotation.start)


def _quoted(
    text: str, paragraph: Span, closings: Sequence[int], firm: Sequence[int]
) -> Iterator[Quotation]:
    at = paragraph.start
    while match := _OPENS.search(text, at, paragraph.end):
        start, mark = match.start(), match[0]
        if mark in _PAIRS:
            close = text.find(_PAIRS[mark], start + 1, paragraph.end)
            end = close + 1 if close >= 0 else paragraph.end
        else:
            end = _single_end(start, paragraph.end, closings, firm)
        if end:
            yield Quotation(start, end, _is_speech(text, start, end))
        at = end or start + 1


def _single_end(start: int, most: int, closings: Sequence[int], firm: Sequence[int]) -> int:
    """Return where a quotation in single marks ends, or 0 if the mark opens none."""
    close, sure = (
        places[place] if (place := bisect_left(places, start + 1)) < len(places) else most
        for places in (closings, firm)
    )
    if close < min(sure, most) and close - start <= _SHORT_CHARACTERS:
        return close + 1
    return sure + 1 if sure < most else 0


def _is_speech(text: str, start: int, end: int) -> bool:
    inner = text[start + 1 : end - 1].strip()
    return bool(
        _ENDS_SPEECH.search(inner[-1:])
        or _LEADS_SPEECH.search(text[max(0, start - 2) : start])
        or _LONG.match(inner)
    )


def _thoughts(text: str, quotations: Sequence[Quotation]) -> list[Quotation]:
    spans = [match.span() for match in _THOUGHT.finditer(text)]
    if sum(end - start for start, end in spans) > _MOST_THOUGHT * len(text):
        return []
    starts = [quotation.start for quotation in quotations]
    ends = [quotation.end for quotation in quotations]
    # Outside every quotation: as many have ended before it as have begun before its end.
    return [
        Quotation(start, end, is_speech=False)
        for start, end in spans
        if bisect_left(ends, start + 1) == bisect_left(starts, end)
    ]
