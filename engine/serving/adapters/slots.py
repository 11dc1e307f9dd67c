"""Which adapter lies in which slot: the least recently used one gives way, in turn and in time.

Pure bookkeeping of the event loop. One slot more than adapters may stay is kept free for the next
one to be tried, so that a new version never pushes out the old one before it has proved itself.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from itertools import count

from engine.serving.loop.row import Adapter


@dataclass(eq=False)
class Tenant:
    """One version of an adapter, whether it lies in a slot or not."""

    name: str
    users: int = 0  # requests that were promised its weights
    adapter: Adapter | None = None  # while it lies in a slot
    used_at: int = 0
    retired: bool = False  # unloaded or replaced: leaves with its last user
    # Set while its slot is promised to somebody who waits: new requests wait until it is free.
    leaving: asyncio.Event | None = field(default=None, repr=False)

    def stay(self) -> None:
        """Let the new requests in that wait because it was to leave."""
        if self.leaving:
            self.leaving.set()
            self.leaving = None


class Slots:
    """A fixed number of slots, and who waits for one, first come, first served."""

    def __init__(self, most_tenants: int) -> None:
        self.free = list(reversed(range(most_tenants + 1)))
        self.tenants: list[Tenant] = []  # that lie in a slot
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._clock = count(1)

    async def take(self) -> int:
        """Return a slot that is nobody's; the least recently used idle tenant loses its own.

        When every tenant has users, one of them is asked to leave: it takes no new requests
        until its running ones have ended.
        """
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self.settle()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back(place.result())
            raise

    def give_back(self, slot: int) -> None:
        """Take back a slot that was not used after all."""
        self.free.append(slot)
        self.settle()

    def move_in(self, tenant: Tenant, adapter: Adapter) -> None:
        """Note that a tenant's weights lie in a slot that was taken for it."""
        tenant.adapter = adapter
        tenant.used_at = next(self._clock)
        self.tenants.append(tenant)
        self.settle()

    def enter(self, tenant: Tenant) -> None:
        """Note a user of a tenant."""
        tenant.users += 1
        tenant.used_at = next(self._clock)

    def leave(self, tenant: Tenant) -> None:
        """Note that a user has gone."""
        tenant.users -= 1
        self.settle()

    def settle(self) -> None:
        """Let those go who must, and serve those who wait."""
        for tenant in list(self.tenants):
            if not tenant.users and (tenant.retired or tenant.leaving):
                self._move_out(tenant)
        while self._waiting:
            if self._waiting[0].done():  # cancelled
                self._waiting.popleft()
            elif self.free:
                self._waiting.popleft().set_result(self.free.pop())
            elif not self._move_out_idle():
                self._ask_to_leave()
                return
        for tenant in self.tenants:  # nobody waits any more
            tenant.stay()
        if not self.free:
            self._move_out_idle()

    def _move_out_idle(self) -> bool:
        idle = [tenant for tenant in self.tenants if not tenant.users]
        if idle:
            self._move_out(min(idle, key=lambda tenant: tenant.used_at))
        return bool(idle)

    def _ask_to_leave(self) -> None:
        if not any(tenant.leaving or tenant.retired for tenant in self.tenants) and self.tenants:
            min(self.tenants, key=lambda tenant: tenant.used_at).leaving = asyncio.Event()

    def _move_out(self, tenant: Tenant) -> None:
        if tenant.adapter:
            self.free.append(tenant.adapter.slot)
        self.tenants.remove(tenant)
        tenant.adapter = None
        tenant.stay()
