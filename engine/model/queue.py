"""Who may ask the model next: a fair share for every server and channel, the story first.

The order is that of `engine/fairness.py`; `docs/decisions/0014-the-queue-is-fair.md` tells why.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from engine.errors import ModelUnavailable, QueueFull, QueueScope
from engine.fairness import Claim, Turns

NEWEST_WEIGHT = 0.2  # of the newest turn in the mean duration: about the last ten turns count


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """The most turns, waiting and running together, that each scope may have."""

    per_member: int
    per_channel: int
    per_server: int
    in_all: int


class TurnQueue:
    """At most `turns_at_once` tickets run; the others wait for their turn.

    A place can become larger only because somebody came who goes first: from a server or a channel
    that has less running, or interactive before background. All on one event loop. `clock` tells
    seconds and never goes back.
    """

    def __init__(
        self,
        turns_at_once: int,
        limits: QueueLimits,
        *,
        most_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most_seconds = most_seconds  # that a ticket may wait; None: for ever
        self._turns_at_once = turns_at_once
        self._limits = limits
        self._clock = clock
        self._running: list[Ticket] = []
        self._waiting: list[Ticket] = []  # in order of arrival
        self._turns = Turns()
        self._mean_seconds: float | None = None

    def reserve(
        self,
        *,
        member_id: int,
        channel_id: int,
        guild_id: int,
    ) -> "Ticket":
        """Take a place. It is held until the ticket is left or released.

        Raises:
            QueueFull: the member, the channel, the server or all together have their share.
        """
        # Background work stands behind: it takes no place away from somebody who waits.
        tickets = [t for t in (*self._running, *self._waiting) if not t.claim.is_background]
        shares = (
            (QueueScope.MEMBER, self._limits.per_member, lambda t: t.member_id == member_id),
            (QueueScope.CHANNEL, self._limits.per_channel, lambda t: t.claim.channel == channel_id),
            (QueueScope.SERVER, self._limits.per_server, lambda t: t.claim.server == guild_id),
            (QueueScope.ALL, self._limits.in_all, lambda _: True),
        )
        for scope, most, belongs in shares:
            taken = sum(map(belongs, tickets))
            if taken >= most:
                raise QueueFull(scope=scope, waiting=taken)
        return self.readmit(member_id=member_id, channel_id=channel_id, guild_id=guild_id)

    def readmit(
        self,
        *,
        member_id: int,
        channel_id: int,
        guild_id: int,
        is_background: bool = False,
    ) -> "Ticket":
        """Take a place without a share being asked for: for background work, and for a turn that
        was accepted before a restart.
        """
        claim = Claim(guild_id, channel_id, is_background)
        ticket = Ticket(self, claim, member_id=member_id)
        self._waiting.append(ticket)
        self._advance()
        return ticket

    def leave(self, ticket: "Ticket") -> None:
        """Free the ticket's place, waiting or running. Again: nothing happens."""
        ticket.released = True
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        elif ticket in self._running:
            self._running.remove(ticket)
            if ticket.entered:
                self._measure(self._clock() - ticket.started)
        ticket.move_to(0)
        self._advance()

    def seconds_until(self, place: int) -> float | None:
        """Estimate when the ticket at `place` starts; None before a turn was measured.

        As if every turn lasted as long as the mean of the recent ones: then slots become free
        in the order of their remaining times, and again one mean later.
        """
        mean = self._mean_seconds
        if mean is None:
            return None
        now = self._clock()
        remaining = sorted(max(0.0, mean - (now - t.started)) for t in self._running)
        rounds, slot = divmod(place - 1, self._turns_at_once)
        return remaining[slot] + rounds * mean

    def _advance(self) -> None:
        line = self._line()
        while line and len(self._running) < self._turns_at_once:
            ticket = line.pop(0)
            self._waiting.remove(ticket)
            self._running.append(ticket)
            others = any(t.claim.is_background for t in self._waiting)
            self._turns.begin(ticket.claim, background_waits=others)
            ticket.started = self._clock()
            ticket.move_to(0)
        for place, ticket in enumerate(line, start=1):
            ticket.move_to(place)

    def _line(self) -> "list[Ticket]":
        waiting = [(ticket, ticket.claim) for ticket in self._waiting]
        return self._turns.order(waiting, [ticket.claim for ticket in self._running])

    def _measure(self, seconds: float) -> None:
        mean = self._mean_seconds
        self._mean_seconds = seconds if mean is None else mean + NEWEST_WEIGHT * (seconds - mean)


class Ticket:
    """A place in the queue: `async with ticket:` waits for its turn and frees it at the end.

    A ticket that is never entered must be released. One ticket may cover several requests that
    belong together, such as the alternatives of one turn.
    """

    def __init__(self, queue: TurnQueue, claim: Claim, *, member_id: int) -> None:
        self.member_id = member_id
        self.claim = claim
        self.place = -1  # 0: it waits no more; 1: it is next; set by the queue
        self.started = 0.0  # by the queue's clock; set when place becomes 0
        self.entered = False
        self.released = False
        self._queue = queue
        self._moved = asyncio.Event()
        self._deadline: float | None = None
        if queue.most_seconds is not None:
            self._deadline = asyncio.get_running_loop().time() + queue.most_seconds

    def expected_seconds(self) -> float | None:
        """Estimate the seconds until it runs; 0 if it does, None before a turn was measured."""
        return self._queue.seconds_until(self.place) if self.place else 0.0

    async def changed(self, place: int) -> int:
        """Wait until the place is another than `place` and return it; 0 never changes again.

        Raises:
            ModelUnavailable: it has waited for as long as a ticket may; its place is free.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                while self.place == place != 0:
                    await self._moved.wait()
        except TimeoutError:
            self.release()
            raise ModelUnavailable("its turn did not come in time") from None
        return self.place

    def release(self) -> None:
        """Free the place, waiting or running. Again: nothing happens."""
        self._queue.leave(self)

    def move_to(self, place: int) -> None:
        """Take the place that the queue has counted."""
        if place != self.place:
            self.place = place
            self._moved.set()  # wakes those who wait now ...
            self._moved.clear()  # ... and nobody who comes later

    async def __aenter__(self) -> Self:
        try:
            while self.place:
                await self.changed(self.place)
        except BaseException:
            self.release()  # also when the slot was given in the very moment of cancellation
            raise
        if self.entered or self.released:
            raise RuntimeError("a ticket is good for one turn")
        self.entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
