"""How far texts are from each other, by their words or by their meaning."""

import math
from collections.abc import Sequence

from engine.prose.words import words_of

LETTERS_TOGETHER = 4  # about a syllable and its neighbours: inflected words stay alike
HAN_TOGETHER = 2  # most Chinese words


class Shape:
    """The character n-grams of a text, by which it is compared; punctuation does not count."""

    def __init__(self, text: str, language: str) -> None:
        is_chinese = language.startswith("zh")
        words = words_of(text, language)
        letters = "".join(words) if is_chinese else f" {' '.join(words)} "
        n = HAN_TOGETHER if is_chinese else LETTERS_TOGETHER
        self.ngrams = {letters[at : at + n] for at in range(max(1, len(letters) - n + 1))}

    def distance(self, other: "Shape") -> float:
        """Return Jaccard's distance: 0 all n-grams in common, 1 none."""
        union = self.ngrams | other.ngrams
        return 1 - len(self.ngrams & other.ngrams) / len(union)


def cosine_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return 1 less the cosine of two vectors: 0 same direction, 2 opposite; 1 for a zero."""
    length = math.hypot(*one) * math.hypot(*other)
    if length == 0:
        return 1.0
    return 1 - sum(a * b for a, b in zip(one, other, strict=True)) / length
