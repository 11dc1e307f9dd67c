"""Sentence rhythm: how long the sentences are, in order, and where they keep one length.

Lengths count words in English, Han characters and other words in Chinese, dialogue included. A run
is four or more sentences in a row, each within a tenth (at least one) of the first one's length and
at least five long: shorter ones are heard as a beat, and are often meant so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev

from engine.prose.reading import Place, Reading, length_of

_LEAST_RUN = 4
_LEAST_LENGTH = 5
_MOST_RUNS = 5


@dataclass(frozen=True, slots=True)
class Beat:
    """A sentence in the row: its length, and whether most of it is spoken."""

    length: int
    is_speech: bool


@dataclass(frozen=True, slots=True)
class Run:
    """`sentences` in a row of about `length`, the first of them quoted."""

    sentences: int
    length: int
    place: Place


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The lengths of all sentences. `spread` is the standard deviation over the mean: 0 is even."""

    beats: tuple[Beat, ...]
    mean: float
    median: float
    spread: float
    longest: Place | None
    runs: tuple[Run, ...]  # the longest first, at most five


def rhythm_of(reading: Reading) -> Rhythm:
    """Measure the sentences."""
    beats = tuple(Beat(length_of(read.words), read.is_speech) for read in reading.sentences)
    if not beats:
        return Rhythm((), 0, 0, 0, None, ())
    lengths = [beat.length for beat in beats]
    mean = fmean(lengths)
    longest = reading.sentences[lengths.index(max(lengths))].sentence
    return Rhythm(
        beats,
        mean,
        median(lengths),
        pstdev(lengths) / mean,
        reading.place(longest.start, longest.end),
        _runs(reading, lengths),
    )


def _runs(reading: Reading, lengths: Sequence[int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    start = 0
    for at in range(1, len(lengths) + 1):
        first = lengths[start]
        if at < len(lengths) and abs(lengths[at] - first) <= max(1, first // 10):
            continue
        if at - start >= _LEAST_RUN and first >= _LEAST_LENGTH:
            sentence = reading.sentences[start].sentence
            place = reading.place(sentence.start, sentence.end)
            runs.append(Run(at - start, first, place))
        start = at
    return tuple(sorted(runs, key=lambda run: -run.sentences)[:_MOST_RUNS])
