"""What transactions promise, on either engine."""

import asyncio
import random

import pytest
from sqlalchemy.pool import QueuePool

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import Database, open_database, turns
from tests.engine.storage.samples import add_story, add_turn


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StorageFailed):
        async with database.reading() as tx:
            await add_story(tx)


async def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
    async with database.reading() as reader:
        assert await turns.list_unfinished(reader) == []
        async with database.writing() as tx:
            added = await add_turn(tx, story)
        assert await turns.list_unfinished(reader) == []
    async with database.reading() as reader:
        assert await turns.list_unfinished(reader) == [added]


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)

    async def fail() -> None:
        async with database.writing() as tx:
            await add_turn(tx, story)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.reading() as tx:
        assert await turns.list_unfinished(tx) == []


async def test_a_cancelled_writer_leaves_nothing_and_lets_the_next_one_in(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)

    async def write(*, begun: asyncio.Event) -> None:
        async with database.writing() as tx:
            await add_turn(tx, story)
            begun.set()
            await asyncio.sleep(60)

    for _ in range(5):
        begun = asyncio.Event()
        task = asyncio.create_task(write(begun=begun))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.writing() as tx:
        kept = await add_turn(tx, story)
        assert await turns.list_unfinished(tx) == [kept]


async def test_one_writer_is_in_at_a_time(database: Database) -> None:
    inside = 0

    async def write() -> None:
        nonlocal inside
        async with database.writing():
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(20)))


async def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    async with database.writing() as tx:
        await add_turn(tx, await add_story(tx))
        async with asyncio.timeout(5), database.reading() as reader:
            assert await turns.list_unfinished(reader) == []


async def test_writers_cancelled_at_any_moment_leave_nothing_half_done(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
    dice = random.Random(7)

    async def write() -> None:
        async with database.writing() as tx:
            first = await add_turn(tx, story)
            await add_turn(tx, story, first.id)

    tasks = []  # kept: the traceback of a cancelled task holds on to its statements
    for _ in range(30):
        tasks.append(asyncio.create_task(write()))
        await asyncio.sleep(dice.random() * 0.01)
        tasks[-1].cancel()
        await asyncio.wait(tasks)
        assert tasks[-1].cancelled() or tasks[-1].exception() is None
    async with database.writing() as tx:
        added = await turns.list_unfinished(tx)
    roots = [turn.id for turn in added if turn.parent_id is None]
    assert [turn.parent_id for turn in added if turn.parent_id] == roots


async def test_a_cancelled_reader_holds_nothing_up(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        for _ in range(300):
            await add_turn(tx, story, text="word " * 200)
    dice = random.Random(7)

    async def read() -> None:
        async with database.reading() as tx:
            await turns.list_unfinished(tx)

    tasks = []
    for _ in range(20):
        tasks.append(asyncio.create_task(read()))
        await asyncio.sleep(dice.random() * 0.01)
        tasks[-1].cancel()
        await asyncio.wait(tasks)
    async with asyncio.timeout(10):
        await database.scrub()  # needs that no reader is left


async def test_a_closed_database_makes_no_new_connections(
    storage_settings: EngineSettings,
) -> None:
    async with open_database(storage_settings) as database:
        pass
    with pytest.raises(StorageFailed):
        async with database.reading():
            pass


async def test_closing_waits_for_readers_that_were_cancelled(
    storage_settings: EngineSettings,
) -> None:
    async def read(database: Database) -> None:
        while True:
            async with database.reading() as tx:
                await turns.list_unfinished(tx)

    async with open_database(storage_settings) as database:
        readers = [asyncio.create_task(read(database)) for _ in range(3)]
        await asyncio.sleep(0.05)
        for reader in readers:
            reader.cancel()
    pool = database.reader.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
