import asyncio

import pytest

from engine.errors import ModelUnavailable, StorageFailed
from engine.runtime import DraftRegistry, Ending, LiveDraft, Waiting, Writing, open_engine
from engine.settings import EngineSettings
from engine.story import Turn, TurnState
from engine.writing import resume_turn, unfinished_turns
from tests.fakes.desk import Desk
from tests.fakes.gate import Gate
from tests.fakes.nouns import turn_with
from tests.fakes.scripted_model import ScriptedModel

TURN = turn_with(1, "One.")


async def test_a_turn_survives_the_end_of_the_engine_and_is_resumed_by_the_next(
    storage_settings: EngineSettings,
) -> None:
    gate = Gate()
    gate.shut()
    slow = ScriptedModel(sleep=gate)

    async def write_in_the_background(desk: Desk) -> None:
        async with desk.drafting():
            writing.set()

    writing = asyncio.Event()
    async with open_engine(storage_settings, model=slow) as engine:
        desk = Desk(engine)
        await desk.start()
        showing = asyncio.create_task(write_in_the_background(desk))
        await writing.wait()
    await asyncio.wait([showing])
    assert showing.cancelled()
    assert (slow.closed, slow.running) == (True, 0)

    async with open_engine(storage_settings, model=ScriptedModel()) as engine:
        ((story, turn),) = await unfinished_turns(engine)
        assert story.channel_id == desk.channel_id
        async with resume_turn(engine, turn) as draft:
            written = await draft.finished()
        assert written.state is TurnState.WRITTEN
        assert await Desk(engine, desk.channel_id).texts() == [written.text]


async def test_one_process_has_the_database(storage_settings: EngineSettings) -> None:
    async with open_engine(storage_settings, model=ScriptedModel()):
        with pytest.raises(StorageFailed):
            async with open_engine(storage_settings, model=ScriptedModel()):
                pass


async def test_the_settings_of_the_queue_count(sqlite_settings: EngineSettings) -> None:
    settings = sqlite_settings.model_copy(update={"turns_at_once": 1})
    gate = Gate()
    gate.shut()
    model = ScriptedModel(sleep=gate)
    async with open_engine(settings, model=model) as engine:
        first, second = Desk(engine), Desk(engine)
        for desk in (first, second):
            await desk.start()
        async with first.drafting(), second.drafting() as waiting:
            assert await anext(aiter(waiting)) == Waiting(1, None)
            gate.open()


async def test_a_server_elsewhere_is_not_started_by_us(sqlite_settings: EngineSettings) -> None:
    settings = sqlite_settings.model_copy(update={"model_url": "http://127.0.0.1:9"})
    async with open_engine(settings) as engine:
        assert engine.server is None
        with pytest.raises(ModelUnavailable):
            await engine.model.info()


async def until_ended(live: LiveDraft) -> Turn:
    await live.ending
    return TURN


async def test_a_live_draft_shows_the_newest_progress_to_each_reader() -> None:
    registry = DraftRegistry()
    live = registry.begin(1, until_ended)
    first, second = live.progress(), live.progress()
    live.show(Writing("a"))
    assert await anext(first) == Writing("a")
    live.show(Writing("ab"))
    live.show(Writing("ab"))
    assert await anext(first) == Writing("ab")
    assert await anext(second) == Writing("ab")
    live.end(Ending.STOP)
    assert [progress async for progress in first] == []
    assert await live.finished() == TURN


async def test_a_draft_is_found_as_long_as_it_is_written() -> None:
    registry = DraftRegistry()
    live = registry.begin(1, until_ended)
    assert registry.find(1) is live
    with pytest.raises(RuntimeError):
        registry.begin(1, until_ended)
    live.end(Ending.STOP)
    await live.finished()
    assert registry.find(1) is None


async def test_the_first_wish_to_end_counts() -> None:
    registry = DraftRegistry()
    live = registry.begin(1, until_ended)
    live.end(Ending.STOP)
    live.end(Ending.ABANDON)
    await live.finished()
    assert live.ending.result() is Ending.STOP


async def test_who_stops_waiting_for_a_draft_does_not_stop_the_draft() -> None:
    registry = DraftRegistry()
    live = registry.begin(1, until_ended)
    waiting = asyncio.create_task(live.finished())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    live.end(Ending.STOP)
    assert await live.finished() == TURN


async def test_a_draft_that_breaks_tells_whoever_waits_and_is_forgotten() -> None:
    async def break_off(live: LiveDraft) -> Turn:
        raise StorageFailed("disk full")

    registry = DraftRegistry()
    live = registry.begin(1, break_off)
    assert [progress async for progress in live.progress()] == []
    with pytest.raises(StorageFailed):
        await live.finished()
    assert registry.find(1) is None
