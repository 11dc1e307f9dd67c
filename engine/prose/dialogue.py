"""How much of a text is spoken."""

import re
from dataclasses import dataclass

from engine.prose.reading import Reading, length_of

_DASH_LINE = re.compile(r"(?:—|–|--|-\s)\s*\w")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`share`, from 0 to 1, of the words (Han characters) that stands in quotations of speech.

    Quoted single words and thoughts are not counted, nor are lines that begin with a dash: they
    may be speech, and are only numbered.
    """

    share: float
    speeches: int
    dash_lines: int


def dialogue_of(reading: Reading) -> Dialogue:
    """Measure the speech: everything in “ ”, ‘ ’, " ", ' ', 「 」, 『 』 and « »."""
    speeches = [quotation for quotation in reading.quotations if quotation.is_speech]
    spoken = at = 0
    words = reading.words
    for speech in speeches:
        while at < len(words) and words[at].start < speech.start:
            at += 1
        first = at
        while at < len(words) and words[at].start < speech.end:
            at += 1
        spoken += length_of(words[first:at])
    dashes = sum(
        _DASH_LINE.match(reading.text, paragraph.start) is not None
        for paragraph in reading.paragraphs
    )
    return Dialogue(spoken / max(1, length_of(words)), len(speeches), dashes)
