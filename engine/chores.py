"""Work that nobody waits for: summaries, proposals. It ends when the engine closes."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

import structlog

log = structlog.get_logger()

Work = Callable[[], Coroutine[Any, Any, None]]


class Chores:
    """At most one task a key. Begun again while it runs, the work runs once more after it."""

    def __init__(self, *, are_on: bool = True) -> None:
        self._are_on = are_on
        self._running: dict[Hashable, asyncio.Task[None]] = {}
        self._again: dict[Hashable, Work] = {}

    def begin(self, key: Hashable, work: Work) -> None:
        """Start the work, or note that it is to run once more. A fault is logged, no more."""
        if not self._are_on:
            return
        if key in self._running:
            self._again[key] = work
            return
        task = self._running[key] = asyncio.create_task(work(), name=f"chore {key}")
        task.add_done_callback(lambda done: self._end(key, done))

    async def idle(self) -> None:
        """Wait until no chore runs."""
        while self._running:
            await asyncio.wait(self._running.values())
            await asyncio.sleep(0)  # the tasks' callbacks

    async def close(self) -> None:
        """Cancel all chores; what they had not stored is found missing and done later."""
        self._are_on = False
        self._again.clear()
        for task in self._running.values():
            task.cancel()
        await self.idle()

    def _end(self, key: Hashable, task: asyncio.Task[None]) -> None:
        del self._running[key]
        if not task.cancelled() and (error := task.exception()):
            log.error("chore_failed", chore=str(key), exc_info=error)
        if (work := self._again.pop(key, None)) is not None:
            self.begin(key, work)
