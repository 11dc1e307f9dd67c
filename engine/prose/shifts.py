"""Where a row of signs changes for good, and where a single one is only noise."""

from collections.abc import Sequence


def sides_of(evidence: Sequence[float], price: float) -> list[int]:
    """Return 1 or -1 for each item: the sides that agree best with the evidence.

    An item gives its evidence (its sign and weight) when it is on that side and takes it when it
    is not; each change of side costs `price`. The best row of sides is found exactly, in one pass
    forward and one back (Viterbi's algorithm with two states).
    """
    best = {1: 0.0, -1: 0.0}
    came_from: list[dict[int, int]] = []
    for value in evidence:
        origin = {side: side if best[side] >= best[-side] - price else -side for side in (1, -1)}
        best = {
            side: best[origin[side]] - (price if origin[side] != side else 0) + side * value
            for side in (1, -1)
        }
        came_from.append(origin)
    side = 1 if best[1] >= best[-1] else -1
    sides: list[int] = []
    for origin in reversed(came_from):
        sides.append(side)
        side = origin[side]
    return sides[::-1]
