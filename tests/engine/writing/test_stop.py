import pytest

from engine.errors import NotAllowed, StoryMovedOn, TurnNotFound
from engine.model.queue import QueueLimits, TurnQueue
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Member, Outcome, Turn, TurnState
from engine.writing import Draft, Waiting, Writing, stop_turn
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel


async def stop(desk: Desk, turn: Turn, member: Member = ANN) -> None:
    await stop_turn(desk.engine, guild_id=GUILD, turn_id=turn.id, member=member)


async def until_written(draft: Draft, text: str) -> None:
    async for progress in draft:
        if progress == Writing(text):
            return


async def test_stop_keeps_the_text_so_far(desk: Desk, gate: Gate, model: ScriptedModel) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        gate.let(2)
        await until_written(draft, "And then")
        await stop(desk, draft.turn)
        turn = await draft.finished()
    assert (turn.text, turn.outcome, turn.state) == (
        "And then",
        Outcome.STOPPED,
        TurnState.WRITTEN,
    )
    assert turn.provenance is not None
    assert await desk.texts() == ["And then"]
    assert (model.cancelled, model.running) == (1, 0)
    assert draft.failure is None


async def test_stop_before_the_first_word_takes_the_turn_out(desk: Desk, gate: Gate) -> None:
    human = await desk.write("The lamp was lit.")
    gate.shut()
    async with desk.drafting() as draft:
        await stop(desk, draft.turn)
        turn = await draft.finished()
    assert (turn.text, turn.outcome) == ("", Outcome.STOPPED)
    assert await desk.texts() == ["The lamp was lit."]
    gate.open()
    following = await desk.continue_()
    assert following.parent_id == human.id


async def test_stop_works_in_the_queue(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, gate: Gate
) -> None:
    queue = TurnQueue(1, QueueLimits(9, 9, 9, 9))
    async with engine_over(database, model, storage_settings, queue=queue) as engine:
        first, second, third = (Desk(engine) for _ in range(3))
        for desk in (first, second, third):
            await desk.start()
        gate.shut()
        async with first.drafting(), second.drafting() as waiting, third.drafting() as last:
            places = aiter(last)
            assert await anext(places) == Waiting(2, None)
            await stop(second, waiting.turn)
            assert (await waiting.finished()).outcome is Outcome.STOPPED
            assert await anext(places) == Waiting(1, None)
            gate.open()
        assert len(model.requests) == 2
        assert await second.texts() == []


async def test_a_stopped_retry_without_a_word_gives_the_old_turn_back(
    desk: Desk, gate: Gate
) -> None:
    old = await desk.continue_()
    gate.shut()
    async with desk.retrying(old) as draft:
        await stop(desk, draft.turn)
    assert await desk.texts() == [old.text]


async def test_a_turn_that_ended_without_a_word_can_be_retried(desk: Desk, gate: Gate) -> None:
    old = await desk.continue_()
    gate.shut()
    async with desk.retrying(old) as draft:
        await stop(desk, draft.turn)
    async with desk.drafting(direction="rain") as draft:
        await stop(desk, draft.turn)
    gate.open()
    turn = await desk.retry(draft.turn)
    assert (turn.parent_id, turn.direction) == (old.id, "rain")
    assert await desk.texts() == [old.text, turn.text]


async def test_a_wordless_turn_is_not_retried_where_it_never_stood(desk: Desk, gate: Gate) -> None:
    first = await desk.write("One.")
    await desk.write("Two.")
    gate.shut()
    async with desk.drafting() as draft:
        await stop(desk, draft.turn)
    gate.open()
    await desk.undo()
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.retry(draft.turn)
    assert refusal.value.head_turn_id == first.id


async def test_a_stopped_turn_can_be_retried_and_undone(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        gate.let(1)
        await until_written(draft, "And")
        await stop(desk, draft.turn)
    gate.open()
    again = await desk.retry(draft.turn)
    assert await desk.texts() == [again.text]
    await desk.undo()
    assert await desk.texts() == []


async def test_who_may_stop(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting(BO) as draft:
        with pytest.raises(NotAllowed):
            await stop(desk, draft.turn, CY)
        with pytest.raises(TurnNotFound):
            await stop_turn(desk.engine, guild_id=GUILD + 1, turn_id=draft.turn.id, member=MO)
        await stop(desk, draft.turn, MO)
        await stop(desk, draft.turn, BO)
    assert (await draft.finished()).outcome is Outcome.STOPPED


async def test_stop_after_the_end_changes_nothing(desk: Desk) -> None:
    turn = await desk.continue_()
    await stop(desk, turn)
    assert await desk.texts() == [turn.text]
