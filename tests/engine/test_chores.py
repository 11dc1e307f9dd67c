"""Work that nobody waits for: one at a time for each thing, never lost while the engine lives."""

import asyncio

from engine.chores import Chores


class Work:
    """Counts how often it began, and waits until it may end."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        await self.may_end.wait()


async def test_a_chore_begun_again_while_it_runs_runs_once_more() -> None:
    chores, work = Chores(), Work()
    for _ in range(3):
        chores.begin("story 1", work)
        await asyncio.sleep(0)
    assert work.begun == 1
    work.may_end.set()
    await chores.idle()
    assert work.begun == 2


async def test_chores_of_two_things_run_beside_each_other() -> None:
    chores, one, two = Chores(), Work(), Work()
    chores.begin("story 1", one)
    chores.begin("story 2", two)
    await asyncio.sleep(0)
    assert (one.begun, two.begun) == (1, 1)
    await chores.close()


async def test_a_fault_ends_its_chore_alone() -> None:
    async def fail() -> None:
        raise ValueError("no text in a log")

    chores, work = Chores(), Work()
    work.may_end.set()
    chores.begin("story 1", fail)
    await chores.idle()
    chores.begin("story 1", work)
    await chores.idle()
    assert work.begun == 1


async def test_closing_ends_all_and_begins_nothing_more() -> None:
    chores, work = Chores(), Work()
    chores.begin("story 1", work)
    await asyncio.sleep(0)
    chores.begin("story 1", work)
    await chores.close()
    chores.begin("story 1", work)
    await asyncio.sleep(0)
    assert work.begun == 1


async def test_chores_that_are_off_do_nothing() -> None:
    chores, work = Chores(are_on=False), Work()
    chores.begin("story 1", work)
    await chores.idle()
    assert work.begun == 0
