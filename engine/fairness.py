"""Whose turn it is: by server, then by channel, and what somebody waits for before the rest.

The bot's queue and the model server order their requests by the same rules:

1. Interactive requests go before background ones, but of every `INTERACTIVE_IN_A_ROW` + 1 that
   begin while background ones wait, one is a background one. So a background request before
   which `k` others of its kind come begins after at most 7 (k + 1) interactive ones.
2. Among them the server comes first of which the fewest run, and of these the one that was
   served the longest ago. With `n` servers waiting nobody is passed over more than `n` times
   by a server that has as many running.
3. Within a server, channels take turns in the same way; within a channel, arrival decides.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

INTERACTIVE_IN_A_ROW = 7
MOST_REMEMBERED = 10_000  # servers and channels; who was forgotten counts as never served

T = TypeVar("T")
# Those who wait, by server and channel, each with the number of its arrival.
Lines: TypeAlias = dict[Hashable, dict[Hashable, deque[tuple[int, T]]]]


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a request is, and whether nobody looks at a screen for it."""

    server: Hashable
    channel: Hashable
    is_background: bool = False

    @property
    def holders(self) -> tuple[Hashable, Hashable]:
        """Return the two whose shares it counts against: the server, and its channel."""
        return self.server, (self.server, self.channel)


class Turns:
    """The order in which requests begin, and the memory of who began last."""

    def __init__(self) -> None:
        self._served: dict[Hashable, int] = {}  # by holder; the least recently served first
        self._count = 0
        self._in_a_row = 0  # interactive ones that began while background ones waited

    def begin(self, claim: Claim, *, background_waits: bool) -> None:
        """Note that a request begins, and whether background ones wait behind it."""
        if claim.is_background:
            self._in_a_row = 0
        elif background_waits:
            self._in_a_row += 1
        self._count += 1
        for holder in claim.holders:
            self._served.pop(holder, None)
            self._served[holder] = self._count
        while len(self._served) > MOST_REMEMBERED:
            del self._served[next(iter(self._served))]

    def order(self, waiting: Iterable[tuple[T, Claim]], running: Iterable[Claim]) -> list[T]:
        """Return all that wait, given in order of arrival, in the order in which they shall begin.

        As if none of the running ones ended before the last of them has begun.
        """
        return list(self.in_turn(waiting, running))

    def in_turn(self, waiting: Iterable[tuple[T, Claim]], running: Iterable[Claim]) -> Iterator[T]:
        """Yield the same one by one: who takes only the first does not pay for a long line."""
        held = Counter(holder for claim in running for holder in claim.holders)
        newly: dict[Hashable, int] = {}

        def served(holder: Hashable) -> int:
            # One look each: the model server asks in one thread while requests begin in another.
            return newly.get(holder) or self._served.get(holder, 0)

        lines: dict[bool, Lines[T]] = {False: {}, True: {}}
        count = 0
        for item, claim in waiting:
            server, channel = claim.holders
            channels = lines[claim.is_background].setdefault(server, {})
            channels.setdefault(channel, deque()).append((count, item))
            count += 1
        in_a_row = self._in_a_row
        for number in range(count):
            background_waits = bool(lines[True])
            is_due = background_waits and (in_a_row >= INTERACTIVE_IN_A_ROW or not lines[False])
            in_a_row = 0 if is_due else in_a_row + background_waits
            item, holders = _take(lines[is_due], held, served)
            held.update(holders)
            newly.update(dict.fromkeys(holders, self._count + 1 + number))
            yield item


def _take(
    lines: "Lines[T]", held: Counter[Hashable], served: Callable[[Hashable], int]
) -> tuple[T, tuple[Hashable, Hashable]]:
    """Take out the request whose turn it is, of at least one."""

    def rank(holder: Hashable, arrival: int) -> tuple[int, int, int]:
        return held[holder], served(holder), arrival

    server = min(lines, key=lambda s: rank(s, min(line[0][0] for line in lines[s].values())))
    channels = lines[server]
    channel = min(channels, key=lambda c: rank(c, channels[c][0][0]))
    _, item = channels[channel].popleft()
    if not channels[channel]:
        del channels[channel]
    if not channels:
        del lines[server]
    return item, (server, channel)
