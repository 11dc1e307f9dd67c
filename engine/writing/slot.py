"""A place in the queue, shared by the drafts that one request asked for."""

import asyncio
from collections.abc import Callable

from engine.model.queue import Ticket
from engine.runtime import Progress, Waiting


class Slot:
    """One ticket for one draft, or for several that start from the same prompt."""

    def __init__(self, ticket: Ticket, drafts: int = 1) -> None:
        self._ticket = ticket
        self._drafts_left = drafts
        self._leader_id: int | None = None
        self._prefix_is_warm = asyncio.Event()

    async def wait(self, show: Callable[[Progress], None]) -> None:
        """Wait for the ticket's turn, showing each new place."""
        place = self._ticket.place
        while place:
            show(Waiting(place, self._ticket.expected_seconds()))
            place = await self._ticket.changed(place)
        if not self._ticket.entered:
            await self._ticket.__aenter__()  # at once; `leave` is its other half
        show(Waiting(0, None))

    async def wait_for_prefix(self, turn_id: int) -> None:
        """Let one draft read the prompt first; the others then find it in the server's cache."""
        if self._leader_id is None:
            self._leader_id = turn_id
        if self._leader_id != turn_id:  # the first may have to ask again, and waits for nobody
            await self._prefix_is_warm.wait()

    def prefix_is_read(self) -> None:
        """Let the other drafts follow."""
        self._prefix_is_warm.set()

    def leave(self) -> None:
        """Take one draft out; the last one frees the ticket."""
        self.prefix_is_read()
        self._drafts_left -= 1
        if self._drafts_left == 0:
            self._ticket.release()
