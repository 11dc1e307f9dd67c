"""One pace for all the edits of a channel, as Discord counts them.

Discord lets a bot edit about five times in five seconds in one channel, all its messages
together. Asked for more, discord.py does not fail, it stalls. So the texts of a channel share
one pace, and whoever's turn it is shows its newest state; states in between are never sent.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
import structlog

SLOW_SECONDS = 2.0
# discord.py returns from the fifth edit of a bucket only when the next bucket opens, five seconds
# after the first. Last edits go at once, so that after one of them the fifth could come early.
CROWD_EDITS = 4
CROWD_PACES = 3.4
MOST_SECONDS = 30.0  # between two edits, however often Discord asked to slow down

Edit = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Pacer:
    """Gives each text that changes a lane in its channel."""

    def __init__(
        self,
        seconds_between_edits: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._seconds = seconds_between_edits
        self._clock = clock
        self._sleep = sleep
        self._channels: dict[int, _Channel] = {}

    @asynccontextmanager
    async def lane(self, channel_id: int) -> AsyncIterator["Lane"]:
        """Open a lane in the channel. What still waits in it at the end is dropped."""
        if channel_id not in self._channels:
            self._channels[channel_id] = _Channel(self._seconds, self._clock, self._sleep)
        channel = self._channels[channel_id]
        lane = Lane(channel)
        channel.lanes.append(lane)
        try:
            yield lane
        finally:
            channel.lanes.remove(lane)
            if not channel.lanes:
                del self._channels[channel_id]
                channel.close()


class Lane:
    """The edits of one text."""

    def __init__(self, channel: "_Channel") -> None:
        self._channel = channel
        self._is_finished = False
        self.next_edit: Edit | None = None
        self.in_flight = asyncio.Lock()

    def show(self, edit: Edit) -> None:
        """Make `edit` the next one of this lane, in place of one that still waits."""
        if self._is_finished:  # the edit in flight asks for one more, and the last one has come
            return
        self.next_edit = edit
        self._channel.wake.set()

    async def make(self, edit: Edit) -> None:
        """Make an edit when its turn comes, and wait until it is made or failed."""
        made = asyncio.Event()

        async def and_tell() -> None:
            try:
                await edit()
            finally:
                made.set()

        self.show(and_tell)
        await made.wait()

    async def finish(self, edit: Edit) -> None:
        """Make the last edit at once, after the one in flight. Raise what it raises."""
        self._is_finished = True
        self.next_edit = None
        async with self.in_flight:
            await self._channel.measure(edit)


class _Channel:
    """The lanes of one channel and the task that serves them in turn."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.lanes: list[Lane] = []
        self.wake = asyncio.Event()
        self._least_seconds = seconds
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._due = clock()
        self._made: deque[float] = deque(maxlen=CROWD_EDITS)  # when the newest edits began
        self._task = asyncio.create_task(self._serve(), name="edits of a channel")

    def close(self) -> None:
        self._task.cancel()

    async def measure(self, edit: Edit) -> None:
        """Make the edit and set the pace by how Discord took it."""
        started = self._clock()
        self._made.append(started)
        slow = True
        try:
            await edit()
            slow = self._clock() - started > SLOW_SECONDS
        except discord.HTTPException as error:
            slow = error.status == 429 or self._clock() - started > SLOW_SECONDS
            raise
        finally:
            seconds = min(self._seconds * 2, MOST_SECONDS) if slow else self._seconds / 2
            self._seconds = max(seconds, self._least_seconds)
            paced_from = self._clock() if slow else started
            self._due = max(paced_from + self._seconds, self._uncrowded())

    def _uncrowded(self) -> float:
        """Tell when one more edit is not the fifth of too short a time."""
        if len(self._made) < CROWD_EDITS:
            return self._made[-1]
        return self._made[0] + CROWD_PACES * self._least_seconds

    async def _serve(self) -> None:
        while True:
            await self.wake.wait()
            if all(lane.next_edit is None for lane in self.lanes):
                self.wake.clear()
                continue
            due = self._due
            if (pause := due - self._clock()) > 0:
                await self._sleep(pause)
            if due != self._due:  # somebody's last edit came first
                continue
            if lane := self._next_lane():
                async with lane.in_flight:
                    await self._edit(lane)

    def _next_lane(self) -> Lane | None:
        for lane in self.lanes:
            if lane.next_edit is not None:
                self.lanes.remove(lane)
                self.lanes.append(lane)  # the others come first next time
                return lane
        return None

    async def _edit(self, lane: Lane) -> None:
        edit, lane.next_edit = lane.next_edit, None
        if edit is None:
            return
        try:
            await self.measure(edit)
        except Exception as error:  # noqa: BLE001  the edge of this task: the others go on
            status = getattr(error, "status", None)
            log.warning("edit_failed", error=type(error).__name__, status=status)
