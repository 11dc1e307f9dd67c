"""Which of the candidates are shown: those that differ most, from each other and from before."""

from collections.abc import Callable

SHOWN = 5
LEAST_DISTANCE = 0.5  # nearer than this is a near-duplicate

Distance = Callable[[int, int], float]


def choose(candidates: int, known: int, distance: Distance, *, most: int = SHOWN) -> list[int]:
    """Choose by the greedy max-min rule, each as far from all chosen and known as can be.

    Items are numbered: the candidates from 0, after them the known ones, which are not chosen
    but kept away from. `distance` is symmetric. On equal distances the first counts; without
    known ones the first choice is the one that is farthest from the other candidates.

    Source: the farthest-first traversal, Gonzalez 1985.
    """
    away = list(range(candidates, candidates + known))
    left = list(range(candidates))
    chosen: list[int] = []
    while left and len(chosen) < most:
        around = away or left
        nearest = {
            item: min((distance(item, other) for other in around if other != item), default=1.0)
            for item in left
        }
        best = max(left, key=lambda item: nearest[item])
        chosen.append(best)
        away.append(best)
        left.remove(best)
    return chosen


def drop_near_duplicates(candidates: int, known: int, distance: Distance) -> list[int]:
    """Return the candidates that are near to no earlier candidate and to nothing known."""
    kept: list[int] = []
    for item in range(candidates):
        others = [*kept, *range(candidates, candidates + known)]
        if all(distance(item, other) >= LEAST_DISTANCE for other in others):
            kept.append(item)
    return kept
