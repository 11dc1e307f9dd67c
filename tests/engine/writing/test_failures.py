"""What happens to a turn when the model breaks off, is away, or we have a bug."""

import asyncio

import pytest

from engine.errors import GenerationFailed, ModelUnavailable, ModelUnusable, PromptRefused
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Outcome, TurnState
from engine.writing import Waiting, Writing, stop_turn
from tests.fakes.desk import ANN, GUILD, Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import Breaks, ScriptedModel

AWAY = ModelUnavailable("gone")


async def started(engine: Engine) -> Desk:
    desk = Desk(engine)
    await desk.start()
    return desk


@pytest.mark.parametrize(
    "error", [GenerationFailed("out of memory"), PromptRefused(400, "too long")]
)
async def test_a_reply_that_breaks_off_keeps_its_text(
    database: Database, storage_settings: EngineSettings, error: Exception
) -> None:
    model = ScriptedModel([Breaks(error, "One two three four", pieces=2), "Fine."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            turn = await draft.finished()
        assert (turn.text, turn.outcome, turn.state) == (
            "One two",
            Outcome.FAILED,
            TurnState.WRITTEN,
        )
        assert draft.failure == error
        assert await desk.texts() == ["One two"]
        await desk.retry(turn)
        assert await desk.texts() == ["Fine."]


async def test_a_failure_before_the_first_word_takes_the_turn_out(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(PromptRefused(400, "wrong")), "Fine."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        human = await desk.write("The lamp was lit.")
        turn = await desk.continue_()
        assert (turn.text, turn.outcome) == ("", Outcome.FAILED)
        assert await desk.texts() == ["The lamp was lit."]
        again = await desk.retry(turn)
        assert (again.parent_id, again.text) == (human.id, "Fine.")


async def test_a_model_that_says_nothing_has_failed(
    database: Database, storage_settings: EngineSettings
) -> None:
    async with engine_over(database, ScriptedModel(["  \n"]), storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            assert (await draft.finished()).outcome is Outcome.FAILED
        assert isinstance(draft.failure, GenerationFailed)
        assert await desk.texts() == []


async def test_a_model_lost_in_mid_turn_is_asked_once_more_with_the_same_seed(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(AWAY, "One two three four", pieces=3), "One two. Three."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        turn = await desk.continue_()
    assert (turn.text, turn.outcome, turn.attempts) == ("One two. Three.", Outcome.COMPLETE, 1)
    first, second = model.requests
    assert first == second


async def test_a_model_lost_before_its_first_word_is_asked_again(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(AWAY), Breaks(AWAY), "One two. Three."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with asyncio.timeout(10):
            turn = await desk.continue_()
    assert (turn.text, turn.outcome) == ("One two. Three.", Outcome.COMPLETE)


async def test_the_second_break_is_the_end_and_the_longer_text_is_kept(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel(
        [Breaks(AWAY, "One two three four", pieces=3), Breaks(AWAY, "One two", pieces=1)]
    )
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            turn = await draft.finished()
        assert (turn.text, turn.outcome) == ("One two three", Outcome.FAILED)
        assert draft.failure == AWAY


async def test_a_text_that_is_written_again_is_never_taken_back_on_the_way(
    database: Database, storage_settings: EngineSettings, gate: Gate
) -> None:
    model = ScriptedModel(
        [Breaks(AWAY, "One two three four", pieces=3), "One two three four five."], sleep=gate
    )
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            texts = [progress.text async for progress in draft if isinstance(progress, Writing)]
    assert texts == sorted(texts, key=len)


async def test_a_text_stays_in_sight_while_the_model_is_away(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(AWAY, "One two three four", pieces=3), "One two. Three."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            shown = [type(progress) async for progress in draft]
    assert Writing in shown
    assert shown == sorted(shown, key=lambda kind: kind is Writing)


async def test_a_turn_waits_for_a_model_that_is_away(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel()
    model.down = AWAY
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            async for progress in draft:
                assert progress == Waiting(0, None)
                model.down = None
                break
            assert (await draft.finished()).outcome is Outcome.COMPLETE


async def test_a_model_that_stays_away_fails_the_turn(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel()
    model.down = AWAY
    async with engine_over(database, model, storage_settings, seconds_for_model=0.1) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            turn = await draft.finished()
        assert (turn.text, turn.outcome, draft.failure) == ("", Outcome.FAILED, AWAY)
        assert await desk.texts() == []


async def test_stop_works_while_the_model_is_away(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel()
    model.down = AWAY
    async with engine_over(database, model, storage_settings, seconds_for_model=60.0) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            async with asyncio.timeout(5):
                await stop_turn(engine, guild_id=GUILD, turn_id=draft.turn.id, member=ANN)
                assert (await draft.finished()).outcome is Outcome.STOPPED


async def test_a_context_too_small_for_any_story_fails_the_turn(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel(context_tokens=300)
    async with engine_over(database, model, storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            assert (await draft.finished()).outcome is Outcome.FAILED
        assert isinstance(draft.failure, ModelUnusable)


async def test_a_bug_closes_the_turn_and_frees_the_story(
    database: Database, storage_settings: EngineSettings
) -> None:
    def divide(request: object) -> str:
        return str(1 // 0)

    async with engine_over(database, ScriptedModel(divide), storage_settings) as engine:
        desk = await started(engine)
        async with desk.drafting() as draft:
            assert (await draft.finished()).outcome is Outcome.FAILED
        assert isinstance(draft.failure, ZeroDivisionError)
        await desk.write("We go on.")


async def test_a_failed_turn_frees_its_place_in_the_queue(
    database: Database, storage_settings: EngineSettings
) -> None:
    settings = storage_settings.model_copy(update={"turns_at_once": 1})
    model = ScriptedModel([Breaks(GenerationFailed("broke")), "Fine."])
    async with engine_over(database, model, settings) as engine:
        desk = await started(engine)
        await desk.continue_()
        assert (await desk.continue_()).text == "Fine."
