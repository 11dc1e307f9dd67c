"""Any sequence of reserve, enter, leave, release and cancel keeps the queue's promises."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
)

from engine.errors import QueueFull, QueueScope
from engine.model.queue import QueueLimits, Ticket, TurnQueue

AT_ONCE = 2
LIMITS = QueueLimits(per_member=3, per_channel=4, per_server=6, in_all=9)
IDS = st.integers(min_value=1, max_value=3)


@dataclass(eq=False)
class Visitor:
    """What the machine knows of a ticket by itself."""

    ticket: Ticket
    who: tuple[int, int, int]
    end: asyncio.Event
    task: asyncio.Task[None] | None = None
    inside: bool = False


class QueueMachine(RuleBasedStateMachine):
    """Those who hold a place, in order of arrival."""

    visitors = Bundle("visitors")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.queue = TurnQueue(AT_ONCE, LIMITS)
        self.line: list[Visitor] = []
        self.places: dict[Visitor, int] = {}  # as they were before
        self.somebody_came = False

    def teardown(self) -> None:
        for visitor in list(self.line):
            self.cancel(visitor) if visitor.task else self.release(visitor)
        assert self.line == []
        self.loop.close()

    def settle(self) -> None:
        async def rounds() -> None:
            for _ in range(5):
                await asyncio.sleep(0)

        self.loop.run_until_complete(rounds())

    @rule(target=visitors, member=IDS, channel=IDS, server=IDS)
    def reserve(self, member: int, channel: int, server: int) -> Visitor | None:
        who = (member, channel, server)
        shares = [sum(v.who[i] == who[i] for v in self.line) for i in range(3)] + [len(self.line)]
        most = [LIMITS.per_member, LIMITS.per_channel, LIMITS.per_server, LIMITS.in_all]
        full = [
            QueueFull(scope=scope, waiting=share)
            for scope, share, limit in zip(QueueScope, shares, most, strict=True)
            if share >= limit
        ]
        if full:
            with pytest.raises(QueueFull) as refusal:
                self.queue.reserve(member_id=member, channel_id=channel, guild_id=server)
            assert refusal.value == full[0]
            return None
        ticket = self.queue.reserve(member_id=member, channel_id=channel, guild_id=server)
        visitor = Visitor(ticket, who, asyncio.Event())
        self.somebody_came = True
        self.line.append(visitor)
        return visitor

    @rule(visitor=visitors)
    def enter(self, visitor: Visitor | None) -> None:
        if visitor not in self.line or visitor.task:
            return

        async def run() -> None:
            async with visitor.ticket:
                visitor.inside = True
                await visitor.end.wait()

        visitor.task = self.loop.create_task(run())
        self.settle()

    @rule(visitor=consumes(visitors))
    def leave(self, visitor: Visitor | None) -> None:
        if visitor in self.line and visitor.inside:
            visitor.end.set()
            self.line.remove(visitor)
            self.settle()
            assert visitor.task is not None
            assert visitor.task.done()

    @rule(visitor=visitors)
    def cancel(self, visitor: Visitor | None) -> None:
        if visitor in self.line and visitor.task:
            visitor.task.cancel()
            self.line.remove(visitor)
            self.settle()
            assert visitor.task.cancelled()

    @rule(visitor=visitors)
    def release(self, visitor: Visitor | None) -> None:
        if visitor is not None and not visitor.task:
            visitor.ticket.release()  # perhaps not for the first time
            if visitor in self.line:
                self.line.remove(visitor)
            self.settle()

    @rule(ender=visitors, leaver=visitors)
    def cancel_in_the_moment_of_the_slot(
        self, ender: Visitor | None, leaver: Visitor | None
    ) -> None:
        """A running turn ends and a waiting one is cancelled before it can wake."""
        if ender in self.line and ender.inside and leaver in self.line and leaver.task:
            ender.end.set()
            ender.ticket.release()
            leaver.task.cancel()
            self.line = [v for v in self.line if v not in (ender, leaver)]
            self.settle()

    @invariant()
    def each_slot_is_used_and_each_place_is_taken_once(self) -> None:
        places = sorted(v.ticket.place for v in self.line)
        assert places == sorted(max(0, n - AT_ONCE + 1) for n in range(len(self.line)))

    @invariant()
    def within_a_channel_arrival_decides(self) -> None:
        for channel in {v.who[1:] for v in self.line}:
            places = [v.ticket.place for v in self.line if v.who[1:] == channel]
            assert places == sorted(places)

    @invariant()
    def a_place_gets_worse_only_when_somebody_comes(self) -> None:
        now = {visitor: visitor.ticket.place for visitor in self.line}
        if not self.somebody_came:
            assert all(place <= self.places.get(v, place) for v, place in now.items())
        self.places, self.somebody_came = now, False

    @invariant()
    def a_server_with_nothing_running_goes_before_one_that_has_something(self) -> None:
        running = {v.who[2] for v in self.line if v.ticket.place == 0}
        waiting = [v for v in self.line if v.ticket.place]
        without = [v.ticket.place for v in waiting if v.who[2] not in running]
        first = min((v.ticket.place for v in waiting if v.who[2] in running), default=99)
        assert not without or min(without) < first

    @invariant()
    def whoever_has_a_slot_and_asked_to_enter_is_inside(self) -> None:
        for visitor in self.line:
            has_slot = visitor.ticket.place == 0
            assert visitor.inside == (has_slot and visitor.task is not None)


TestQueueStates = QueueMachine.TestCase
TestQueueStates.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
