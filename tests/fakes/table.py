"""A desk whose story is written in turns, and whose clock the test sets."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database, Transaction
from engine.story import Member, Turn
from engine.story.order import Mode, TurnRules
from engine.writing import (
    OrderState,
    agree_to_stand_in,
    find_due_turn,
    hand_over,
    join_story,
    leave_story,
    order_state,
    pass_turn,
    propose_candidate,
    remind_me,
    set_rules,
    skip_turn,
    write_due_turn,
)
from tests.fakes.desk import ANN, MO, Desk, engine_over, new_id
from tests.fakes.scripted_model import ScriptedModel

HOUR_MS = 3_600_000


class HandClock:
    """Milliseconds that pass one by one when they are read, and by hours when told."""

    def __init__(self) -> None:
        self.now_ms = 1_000

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms

    def pass_hours(self, hours: float) -> None:
        self.now_ms += int(hours * HOUR_MS)


@asynccontextmanager
async def table_over(
    database: Database, model: ScriptedModel, settings: EngineSettings
) -> AsyncGenerator["Table"]:
    """Open an engine with a clock that the test sets, and a desk over it."""
    clock = HandClock()
    async with engine_over(database, model, settings, clock=clock) as engine:
        yield Table(engine, clock)


class Table(Desk):
    """One channel and its turn rules. Everything not said is Ann's."""

    def __init__(self, engine: Engine, clock: HandClock, channel_id: int | None = None) -> None:
        super().__init__(engine, channel_id)
        self.clock = clock

    async def rules(self, mode: Mode, member: Member = ANN, **fields: Any) -> OrderState:
        return await set_rules(self.engine, **self.where, member=member, mode=mode, **fields)

    async def rules_of(self, rules: TurnRules, member: Member = MO) -> OrderState:
        return await self.rules(
            rules.mode,
            member,
            model_place=rules.model_place,
            every=rules.every,
            deadline_hours=rules.deadline_hours,
        )

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Look into the database."""
        return self.engine.database.reading()

    async def begin(self, mode: Mode, *members: Member, **fields: Any) -> OrderState:
        """Start a story with these rules, and let the members join."""
        await self.start()
        state = await self.rules(mode, **fields)
        for member in members:
            state = await self.join(member)
        return state

    async def join(self, member: Member) -> OrderState:
        return await join_story(self.engine, **self.where, member=member)

    async def leave(self, member: Member) -> OrderState:
        return await leave_story(self.engine, **self.where, member=member)

    async def agree(self, member: Member, *, agrees: bool = True) -> OrderState:
        return await agree_to_stand_in(self.engine, **self.where, member=member, agrees=agrees)

    async def remind(self, member: Member, *, wants: bool = True) -> OrderState:
        return await remind_me(self.engine, **self.where, member=member, wants=wants)

    async def skip(self, member: Member = ANN) -> OrderState:
        return await skip_turn(self.engine, **self.where, member=member, interaction_id=new_id())

    async def name(self, to: Member | None, member: Member = ANN) -> OrderState:
        return await pass_turn(
            self.engine,
            **self.where,
            member=member,
            to_member_id=to.id if to else None,
            interaction_id=new_id(),
        )

    async def hand_over(self, to: Member | None, member: Member = MO) -> OrderState:
        return await hand_over(
            self.engine,
            **self.where,
            member=member,
            to_member_id=to.id if to else None,
            interaction_id=new_id(),
        )

    async def propose(self, text: str, member: Member = ANN, **fields: Any) -> Turn:
        fields = {"interaction_id": new_id()} | fields
        return await propose_candidate(
            self.engine, **self.where, member=member, text=text, **fields
        )

    async def state(self, member: Member = ANN) -> OrderState:
        return await order_state(self.engine, **self.where, member_id=member.id)

    async def whose(self) -> str:
        """Return the name of who is to write, "the model", "name: " and who names, or ""."""
        awaited = (await self.state()).awaited
        if awaited.due is not None:
            return "the model"
        if awaited.naming is not None:
            return f"name: {awaited.naming.name}"
        return awaited.player.name if awaited.player else ""

    async def let_model_write(self) -> Turn:
        due = await find_due_turn(self.engine, **self.where)
        assert due is not None, "nothing is due"
        async with write_due_turn(
            self.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
        ) as draft:
            return await draft.finished()
