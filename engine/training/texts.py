"""What is learned from: texts cleaned, and what stands in several works kept once. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.prose import ngrams, words_of
from engine.prose.invisible import strip_invisible
from engine.prose.paragraphs import is_hard_wrapped, paragraphs_of
from engine.story.training import HELD_OUT, TRAIN, WorkRow

QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})
SHINGLE_WORDS = 5
LEAST_SHINGLES = 8  # of a paragraph; shorter ones (a greeting, "Chapter 2") say nothing
MOST_SHARED = 0.5  # of the shingles of a paragraph or work; beyond, it is a copy

_BLANKS = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\u00a0]+")
_LINE = re.compile(r"[ \t\u3000]*\n[ \t\u3000]*")

Shingles = frozenset[int]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The works that are left, and how many were copies."""

    works: tuple[WorkRow, ...]
    dropped_works: int
    dropped_paragraphs: int  # of training works, as they stand in held-out ones


def prepare(works: Sequence[WorkRow]) -> Cleaned:
    """Clean the works and take copies out.

    Of works of one split that are copies of each other, the longest stays. A paragraph that also
    stands in a held-out work is taken out of the training works: else the measure would be of
    memory.
    """
    clean = [replace(work, text=clean_text(work.text, work.language)) for work in works]
    held_out = without_copies([work for work in clean if work.split == HELD_OUT])
    known = frozenset[int]().union(*(shingles_of(work.text, work.language) for work in held_out))
    dropped = 0
    training = []
    for work in clean:
        if work.split != TRAIN:
            continue
        paragraphs = work.text.split("\n\n")
        kept = [text for text in paragraphs if not is_copy(shingles_of(text, work.language), known)]
        dropped += len(paragraphs) - len(kept)
        training.append(replace(work, text="\n\n".join(kept)))
    training = without_copies([work for work in training if work.text])
    left = sorted([*training, *held_out], key=lambda work: work.work_id)
    return Cleaned(tuple(left), len(works) - len(left), dropped)


def clean_text(text: str, language: str) -> str:
    """Return the text without line breaks that a program made, in one form of quotes and spaces.

    Chinese keeps its quotation marks; line breaks of the author stay.
    """
    text = unicodedata.normalize("NFC", strip_invisible(text))
    if is_hard_wrapped(text):
        joint = "" if language.startswith("zh") else " "
        spans = paragraphs_of(text)
        text = "\n\n".join(_LINE.sub(joint, text[span.start : span.end]) for span in spans)
    text = _SPACES.sub(" ", _LINE.sub("\n", text))
    if not language.startswith("zh"):
        text = text.translate(QUOTES)
    return _BLANKS.sub("\n\n", text).strip()


def shingles_of(text: str, language: str) -> Shingles:
    """Return the hashes of every run of five words."""
    return frozenset(map(hash, ngrams(words_of(text, language), SHINGLE_WORDS)))


def is_copy(shingles: Shingles, known: Iterable[int]) -> bool:
    """Tell whether most of what is said was said before."""
    if len(shingles) < LEAST_SHINGLES:
        return False
    return len(shingles.intersection(known)) > MOST_SHARED * len(shingles)


def without_copies(works: Sequence[WorkRow]) -> list[WorkRow]:
    """Return the works that are no copy of a longer one, or of an earlier one as long."""
    known: set[int] = set()
    kept = []
    for work in sorted(works, key=lambda work: (-len(work.text), work.work_id)):
        shingles = shingles_of(work.text, work.language)
        if not is_copy(shingles, known):
            kept.append(work)
            known |= shingles
    return kept
