"""How much a text leans on clichés, in one number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.safety.phrases import Phrases, find_phrases

WORD = re.compile(r"\w+(?:['’]\w+)*")
WEIGHTS = {1: 1, 2: 2}  # by the words of a phrase
WEIGHT_OF_LONGER = 8


@dataclass(frozen=True, slots=True)
class Slop:
    """What was found in a text. `index` is per 1,000 words."""

    words: int
    hits: tuple[str, ...]
    index: float


def slop_index(text: str, phrases: Sequence[str]) -> Slop:
    """Count the phrases in a text in which words are parted by spaces.

    1000 x (single words + 2 x pairs + 8 x longer ones) / words, the weights of the published slop
    index. Its lists are others, and they decide the number: compare only figures of one list.
    Of phrases that overlap, the one that is complete first counts.
    """
    words = len(WORD.findall(text))
    spans = find_phrases(_automaton(tuple(phrases)), text)
    hits = tuple(text[span.start : span.end] for span in spans)
    weight = sum(WEIGHTS.get(len(hit.split()), WEIGHT_OF_LONGER) for hit in hits)
    return Slop(words, hits, 1000 * weight / words if words else 0.0)


@lru_cache(maxsize=4)
def _automaton(phrases: tuple[str, ...]) -> Phrases:
    return Phrases(phrases)
