"""How far texts are from each other, and which of them to take so that they differ."""

import math
from collections.abc import Callable, Sequence

from engine.prose.words import words_of

LETTERS_TOGETHER = 4  # about a syllable and its neighbours: inflected words stay alike
HAN_TOGETHER = 2  # most Chinese words


def shingles(text: str, language: str) -> frozenset[str]:
    """Return the character n-grams by which texts are compared; punctuation does not count."""
    is_chinese = language.startswith("zh")
    words = words_of(text, language)
    letters = "".join(words) if is_chinese else f" {' '.join(words)} "
    n = HAN_TOGETHER if is_chinese else LETTERS_TOGETHER
    return frozenset(letters[at : at + n] for at in range(max(1, len(letters) - n + 1)))


def lexical_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """Return Jaccard's distance of two sets of shingles: 0 equal, 1 nothing in common."""
    return 1 - len(one & other) / len(one | other) if one or other else 0.0


def cosine_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return 1 less the cosine of two vectors: 0 same direction, 2 opposite; 1 for a zero."""
    length = math.hypot(*one) * math.hypot(*other)
    if length == 0:
        return 1.0
    return 1 - sum(a * b for a, b in zip(one, other, strict=True)) / length


def choose_apart(
    count: int,
    distance: Callable[[int, int], float],
    from_others: Sequence[float],
    *,
    most: int,
    least: float,
) -> list[int]:
    """Choose from `count` texts, by number, so that they differ; in the order of choice.

    Greedy max-min (Gonzalez 1985): each next one is farthest from the nearest of those chosen and
    of the others, whose distances `from_others` tells (infinite where there are none). Equally far
    ones go by their distance from all candidates, then by number. Those nearer than `least` to
    one of the chosen or the others are left out.
    """
    nearest = list(from_others)
    in_sum = [sum(distance(a, b) for b in range(count)) for a in range(count)]
    chosen: list[int] = []
    while len(chosen) < most:
        left = [a for a in range(count) if a not in chosen and nearest[a] >= least]
        if not left:
            break
        best = max(left, key=lambda a: (nearest[a], in_sum[a], -a))
        chosen.append(best)
        nearest = [min(nearest[a], distance(a, best)) for a in range(count)]
    return chosen
