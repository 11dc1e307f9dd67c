"""The generation loop under pressure: a cache that is too small, and deaths."""

import asyncio
import uuid
from dataclasses import replace

import pytest

from engine.serving.loop.batch import Batch
from engine.serving.loop.recovery import LoopBeyondRepair
from engine.serving.loop.row import Row
from engine.serving.weights.loading import LoadedModel
from tests.engine.serving.small_model import (
    DRAWN,
    GREEDY,
    Rules,
    load_small_model,
    opened,
    reply,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    """A small model."""
    return load_small_model()


async def test_a_pushed_out_request_says_what_it_would_have_said_in_a_roomy_cache(
    loaded: LoadedModel,
) -> None:
    prompts = [[2000 + i] * 80 for i in range(3)]
    ask = [replace(DRAWN, seed=i) for i in range(3)]

    async def all_of(batch: Batch) -> list[list[int]]:
        pairs = zip(prompts, ask, strict=True)
        return list(await asyncio.gather(*(reply(batch, p, 40, s) for p, s in pairs)))

    async with opened(loaded, Rules(), 4096) as batch:
        roomy = await all_of(batch)
    async with opened(loaded, Rules(), 320) as narrow:  # 3 * 120 tokens do not fit
        assert await all_of(narrow) == roomy


async def test_a_pushed_out_request_comes_back_when_those_who_stayed_are_cancelled(
    loaded: LoadedModel,
) -> None:
    async with opened(loaded, Rules(), 320) as batch:
        asked = [asyncio.create_task(reply(batch, [2001 + i] * 150, 40, GREEDY)) for i in range(2)]
        scheduler = batch._manager.batch_processor.scheduler
        async with asyncio.timeout(20):
            while not scheduler.block_new_requests:
                await asyncio.sleep(0.005)
        ids = [submission.id for submission in batch._submissions]
        tasks = dict(zip(ids, asked, strict=True))
        (pushed_out,) = scheduler.waiting_requests
        (stayed,) = scheduler.active_requests
        tasks[stayed].cancel()
        async with asyncio.timeout(20):
            assert len(await tasks[pushed_out]) == 40


async def cached(batch: Batch, channel: int) -> int:
    """Return how many of a channel's 160 tokens were found in the cache."""
    row = Row(160, GREEDY)
    with batch.reserve(1):
        async for _ in batch.generate([3000 + channel] * 160, row, most_tokens=2):
            pass
    return row.cached_tokens


async def test_a_full_cache_gives_up_the_oldest_prefix_and_that_from_its_end(
    loaded: LoadedModel,
) -> None:
    async with opened(loaded, Rules(), 640) as batch:  # four channels of 160 tokens
        assert [await cached(batch, channel) for channel in range(4)] == [0, 0, 0, 0]
        assert 0 < await cached(batch, 0) < 144
        assert await cached(batch, 4) == 0
        assert await cached(batch, 0) == 144
        assert await cached(batch, 1) == 0


def poison(batch: Batch) -> None:
    """Kill the loop by a request that no check has seen."""
    batch._manager.add_request([10**6], request_id=uuid.uuid4().hex, row=Row(1, GREEDY))


async def test_a_loop_that_died_of_nobodys_request_goes_on_with_all_of_them(
    loaded: LoadedModel,
) -> None:
    async with opened(loaded, Rules(), 1280) as batch, watched(batch):
        alone = await reply(batch, "The sea", 30, DRAWN)
        asked = [asyncio.create_task(reply(batch, "The sea", 30, DRAWN)) for _ in range(9)]
        await asyncio.sleep(0.2)  # eight run and one waits
        poison(batch)
        async with asyncio.timeout(10):
            while not batch.restarts:
                await asyncio.sleep(0.01)
        late = await reply(batch, "The sea", 30, DRAWN)  # asked while the loop is started again
        assert [*await asyncio.gather(*asked), late] == [alone] * 10


async def test_a_loop_that_dies_again_and_again_of_nothing_is_given_up(
    loaded: LoadedModel,
) -> None:
    async def poison_for_ever(batch: Batch) -> None:
        while True:
            if batch.loop_is_up:
                poison(batch)
            await asyncio.sleep(0.05)

    async with opened(loaded, Rules(), 640) as batch:
        poisoner = asyncio.create_task(poison_for_ever(batch))
        with pytest.raises(LoopBeyondRepair):
            await asyncio.wait_for(batch.watch(), 40)
        poisoner.cancel()
