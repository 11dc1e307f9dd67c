"""What so many votes say, and how many more it would take."""

import math
from dataclasses import dataclass

Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
MOST_VOTES = 100_000


@dataclass(frozen=True, slots=True)
class Share:
    """How often one side was preferred, with the 95 % interval of Wilson (1927)."""

    wins: int
    votes: int
    low: float
    high: float


def share_of(wins: int, votes: int) -> Share:
    """Return the share of wins and its interval; nothing is known without votes."""
    if votes == 0:
        return Share(0, 0, 0.0, 1.0)
    rate, square = wins / votes, Z * Z
    centre = (rate + square / (2 * votes)) / (1 + square / votes)
    half = Z * math.sqrt(rate * (1 - rate) / votes + square / (4 * votes * votes))
    half /= 1 + square / votes
    return Share(wins, votes, max(0.0, centre - half), min(1.0, centre + half))


def missing_votes(wins: int, votes: int) -> int | None:
    """Return how many more votes would settle it if they fell as those so far.

    0: it is settled, one side is preferred. None: at this rate no number of votes would do.
    """
    if votes == 0 or 2 * wins == votes:
        return None
    more = max(wins, votes - wins)
    for total in range(votes, MOST_VOTES):
        if share_of(more * total // votes, total).low > 0.5:
            return total - votes
    return None
