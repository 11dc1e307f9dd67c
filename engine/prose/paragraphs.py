"""Where the paragraphs of a text stand."""

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# Lines broken by a program (as e-mail and old e-texts are) have nearly one length, and about half
# of them go on in the middle of a sentence. Lines that a person broke do not.
_WRAPPED_LENGTH = range(45, 91)
_WRAPPED_SHARE = 0.35  # of lines that go on from the line before with a small letter

_BLANK = re.compile(r"\n[ \t\u3000]*(?:\n[ \t\u3000]*)+")
_LINE = re.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: `text[start:end]`."""

    start: int
    end: int


def paragraphs_of(text: str) -> list[Span]:
    """Return the paragraphs, in order, without white space at their ends.

    Every line is one; in a text whose lines were broken by a program, only blank lines part.
    """
    breaks = _BLANK if is_hard_wrapped(text) else _LINE
    spans: list[Span] = []
    start = 0
    for match in breaks.finditer(text):
        spans.append(Span(start, match.start()))
        start = match.end()
    spans.append(Span(start, len(text)))
    return [trimmed for span in spans if (trimmed := trim(text, span.start, span.end))]


def is_hard_wrapped(text: str) -> bool:
    """Say whether the lines were broken by a program, at a width, and not by the author."""
    lines = [line.strip() for line in text.split("\n")]
    followed = [(one, two) for one, two in pairwise(lines) if one and two]
    if len(followed) < 3 or int(median(len(one) for one, _ in followed)) not in _WRAPPED_LENGTH:
        return False
    return sum(two[0].islower() for _, two in followed) >= _WRAPPED_SHARE * len(followed)


def trim(text: str, start: int, end: int) -> Span | None:
    """Return the part without white space at its ends, or None when nothing is left."""
    part = text[start:end]
    kept = part.strip()
    if not kept:
        return None
    start += len(part) - len(part.lstrip())
    return Span(start, start + len(kept))
