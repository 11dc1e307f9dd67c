"""Who keeps a slot, who gives way, and who comes first."""

import asyncio

from engine.serving.adapters.slots import Slots, Tenant
from engine.serving.loop.row import Adapter


async def housed(slots: Slots, name: str, users: int = 0) -> Tenant:
    """Return a tenant that has been given a slot."""
    tenant = Tenant(name, users)
    slots.move_in(tenant, Adapter(name, 0, await slots.take(), 1))
    return tenant


def residents(slots: Slots) -> str:
    """Return who lies in a slot."""
    return "".join(sorted(tenant.name for tenant in slots.tenants))


async def settled() -> None:
    """Let everybody run who can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_least_recently_used_gives_way_and_one_slot_stays_free() -> None:
    slots = Slots(2)
    a, b = await housed(slots, "a"), await housed(slots, "b")
    assert residents(slots) == "ab"
    assert len(slots.free) == 1
    slots.enter(a)
    slots.leave(a)
    await housed(slots, "c")
    assert residents(slots) == "ac"
    assert b.adapter is None
    assert len(slots.free) == 1


async def test_who_is_in_use_is_never_moved_out() -> None:
    slots = Slots(2)
    a, b = await housed(slots, "a", users=1), await housed(slots, "b", users=1)
    c = await housed(slots, "c", users=1)  # in the slot that was kept free
    waiting = asyncio.create_task(slots.take())
    await settled()
    assert not waiting.done()
    assert residents(slots) == "abc"
    slots.leave(b)
    slots.leave(c)
    await waiting
    assert a.adapter


async def test_those_who_wait_are_served_in_their_order_however_busy_the_others_are() -> None:
    slots = Slots(1)
    first, second = await housed(slots, "a", users=1), await housed(slots, "b", users=1)
    waiting = [asyncio.create_task(slots.take()) for _ in range(2)]
    await settled()
    assert first.leaving  # it takes no new requests
    assert not second.leaving
    slots.leave(first)
    await settled()
    assert [task.done() for task in waiting] == [True, False]
    assert second.leaving
    slots.leave(second)
    await settled()
    assert [task.done() for task in waiting] == [True, True]


async def test_who_was_asked_to_leave_may_stay_when_nobody_waits_any_more() -> None:
    slots = Slots(1)
    a, b = await housed(slots, "a", users=1), await housed(slots, "b", users=1)
    waiting = asyncio.create_task(slots.take())
    await settled()
    assert a.leaving
    entering = asyncio.create_task(a.leaving.wait())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    slots.settle()
    assert a.leaving is None
    await entering
    slots.leave(a)
    slots.leave(b)
    assert residents(slots) == "b"
    assert len(slots.free) == 1


async def test_a_slot_given_to_somebody_who_went_away_is_not_lost() -> None:
    slots = Slots(1)
    taken = [await slots.take() for _ in range(2)]
    waiting = asyncio.create_task(slots.take())
    await settled()
    slots.give_back(taken[0])  # promised to who waits, who goes before hearing of it
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert slots.free == taken[:1]


async def test_who_is_retired_leaves_with_the_last_user() -> None:
    slots = Slots(2)
    a = await housed(slots, "a")
    slots.enter(a)
    slots.enter(a)
    a.retired = True
    slots.leave(a)
    assert residents(slots) == "a"
    slots.leave(a)
    assert residents(slots) == ""
    assert len(slots.free) == 3
