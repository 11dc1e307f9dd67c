"""A draft while it waits and while it is written."""

import asyncio

from engine.model.queue import QueueLimits, TurnQueue
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.storage.turns import find_turn
from engine.story import Turn
from engine.writing import Draft, Waiting, Writing
from tests.fakes.desk import BO, CY, GUILD, Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel


async def row(engine: Engine, turn: Turn) -> Turn:
    async with engine.database.reading() as tx:
        found = await find_turn(tx, guild_id=GUILD, turn_id=turn.id)
    assert found is not None
    return found


async def until_text(draft: Draft, text: str) -> None:
    """Read the draft until it shows `text`."""
    async for progress in draft:
        if progress == Writing(text):
            return
    raise AssertionError(f"the draft ended before it showed {text!r}")


async def test_a_draft_shows_the_text_as_it_grows(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        gate.let(1)
        await until_text(draft, "And")
        gate.let(2)
        await until_text(draft, "And then the")
        gate.open()
        shown = [progress async for progress in draft]
        assert all(isinstance(progress, Writing) for progress in shown)
    assert (await draft.finished()).text.startswith("And then the lantern")


async def test_a_slow_reader_sees_the_newest_text_only(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        progress = aiter(draft)
        gate.let(1)
        assert await anext(progress) in {Waiting(0, None), Writing("And")}
        gate.let(3)
        await until_text(draft, "And then the lantern")  # another reader keeps the pace
        assert await anext(progress) == Writing("And then the lantern")
        gate.open()


async def test_every_reader_of_a_draft_sees_its_end(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:

        async def read_all() -> int:
            return len([progress async for progress in draft])

        readers = asyncio.gather(*(read_all() for _ in range(3)))
        gate.let(1)
        await until_text(draft, "And")
        gate.open()
        assert min(await readers) >= 1
    assert [progress async for progress in draft] == []


async def test_a_waiting_draft_shows_its_place_and_when_it_moves(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, gate: Gate
) -> None:
    seconds = 0.0
    queue = TurnQueue(1, QueueLimits(9, 9, 9, 9), clock=lambda: seconds)
    async with engine_over(database, model, storage_settings, queue=queue) as engine:
        desks = [Desk(engine) for _ in range(3)]
        for desk in desks:
            await desk.start()
        warm_up = Desk(engine)
        await warm_up.start()
        gate.shut()
        async with warm_up.drafting():
            seconds = 8.0
            gate.open()
        gate.shut()
        async with (
            desks[0].drafting() as first,
            desks[1].drafting(BO) as second,
            desks[2].drafting(CY) as third,
        ):
            progress = aiter(third)
            assert await anext(progress) == Waiting(2, 16.0)
            seconds += 8.0
            gate.let(13)
            await first.finished()
            assert await anext(progress) == Waiting(1, 8.0)
            gate.let(13)
            await second.finished()
            assert await anext(progress) == Waiting(0, None)
            gate.open()
    assert model.most_at_once == 1


async def test_the_text_so_far_is_kept_in_the_row(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        gate.let(2)
        await until_text(draft, "And then")
        while (await row(desk.engine, draft.turn)).text != "And then":
            await asyncio.sleep(0.01)
        gate.open()


async def test_counts_of_tokens_are_asked_for_once(desk: Desk, model: ScriptedModel) -> None:
    first = await desk.write("The lamp was lit.")
    await desk.continue_()
    counted = await row(desk.engine, first)
    assert (counted.tokens, counted.tokenizer) == (6, "bytes-by-three")
    asked: list[str] = []
    count_tokens = model.count_tokens

    async def note_and_count(texts: list[str]) -> list[int]:
        asked.extend(texts)
        return await count_tokens(texts)

    model.count_tokens = note_and_count  # type: ignore[method-assign, assignment]
    await desk.continue_()
    assert "The lamp was lit." not in asked[:-10]
    assert asked.count("The lamp was lit.") == 0
