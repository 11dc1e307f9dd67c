"""What a request is told while it waits for its place in the batch."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.serving.faults import waited_too_long
from engine.serving.loop.row import Row

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    from engine.serving.loop.batch import Batch

SECONDS_BETWEEN_LOOKS = 0.25


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue, from 1, and the seconds until it is this request's turn."""

    number: int
    expected_seconds: int

    def body(self) -> dict[str, int]:
        """Return the JSON form."""
        return {"place": self.number, "expected_seconds": self.expected_seconds}


class Wait:
    """Follows a request of one or several rows through the queue, until the first has begun."""

    def __init__(self, batch: "Batch", rows: Sequence[Row], queue_seconds: float | None) -> None:
        self._batch = batch
        self._rows = rows
        self._seconds = queue_seconds
        self._since = time.monotonic()
        self._told: int | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether a row has begun."""
        return any(row.has_begun for row in self._rows)

    async def next_place(self) -> Place | None:
        """Wait for a place other than the one before and return it; None when the wait is over.

        Raises:
            ApiError: it has waited for longer than it may.
        """
        while not self.is_over:
            waited = time.monotonic() - self._since
            if self._seconds is not None and waited > self._seconds:
                raise waited_too_long(self._seconds)
            place = next(filter(None, map(self._batch.place_of, self._rows)), None)
            # Not at once: most requests begin within a step.
            if place and place.number != self._told and waited >= SECONDS_BETWEEN_LOOKS:
                self._told = place.number
                return place
            left = SECONDS_BETWEEN_LOOKS if self._seconds is None else self._seconds - waited
            await asyncio.sleep(min(SECONDS_BETWEEN_LOOKS, max(0.01, left)))
        return None
