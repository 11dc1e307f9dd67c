import asyncio
import contextlib

import pytest

from engine.errors import ModelUnavailable, QueueFull, QueueScope
from engine.model.queue import QueueLimits, Ticket, TurnQueue

ROOMY = QueueLimits(per_member=99, per_channel=99, per_server=99, in_all=99)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def take(
    queue: TurnQueue,
    *,
    member: int = 1,
    channel: int = 1,
    server: int = 1,
    is_background: bool = False,
) -> Ticket:
    if is_background:
        return queue.readmit(member_id=0, channel_id=channel, guild_id=server, is_background=True)
    return queue.reserve(member_id=member, channel_id=channel, guild_id=server)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def hold(ticket: Ticket, entered: list[Ticket], until: asyncio.Event) -> asyncio.Task[None]:
    async def run() -> None:
        async with ticket:
            entered.append(ticket)
            await until.wait()

    return asyncio.create_task(run())


async def turn_of(queue: TurnQueue, clock: Clock, seconds: float) -> None:
    async with take(queue):
        clock.now += seconds


async def test_turns_of_a_channel_start_in_the_order_in_which_they_came() -> None:
    queue = TurnQueue(2, ROOMY)
    tickets = [take(queue) for _ in range(6)]
    entered: list[Ticket] = []
    ends = [asyncio.Event() for _ in tickets]
    # Those who came later ask to enter earlier: the place counts, not the call.
    tasks = [hold(t, entered, e) for t, e in reversed(list(zip(tickets, ends, strict=True)))]
    await settle()
    assert set(entered) == set(tickets[:2])
    for end in ends:
        end.set()
        await settle()
    await asyncio.gather(*tasks)
    assert entered[2:] == tickets[2:]


async def test_a_server_with_many_turns_does_not_keep_the_others_waiting() -> None:
    queue = TurnQueue(1, ROOMY)
    running, *flood = [take(queue, server=1, channel=n % 2) for n in range(6)]
    other = take(queue, server=2)
    assert other.place == 1
    assert [t.place for t in flood] == [2, 3, 4, 5, 6]
    running.release()
    assert other.place == 0
    late = take(queue, server=3)
    assert late.place == 1  # flood has had its turn, and so has the other
    other.release()
    late.release()
    assert sorted(t.place for t in flood) == [0, 1, 2, 3, 4]


async def test_the_channels_of_a_server_take_turns() -> None:
    queue = TurnQueue(1, ROOMY)
    running, *busy = [take(queue, channel=1) for _ in range(4)]
    calm = take(queue, channel=2)
    assert calm.place == 1
    running.release()
    calm.release()
    assert [t.place for t in busy] == [0, 1, 2]


async def test_background_work_takes_no_place_from_members() -> None:
    queue = TurnQueue(1, QueueLimits(per_member=1, per_channel=1, per_server=1, in_all=1))
    facts = [take(queue, is_background=True) for _ in range(30)]
    turn = take(queue)
    assert facts[0].place == 0
    assert turn.place == 1
    with pytest.raises(QueueFull):
        take(queue)


async def test_background_work_waits_for_members_but_not_for_ever() -> None:
    queue = TurnQueue(1, ROOMY)
    running = take(queue)
    summary = take(queue, is_background=True)
    begun = 0
    while summary.place:
        waiting = take(queue, server=begun)
        assert waiting.place == 1 or summary.place == 1
        running.release()
        if summary.place:
            running = waiting
            begun += 1
    assert begun == 7


async def test_a_turn_that_waits_for_too_long_is_ended() -> None:
    queue = TurnQueue(1, ROOMY, most_seconds=0.05)
    running, waiting, last = (take(queue) for _ in range(3))
    async with running:
        with pytest.raises(ModelUnavailable):
            async with waiting:
                pass
        with pytest.raises(ModelUnavailable):
            await last.changed(1)
        assert take(queue).place == 1


async def test_a_waiter_is_told_of_each_new_place_until_it_runs() -> None:
    queue = TurnQueue(1, ROOMY)
    running, first, second = take(queue), take(queue), take(queue)
    assert [t.place for t in (running, first, second)] == [0, 1, 2]
    watcher = asyncio.create_task(second.changed(2))
    await settle()
    assert not watcher.done()
    first.release()
    assert await watcher == 1
    watcher = asyncio.create_task(second.changed(1))
    await settle()
    running.release()
    assert await watcher == 0
    assert await second.changed(0) == 0


async def test_who_asks_with_an_old_place_gets_the_new_one_at_once() -> None:
    queue = TurnQueue(1, ROOMY)
    running, waiting = take(queue), take(queue)
    running.release()
    assert await waiting.changed(1) == 0


async def test_a_cancelled_waiter_frees_its_place() -> None:
    queue = TurnQueue(1, ROOMY)
    running, leaving, last = take(queue), take(queue), take(queue)
    task = hold(leaving, [], asyncio.Event())
    await settle()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert last.place == 1
    running.release()
    assert last.place == 0


async def test_a_slot_given_to_a_turn_that_is_being_cancelled_goes_to_the_next() -> None:
    queue = TurnQueue(1, ROOMY)
    running, leaving, last = take(queue), take(queue), take(queue)
    entered: list[Ticket] = []
    task = hold(leaving, entered, asyncio.Event())
    await settle()
    running.release()  # the slot is given ...
    task.cancel()  # ... and before the waiter can wake, it is cancelled
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert entered == []
    async with asyncio.timeout(1), last:
        assert last.place == 0


