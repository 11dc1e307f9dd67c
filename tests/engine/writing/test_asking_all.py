"""Several replies for one member, in one place of the queue."""

import asyncio
from collections.abc import Sequence

import pytest

from engine.errors import GenerationFailed, ModelUnavailable, PromptRefused, QueueFull
from engine.model.request import Message, ModelRequest
from engine.runtime import Engine, Progress, Waiting
from engine.settings import EngineSettings
from engine.storage import Database
from engine.writing.asking_all import Answering, Reply, ask_all
from tests.fakes.desk import ANN, BO, GUILD, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import Breaks, ScriptedModel

CHANNEL = new_id()


@pytest.fixture
def storage_settings(sqlite_settings: EngineSettings) -> EngineSettings:
    """Nothing here is stored: one engine is enough."""
    return sqlite_settings


def requests(count: int, most_tokens: int = 50) -> list[ModelRequest]:
    message = Message("user", "Tell me a premise.")
    return [ModelRequest((message,), most_tokens, seed) for seed in range(count)]


async def ask(engine: Engine, count: int = 3, **options: object) -> list[Reply | None]:
    fields = {"guild_id": GUILD, "channel_id": CHANNEL, "member": ANN, **options}
    return await ask_all(engine, requests(count), **fields)  # type: ignore[arg-type]


async def eventually() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


async def test_all_are_asked_at_once_and_answered_in_their_order(
    engine: Engine, model: ScriptedModel
) -> None:
    replies = await ask(engine, 5)
    assert model.most_at_once == 5
    texts = [reply.text for reply in replies if reply]
    assert [f"room {seed} " in text for seed, text in enumerate(texts)] == [True] * 5


async def test_each_complete_reply_is_shown(engine: Engine) -> None:
    shown: list[Progress | Answering] = []
    await ask(engine, 3, show=shown.append)
    assert [each for each in shown if isinstance(each, Answering)] == [
        Answering(done, 3) for done in range(4)
    ]


async def test_a_reply_that_was_cut_is_told_from_a_whole_one(engine: Engine) -> None:
    cut = await ask_all(
        engine, requests(1, most_tokens=4), guild_id=GUILD, channel_id=CHANNEL, member=ANN
    )
    assert cut == [Reply("And then the lantern", is_whole=False, reply_tokens=4)]
    (whole,) = await ask(engine, 1)
    assert whole is not None
    assert whole.is_whole


async def open_with(
    replies: Sequence[str | Breaks], database: Database, settings: EngineSettings
) -> tuple[list[Reply | None], ScriptedModel]:
    model = ScriptedModel(replies)
    async with engine_over(database, model, settings) as engine:
        return await ask(engine, len(replies)), model


async def test_thoughts_are_no_part_of_a_reply(
    database: Database, storage_settings: EngineSettings
) -> None:
    replies, _ = await open_with(
        ["<think>Hm, ships?</think>A ship waits."], database, storage_settings
    )
    assert [reply.text for reply in replies if reply] == ["A ship waits."]


async def test_one_reply_that_breaks_off_takes_no_other_with_it(
    database: Database, storage_settings: EngineSettings
) -> None:
    broken = Breaks(GenerationFailed("cut"), "A ship waits for its", 2)
    replies, _ = await open_with(["One.", broken, "Three."], database, storage_settings)
    assert [reply and reply.text for reply in replies] == ["One.", None, "Three."]


async def test_it_fails_when_every_reply_breaks_off(
    database: Database, storage_settings: EngineSettings
) -> None:
    broken = Breaks(GenerationFailed("cut"), "A ship", 1)
    with pytest.raises(GenerationFailed):
        await open_with([broken, broken], database, storage_settings)


async def test_a_refusal_of_one_ends_the_others(
    database: Database, storage_settings: EngineSettings
) -> None:
    refused = Breaks(PromptRefused(400, "HTTP 400: too_long"))
    model = ScriptedModel(["One. " * 40, refused], seconds_per_piece=0.01)
    async with engine_over(database, model, storage_settings) as engine:
        with pytest.raises(PromptRefused):
            await ask(engine, 2)
        assert model.cancelled == 1
        assert model.running == 0
        assert await ask(engine, 0) == []  # the place in the queue is free again


async def test_a_model_that_comes_back_is_waited_for(engine: Engine, model: ScriptedModel) -> None:
    model.down = ModelUnavailable("loading")
    asking = asyncio.create_task(ask(engine, 2))
    await asyncio.sleep(0.1)
    assert not asking.done()
    model.down = None
    assert all(await asking)


async def test_a_model_that_stays_away_ends_the_wait(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel()
    model.down = ModelUnavailable("loading")
    async with engine_over(database, model, storage_settings, seconds_for_model=0.3) as engine:
        with pytest.raises(ModelUnavailable):
            await ask(engine, 2)


async def test_all_wait_in_one_place_of_the_queue(
    database: Database, storage_settings: EngineSettings, gate: Gate
) -> None:
    settings = storage_settings.model_copy(update={"turns_at_once": 1})
    model = ScriptedModel(sleep=gate)
    async with engine_over(database, model, settings) as engine:
        gate.shut()
        first = asyncio.create_task(ask(engine, 3))
        await eventually()
        shown: list[Progress | Answering] = []
        second = asyncio.create_task(
            ask(engine, 2, member=BO, channel_id=new_id(), show=shown.append)
        )
        await eventually()
        assert model.running == 3
        assert [each.place for each in shown if isinstance(each, Waiting)] == [1]
        gate.open()
        assert len(await first) == 3
        assert len(await second) == 2
        assert model.most_at_once == 3


async def test_a_full_queue_is_said_before_anything_is_asked(
    database: Database, storage_settings: EngineSettings, gate: Gate
) -> None:
    settings = storage_settings.model_copy(update={"turns_at_once": 1, "waiting_in_all": 1})
    model = ScriptedModel(sleep=gate)
    async with engine_over(database, model, settings) as engine:
        gate.shut()
        first = asyncio.create_task(ask(engine, 1))
        await eventually()
        with pytest.raises(QueueFull):
            await ask(engine, 1, member=BO, channel_id=new_id())
        assert len(model.requests) == 1
        gate.open()
        await first


async def test_cancelling_cancels_every_request(
    engine: Engine, model: ScriptedModel, gate: Gate
) -> None:
    gate.shut()
    asking = asyncio.create_task(ask(engine, 4))
    await eventually()
    assert model.running == 4
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (model.running, model.cancelled) == (0, 4)


async def test_the_voice_is_asked_for_last_and_anew_when_its_adapter_is_gone(
    database: Database, storage_settings: EngineSettings
) -> None:
    gone = Breaks(PromptRefused(404, "no such model"))
    model = ScriptedModel([gone, "The lantern went out."])
    named: list[str] = []

    async def voice() -> str | None:
        named.append(f"voice-{len(named)}")
        return named[-1]

    async with engine_over(database, model, storage_settings) as engine:
        (reply,) = await ask(engine, 1, voice=voice)
    assert reply is not None
    assert reply.adapter == "voice-1"
    assert [request.adapter for request in model.requests] == ["voice-0", "voice-1"]


async def test_a_request_for_an_adapter_of_its_own_is_refused_when_it_is_gone(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(PromptRefused(404, "no such model"))])
    async with engine_over(database, model, storage_settings) as engine:
        with pytest.raises(PromptRefused):
            await ask(engine, 1)
