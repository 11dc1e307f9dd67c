"""A bot that ends in mid-turn, and the next one on the same database."""

import asyncio
from contextlib import suppress

import pytest

from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.storage.turns import begin_writing, save_partial
from engine.story import Outcome, Post, Turn, TurnState
from engine.writing import (
    Draft,
    Writing,
    list_posts,
    mark_posted,
    record_post,
    resume_turn,
    stop_turn,
    unfinished_turns,
)
from tests.fakes.desk import ANN, GUILD, Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel


async def crash(engine: Engine, draft: Draft) -> None:
    """End the task behind a draft as a kill would: nothing of it runs any more."""
    live = engine.drafts.find(draft.turn.id)
    assert live is not None
    assert live.task is not None
    live.task.cancel()
    await asyncio.wait([live.task])


async def left_behind(
    database: Database, settings: EngineSettings, channel_id: int, pieces: int
) -> Turn:
    """Leave a turn of which the model had written some pieces."""
    gate = Gate()
    gate.shut()
    async with engine_over(database, ScriptedModel(sleep=gate), settings) as engine:
        desk = Desk(engine, channel_id)
        await desk.start()
        with suppress(asyncio.CancelledError):
            async with desk.drafting(direction="rain") as draft:
                gate.let(pieces)
                async for progress in draft:
                    if pieces == 0 or isinstance(progress, Writing):
                        break
                await asyncio.sleep(0.1)  # ten times as long as between two saves
                await crash(engine, draft)
    return draft.turn


CHANNEL = 700


@pytest.mark.parametrize("pieces", [0, 3])
async def test_a_turn_left_behind_is_resumed_and_written_once(
    database: Database, storage_settings: EngineSettings, pieces: int
) -> None:
    left = await left_behind(database, storage_settings, CHANNEL, pieces)
    model = ScriptedModel()
    async with engine_over(database, model, storage_settings) as engine:
        ((story, turn),) = await unfinished_turns(engine)
        assert (turn.id, story.channel_id, turn.is_being_written) == (left.id, CHANNEL, True)
        async with resume_turn(engine, turn) as draft:
            written = await draft.finished()
        assert (written.outcome, written.attempts) == (Outcome.COMPLETE, 2)
        assert "rain" in model.requests[0].messages[-1].text
        assert await Desk(engine, CHANNEL).texts() == [written.text]
        assert [each.state for _, each in await unfinished_turns(engine)] == [TurnState.WRITTEN]
        await mark_posted(engine, guild_id=GUILD, turn_id=turn.id)
        assert await unfinished_turns(engine) == []


async def test_closing_the_engine_leaves_turns_unfinished(
    database: Database, storage_settings: EngineSettings, gate: Gate
) -> None:
    gate.shut()
    model = ScriptedModel(sleep=gate)
    async with engine_over(database, model, storage_settings) as engine:
        writing, waiting = Desk(engine), Desk(engine)
        for desk in (writing, waiting):
            await desk.start()
        with suppress(asyncio.CancelledError):
            async with writing.drafting() as first, waiting.drafting() as second:
                await engine.drafts.close()
                for draft in (first, second):
                    with pytest.raises(asyncio.CancelledError):
                        await draft.finished()
        assert model.running == 0
        left = [turn.id for _, turn in await unfinished_turns(engine)]
        assert left == [first.turn.id, second.turn.id]


async def test_a_turn_accepted_while_the_engine_closes_is_left_too(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> None:
    async with engine_over(database, model, storage_settings) as engine:
        desk = Desk(engine)
        await desk.start()
        await engine.drafts.close()
        with pytest.raises(asyncio.CancelledError):
            await desk.continue_()
        assert len(await unfinished_turns(engine)) == 1
        assert model.requests == []


async def test_a_turn_that_was_begun_three_times_is_closed_with_its_text(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> None:
    left = await left_behind(database, storage_settings, CHANNEL, 3)
    async with database.writing() as tx:
        for _ in range(2):
            await begin_writing(tx, guild_id=GUILD, turn_id=left.id)
        await save_partial(tx, guild_id=GUILD, turn_id=left.id, text="And then")
    async with engine_over(database, model, storage_settings) as engine:
        async with resume_turn(engine, left) as draft:
            turn = await draft.finished()
        assert (turn.text, turn.outcome, turn.attempts) == ("And then", Outcome.FAILED, 4)
        assert model.requests == []
        assert await Desk(engine, CHANNEL).texts() == ["And then"]


async def test_a_resumed_turn_stopped_at_once_keeps_the_text_of_before(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, gate: Gate
) -> None:
    left = await left_behind(database, storage_settings, CHANNEL, 3)
    gate.shut()
    async with engine_over(database, model, storage_settings) as engine:
        async with resume_turn(engine, left) as draft:
            await stop_turn(engine, guild_id=GUILD, turn_id=left.id, member=ANN)
        turn = await draft.finished()
    assert (turn.text, turn.outcome) == ("And then the", Outcome.STOPPED)


async def test_a_turn_can_be_stopped_before_it_is_resumed(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> None:
    left = await left_behind(database, storage_settings, CHANNEL, 3)
    async with engine_over(database, model, storage_settings) as engine:
        await stop_turn(engine, guild_id=GUILD, turn_id=left.id, member=ANN)
        async with resume_turn(engine, left) as draft:
            turn = await draft.finished()
        assert (turn.text, turn.outcome) == ("And then the", Outcome.STOPPED)
        assert [progress async for progress in draft] == []
        assert model.requests == []


async def test_a_turn_resumed_twice_is_written_once(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> None:
    left = await left_behind(database, storage_settings, CHANNEL, 0)
    async with (
        engine_over(database, model, storage_settings) as engine,
        resume_turn(engine, left) as first,
        resume_turn(engine, left) as second,
    ):
        assert await first.finished() == await second.finished()
    assert len(model.requests) == 1


async def test_resuming_asks_for_no_share_of_the_queue(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, gate: Gate
) -> None:
    left = [
        await left_behind(database, storage_settings, channel, 0) for channel in (701, 702, 703)
    ]
    settings = storage_settings.model_copy(update={"waiting_in_all": 1, "turns_at_once": 1})
    gate.shut()
    async with (
        engine_over(database, model, settings) as engine,
        resume_turn(engine, left[0]) as first,
        resume_turn(engine, left[1]) as second,
        resume_turn(engine, left[2]) as third,
    ):
        gate.open()
        outcomes = [(await draft.finished()).outcome for draft in (first, second, third)]
    assert outcomes == [Outcome.COMPLETE] * 3


async def test_a_human_turn_not_yet_shown_is_unfinished(desk: Desk) -> None:
    turn = await desk.write("Show me.")
    assert [each for _, each in await unfinished_turns(desk.engine)] == [turn]
    async with resume_turn(desk.engine, turn) as draft:
        assert await draft.finished() == turn


async def test_posts_are_kept_by_part(desk: Desk) -> None:
    turn = await desk.write("Show me.")
    posts = [Post(turn.id, part, desk.channel_id, 100 + part) for part in (1, 0)]
    for post in posts:
        await record_post(desk.engine, guild_id=GUILD, post=post)
    assert await list_posts(desk.engine, guild_id=GUILD, turn_id=turn.id) == posts[::-1]
