"""Traps: what a test lets go wrong with the answer to a request that Discord has acted on."""

import asyncio
import contextlib
from dataclasses import dataclass, field

MOST_SECONDS_HELD = 60.0


@dataclass
class Trap:
    """Springs once, on the request after `skip` others of the same method and route.

    `status` None: the answer is withheld until the trap is opened (or a minute is over).
    Otherwise the answer is an error of that status.
    """

    method: str
    route: str
    status: int | None = None
    skip: int = 0
    sprung: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)


class Traps:
    """The traps that are set; at most one springs on a request."""

    def __init__(self) -> None:
        self.traps: list[Trap] = []

    def set(self, trap: Trap) -> int:
        """Set a trap; return its number."""
        self.traps.append(trap)
        return len(self.traps) - 1

    async def spring(self, method: str, route: str) -> int | None:
        """Hold the caller, or return the status of the error to answer with, or None."""
        for trap in self.traps:
            if (trap.method, trap.route) != (method, route) or trap.sprung.is_set():
                continue
            if trap.skip > 0:
                trap.skip -= 1
                continue
            trap.sprung.set()
            if trap.status is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(trap.opened.wait(), MOST_SECONDS_HELD)
            return trap.status
        return None
