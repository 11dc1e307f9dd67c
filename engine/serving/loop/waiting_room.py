"""How many requests may run and wait, in all and of each salt and user, and for how long."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator

from engine.fairness import Claim
from engine.serving.faults import ApiError, bad_request, queue_full
from engine.settings import ServingSettings

NEWEST_WEIGHT = 0.1  # of the newest gap between two ends in the mean


class WaitingRoom:
    """Counts the places in the batch and in the waiting room that are in use."""

    def __init__(
        self, settings: ServingSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        running, waiting = settings.running_requests, settings.waiting_requests
        per_salt = settings.waiting_requests_per_salt or most_of(waiting)
        per_user = settings.waiting_requests_per_user or most_of(per_salt)
        self.places = running + waiting
        self.taken = 0
        self.is_empty = asyncio.Event()
        self.is_empty.set()
        self._running = running
        self._limits = (running + per_salt, running + per_user)
        self._held: Counter[Hashable] = Counter()
        self._clock = clock
        # Between two ends in a full batch, a moving average. Not the duration of a request: the
        # longer they waited, the longer the next would seem to have to wait.
        self._seconds_between_ends = 5.0 / running
        self._full_since: float | None = None  # the last end that left the batch full

    @contextlib.contextmanager
    def reserve(self, places: int, claim: Claim) -> Iterator[None]:
        """Hold places for requests that are about to be made.

        Raises:
            ApiError: 429 when too few places are free, or the claim's salt or user has its share;
                400 when there will never be enough.
        """
        if places > min(self.places, *self._limits):
            most = min(self.places, *self._limits)
            message = f"{places} replies are asked for; this server has {most} places"
            raise bad_request("too_many_choices", message, "n")
        self._check(places, claim)
        self.taken += places
        self._held.update(dict.fromkeys(claim.holders, places))
        self.is_empty.clear()
        try:
            yield
        finally:
            self.taken -= places
            self._held.subtract(dict.fromkeys(claim.holders, places))
            self._held = +self._held  # without those who hold none
            if not self.taken:
                self.is_empty.set()
            self._note_end(places)

    def seconds_until(self, place: int) -> int:
        """Estimate when the request at this place begins: 1 to 3,600 seconds."""
        return min(3600, max(1, round(self._seconds_between_ends * place)))

    def _note_end(self, places: int) -> None:
        now = self._clock()
        if self._full_since is not None:
            gap = (now - self._full_since) / places
            self._seconds_between_ends += NEWEST_WEIGHT * (gap - self._seconds_between_ends)
        self._full_since = now if self.taken >= self._running else None

    def _check(self, places: int, claim: Claim) -> None:
        retry_after = min(60, self.seconds_until(self.taken + places - self._running))
        if self.taken + places > self.places:
            raise queue_full(max(0, self.taken - self._running), retry_after)
        kinds = ("cache_salt", "user") if claim.channel else ("cache_salt",)
        for kind, holder, most in zip(kinds, claim.holders, self._limits, strict=False):
            if self._held[holder] + places > most:
                message = f"this {kind} has {self._held[holder]} requests here; try again later"
                raise ApiError(429, "share_full", message, kind, retry_after=retry_after)


def most_of(places: int) -> int:
    """Return three quarters of some places, at least one."""
    return max(1, places * 3 // 4)
