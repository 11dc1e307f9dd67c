"""The pace of edits, on a clock that only the test moves."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import discord
import pytest

from bot.pacing import Lane, Pacer

ROOM, HALL = 1, 2


class Clock:
    """Seconds that pass only while somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class Screen:
    """What was shown when. An edit takes `seconds` of the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seconds = 0.0
        self.shown: list[tuple[float, str]] = []

    def edit(self, text: str) -> Callable[[], Awaitable[None]]:
        async def show() -> None:
            self.shown.append((round(self.clock.now, 3), text))
            self.clock.now += self.seconds

        return show


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen(clock: Clock) -> Screen:
    return Screen(clock)


@pytest.fixture
def pacer(clock: Clock) -> Pacer:
    return Pacer(1.2, clock=clock, sleep=clock.sleep)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_edit_goes_at_once_and_the_next_one_after_the_interval(
    pacer: Pacer, screen: Screen
) -> None:
    async with pacer.lane(ROOM) as lane:
        lane.show(screen.edit("a"))
        await settle()
        lane.show(screen.edit("b"))
        await settle()
    assert screen.shown == [(0.0, "a"), (1.2, "b")]


async def test_states_in_between_are_never_shown(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as lane:
        for text in "abc":
            lane.show(screen.edit(text))
        await settle()
    assert screen.shown == [(0.0, "c")]


async def test_the_lanes_of_a_channel_share_its_pace_in_turn(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as one, pacer.lane(ROOM) as two:
        for round_number in range(2):
            one.show(screen.edit(f"one {round_number}"))
            two.show(screen.edit(f"two {round_number}"))
            await settle()
    assert screen.shown == [(0.0, "one 0"), (1.2, "two 0"), (2.4, "one 1"), (3.6, "two 1")]


async def test_a_busy_lane_does_not_keep_the_others_waiting(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as busy, pacer.lane(ROOM) as quiet:

        def again() -> None:
            async def show() -> None:
                await screen.edit("busy")()
                again()

            busy.show(show)

        again()
        quiet.show(screen.edit("quiet"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [text for _, text in screen.shown[:2]] == ["busy", "quiet"]


async def test_channels_have_a_pace_each(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as room, pacer.lane(HALL) as hall:
        room.show(screen.edit("room"))
        hall.show(screen.edit("hall"))
        await settle()
    assert screen.shown == [(0.0, "room"), (0.0, "hall")]


async def test_the_last_edit_goes_at_once_and_drops_what_waits(
    pacer: Pacer, screen: Screen
) -> None:
    async with pacer.lane(ROOM) as lane:
        lane.show(screen.edit("a"))
        await settle()
        lane.show(screen.edit("b"))
        await lane.finish(screen.edit("last"))
        await settle()
    assert screen.shown == [(0.0, "a"), (0.0, "last")]


async def test_a_last_edit_out_of_turn_keeps_the_fifth_edit_away_from_the_first(
    pacer: Pacer, screen: Screen
) -> None:
    async with pacer.lane(ROOM) as one, pacer.lane(ROOM) as two:
        await show_all(one, screen, "a")
        await two.finish(screen.edit("last"))
        await show_all(one, screen, "bcd")
    assert [start for start, _ in screen.shown] == [0.0, 0.0, 1.2, 2.4, 4.08]


async def test_the_pace_counts_from_the_beginning_of_an_edit(pacer: Pacer, screen: Screen) -> None:
    screen.seconds = 0.5
    async with pacer.lane(ROOM) as lane:
        await show_all(lane, screen, "ab")
    assert [start for start, _ in screen.shown] == [0.0, 1.2]


async def test_the_last_edit_waits_for_the_one_in_flight(pacer: Pacer, screen: Screen) -> None:
    answer = asyncio.Event()

    async def slow() -> None:
        await answer.wait()
        await screen.edit("in flight")()

    async with pacer.lane(ROOM) as lane:
        lane.show(slow)
        await settle()
        last = asyncio.create_task(lane.finish(screen.edit("last")))
        await settle()
        assert screen.shown == []
        answer.set()
        await last
    assert [text for _, text in screen.shown] == ["in flight", "last"]


async def test_nothing_comes_after_the_last_edit_also_where_the_one_in_flight_asks_for_more(
    pacer: Pacer, screen: Screen
) -> None:
    answer = asyncio.Event()
    async with pacer.lane(ROOM), pacer.lane(ROOM) as lane:

        async def slow() -> None:
            await answer.wait()
            lane.show(screen.edit("outdated"))

        lane.show(slow)
        await settle()
        last = asyncio.create_task(lane.finish(screen.edit("last")))
        await settle()
        answer.set()
        await last
        await settle()
    assert [text for _, text in screen.shown] == ["last"]


async def test_no_edit_starts_while_one_of_its_channel_is_in_flight(
    pacer: Pacer, screen: Screen
) -> None:
    answer = asyncio.Event()
    async with pacer.lane(ROOM) as one, pacer.lane(ROOM) as two:
        one.show(lambda: wait_for(answer))
        two.show(screen.edit("two"))
        await settle()
        assert screen.shown == []
        answer.set()
        await settle()
    assert [text for _, text in screen.shown] == ["two"]


async def wait_for(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_slow_answer_doubles_the_interval_and_quick_ones_bring_it_back(
    pacer: Pacer, screen: Screen
) -> None:
    async with pacer.lane(ROOM) as lane:
        screen.seconds = 2.1
        await show_all(lane, screen, "ab")
        screen.seconds = 0.0
        await show_all(lane, screen, "cde")
    starts = [start for start, _ in screen.shown]
    pauses = [round(b - a, 3) for a, b in pairwise(starts)]
    # 2.1 s of an answer and 2.4 s; then 2.1 s and 4.8 s; then the halves, down to 1.2 s
    assert pauses == [4.5, 6.9, 2.4, 1.2]


async def test_a_refusal_for_its_rate_doubles_the_interval(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as lane:
        lane.show(too_fast)
        await settle()
        lane.show(screen.edit("after"))
        await settle()
    assert screen.shown == [(2.4, "after")]


async def too_fast() -> None:
    raise discord.HTTPException(Answer(429), "too fast")  # type: ignore[arg-type]


class Answer:
    """As much of an HTTP response as discord.py's errors look at."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.reason = "as the test wants it"


async def test_a_failed_edit_does_not_stop_the_others(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as one, pacer.lane(ROOM) as two:
        one.show(broken)
        two.show(screen.edit("two"))
        await settle()
    assert [text for _, text in screen.shown] == ["two"]


async def broken() -> None:
    raise ValueError


async def test_the_last_edit_tells_who_asked_what_went_wrong(pacer: Pacer) -> None:
    async with pacer.lane(ROOM) as lane:
        with pytest.raises(discord.HTTPException):
            await lane.finish(too_fast)


async def test_an_edit_can_be_waited_for(pacer: Pacer, screen: Screen) -> None:
    async with pacer.lane(ROOM) as lane:
        await lane.make(screen.edit("a"))
        await lane.make(screen.edit("b"))
        await lane.make(broken)
    assert screen.shown == [(0.0, "a"), (1.2, "b")]


async def test_a_channel_without_lanes_has_no_task(pacer: Pacer, screen: Screen) -> None:
    before = len(asyncio.all_tasks())
    async with pacer.lane(ROOM) as lane:
        lane.show(screen.edit("a"))
    await settle()
    assert len(asyncio.all_tasks()) == before


async def show_all(lane: Lane, screen: Screen, texts: str) -> None:
    for text in texts:
        lane.show(screen.edit(text))
        await settle()