async def test_a_turn_that_fails_frees_its_slot() -> None:
    queue = TurnQueue(1, ROOMY)
    running, waiting = take(queue), take(queue)
    with pytest.raises(ValueError, match="broke"):
        async with running:
            raise ValueError("broke")
    assert waiting.place == 0


async def test_releasing_twice_frees_one_slot_only() -> None:
    queue = TurnQueue(1, ROOMY)
    first, second, third = take(queue), take(queue), take(queue)
    async with first:
        first.release()
        assert second.place == 0
    first.release()
    assert third.place == 1


async def test_who_waits_for_a_ticket_that_is_given_up_is_told() -> None:
    queue = TurnQueue(1, ROOMY)
    take(queue)
    waiting = take(queue)
    entering = hold(waiting, [], asyncio.Event())
    watching = asyncio.create_task(waiting.changed(1))
    await settle()
    waiting.release()
    assert await watching == 0
    with pytest.raises(RuntimeError, match="one turn"):
        await entering


async def test_a_ticket_is_good_for_one_turn() -> None:
    ticket = take(TurnQueue(1, ROOMY))
    async with ticket:
        pass
    with pytest.raises(RuntimeError, match="one turn"):
        async with ticket:
            pass


LIMITS = QueueLimits(per_member=1, per_channel=2, per_server=3, in_all=4)


@pytest.mark.parametrize(
    ("taken", "asked", "scope", "waiting"),
    [
        ([(1, 1, 1)], (1, 9, 9), QueueScope.MEMBER, 1),
        ([(1, 1, 1), (2, 1, 1)], (3, 1, 1), QueueScope.CHANNEL, 2),
        ([(1, 1, 1), (2, 2, 1), (3, 3, 1)], (4, 4, 1), QueueScope.SERVER, 3),
        ([(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)], (5, 5, 5), QueueScope.ALL, 4),
    ],
)
@pytest.mark.parametrize("turns_at_once", [1, 4])
async def test_a_share_counts_waiting_and_running_turns(
    taken: list[tuple[int, int, int]],
    asked: tuple[int, int, int],
    scope: QueueScope,
    waiting: int,
    turns_at_once: int,
) -> None:
    queue = TurnQueue(turns_at_once, LIMITS)
    tickets = [take(queue, member=m, channel=c, server=s) for m, c, s in taken]
    with pytest.raises(QueueFull) as refusal:
        take(queue, member=asked[0], channel=asked[1], server=asked[2])
    assert refusal.value == QueueFull(scope=scope, waiting=waiting)
    tickets[0].release()
    take(queue, member=asked[0], channel=asked[1], server=asked[2])


async def test_the_wait_is_unknown_until_a_turn_was_measured() -> None:
    clock = Clock()
    queue = TurnQueue(1, ROOMY, clock=clock)
    running, waiting = take(queue), take(queue)
    assert waiting.expected_seconds() is None
    assert running.expected_seconds() == 0.0
    async with running:
        clock.now += 8
        assert waiting.expected_seconds() is None
    third = take(queue)
    assert third.expected_seconds() == 8.0
    clock.now += 3
    assert third.expected_seconds() == 5.0
    clock.now += 30  # the running turn is late: any moment now
    assert third.expected_seconds() == 0.0


async def test_the_expected_wait_follows_the_latest_turns() -> None:
    clock = Clock()
    queue = TurnQueue(1, ROOMY, clock=clock)
    await turn_of(queue, clock, 10)
    await turn_of(queue, clock, 20)
    take(queue)
    assert take(queue).expected_seconds() == pytest.approx(12)


async def test_the_expected_wait_counts_slots_that_free_up_side_by_side() -> None:
    clock = Clock()
    queue = TurnQueue(2, ROOMY, clock=clock)
    await turn_of(queue, clock, 10)
    take(queue)
    clock.now += 4
    take(queue)
    waits = [take(queue).expected_seconds() for _ in range(4)]
    assert waits == pytest.approx([6, 10, 16, 20])


async def test_turns_that_never_ran_are_not_measured() -> None:
    clock = Clock()
    queue = TurnQueue(1, ROOMY, clock=clock)
    running, waiting = take(queue), take(queue)
    clock.now += 50
    waiting.release()
    running.release()  # given a slot, but given up before it was entered
    take(queue)
    assert take(queue).expected_seconds() is None


async def test_a_hundred_turns_with_cancellations_all_end() -> None:
    limits = QueueLimits(per_member=100, per_channel=100, per_server=100, in_all=100)
    queue = TurnQueue(3, limits)
    done: list[int] = []

    async def turn(number: int) -> None:
        async with take(queue):
            await asyncio.sleep(0)
            done.append(number)

    tasks = [asyncio.create_task(turn(n)) for n in range(100)]
    await settle()
    for task in tasks[::3]:
        task.cancel()
    async with asyncio.timeout(5):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = [n for n, r in enumerate(results) if isinstance(r, asyncio.CancelledError)]
    assert sorted(done + cancelled) == list(range(100))
    assert done == sorted(done)
    assert take(queue).place == 0
