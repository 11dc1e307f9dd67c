"""A channel of one server and its members, at whose desk a story is written in few words."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from engine.model.queue import QueueLimits, TurnQueue
from engine.runtime import DraftRegistry, Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Member, Story, Turn
from engine.voices import Voices
from engine.writing import (
    Alternatives,
    Draft,
    Undone,
    continue_story,
    offer_alternatives,
    read_story,
    redo,
    retry_turn,
    start_story,
    undo,
    write_turn,
)
from tests.fakes.scripted_model import ScriptedModel

GUILD = 900_000_000_000_000_001
ANN = Member(11, "Ann")
BO = Member(12, "Bo")
CY = Member(13, "Cy")
MO = Member(19, "Mo", is_moderator=True)

_numbers = count(1)


def new_id() -> int:
    """Return an id that no other has: of a channel, a message or an interaction."""
    return 700_000_000_000_000_000 + next(_numbers)


@asynccontextmanager
async def engine_over(
    database: Database, model: ScriptedModel, settings: EngineSettings, **fields: Any
) -> AsyncGenerator[Engine]:
    """Open an engine over a database that stays open: seeds and time are counted, waits short."""
    seeds, milliseconds = count(1), count(1_000)
    most = settings.waiting_in_all
    engine = Engine(
        settings=settings,
        database=database,
        model=model,
        queue=TurnQueue(settings.turns_at_once, QueueLimits(most, most, most, most)),
        drafts=DraftRegistry(),
        voices=Voices(database, model, settings.adapters_folder),
        clock=lambda: next(milliseconds),
        seeds=lambda: next(seeds),
        seconds_for_model=5.0,
        seconds_between_saves=0.01,
    )
    try:
        yield replace(engine, **fields)
    finally:
        await engine.drafts.close()


class Desk:
    """One channel. Everything not said is Ann's, without expectations, allowed in the channel."""

    def __init__(self, engine: Engine, channel_id: int | None = None) -> None:
        self.engine = engine
        self.channel_id = channel_id or new_id()
        self.where = {"guild_id": GUILD, "channel_id": self.channel_id}

    async def start(self, starter: Member = ANN, **fields: Any) -> Story:
        fields = {"title": "The Lamp", "channel_is_age_restricted": False} | fields
        return await start_story(
            self.engine, **self.where, starter=starter, interaction_id=new_id(), **fields
        )

    async def write(self, text: str, member: Member = ANN, **fields: Any) -> Turn:
        fields = {"interaction_id": new_id()} | fields
        return await write_turn(self.engine, **self.where, member=member, text=text, **fields)

    def drafting(self, member: Member = ANN, **fields: Any) -> AbstractAsyncContextManager[Draft]:
        fields = {"interaction_id": new_id(), "channel_is_age_restricted": False} | fields
        return continue_story(self.engine, **self.where, member=member, **fields)

    async def continue_(self, member: Member = ANN, **fields: Any) -> Turn:
        async with self.drafting(member, **fields) as draft:
            return await draft.finished()

    def retrying(
        self, turn: Turn, member: Member = ANN, **fields: Any
    ) -> AbstractAsyncContextManager[Draft]:
        fields = {"interaction_id": new_id(), "channel_is_age_restricted": False} | fields
        return retry_turn(self.engine, guild_id=GUILD, turn_id=turn.id, member=member, **fields)

    async def retry(self, turn: Turn, member: Member = ANN, **fields: Any) -> Turn:
        async with self.retrying(turn, member, **fields) as draft:
            return await draft.finished()

    def offering(
        self, member: Member = ANN, **fields: Any
    ) -> AbstractAsyncContextManager[Alternatives]:
        fields = {"interaction_id": new_id(), "channel_is_age_restricted": False} | fields
        return offer_alternatives(self.engine, **self.where, member=member, **fields)

    async def offer(self, member: Member = ANN) -> list[Turn]:
        async with self.offering(member) as alternatives:
            return [await draft.finished() for draft in alternatives.drafts]

    async def undo(self, member: Member = ANN, **fields: Any) -> Undone:
        fields = {"interaction_id": new_id()} | fields
        return await undo(self.engine, **self.where, member=member, **fields)

    async def redo(self, member: Member = ANN, **fields: Any) -> Turn:
        fields = {"interaction_id": new_id()} | fields
        return await redo(self.engine, **self.where, member=member, **fields)

    async def texts(self) -> list[str]:
        _, path = await read_story(self.engine, **self.where)
        return [turn.text for turn in path]
