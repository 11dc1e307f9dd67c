"""Places in the batch, tokens of a step and idle blocks go to those whose turn it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from engine.fairness import Claim
from engine.serving.faults import ApiError
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.loop.waiting_room import WaitingRoom
from engine.serving.weights.loading import LoadedModel
from engine.settings import ServingSettings
from tests.engine.serving.small_model import GREEDY, Rules, load_small_model, opened, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLACES = 8  # of the small model's batch


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    """A small model."""
    return load_small_model()


async def write(batch: Batch, row: Row, tokens: int, first: int = 2000) -> list[int]:
    """Write a reply for a row to a prompt of its length."""
    written: list[int] = []
    prompt = [first] * row.prompt_tokens
    outputs = batch.generate(prompt, row, most_tokens=tokens, ignore_stop_tokens=True)
    async with aclosing(outputs):
        async for so_far in outputs:
            written = so_far
    return written


@asynccontextmanager
async def writing(batch: Batch, rows: list[Row], tokens: int = 400) -> AsyncIterator[None]:
    """Let rows write until the block ends."""
    tasks = [asyncio.create_task(write(batch, row, tokens)) for row in rows]
    async with asyncio.timeout(20):
        while sum(row.has_begun for row in rows) < min(PLACES, len(rows)):
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def of(salt: str, user: str = "", *, is_background: bool = False, prompt: int = 5) -> Row:
    return Row(prompt, GREEDY, salt, user=user, is_background=is_background)


async def test_a_server_that_holds_all_places_makes_room_at_once(loaded: LoadedModel) -> None:
    async with opened(loaded, Rules(), 8192) as batch:
        flood = [of("flood") for _ in range(PLACES + 4)]
        async with writing(batch, flood):
            other = of("other")
            assert len(await write(batch, other, 6)) == 6  # the flood writes 400 each
            assert batch.waiting == 4
            assert batch.running == PLACES


async def test_a_paused_reply_says_what_it_would_have_said(loaded: LoadedModel) -> None:
    async with opened(loaded, Rules(), 8192) as batch:
        alone = await reply(batch, [2000] * 5, 25, GREEDY, "flood")
        flood = [asyncio.create_task(write(batch, of("flood"), 25)) for _ in range(PLACES)]
        await asyncio.sleep(0.2)
        others = [asyncio.create_task(write(batch, of(f"s{n}"), 10, 2100 + n)) for n in range(3)]
        assert await asyncio.gather(*flood) == [alone] * PLACES
        await asyncio.gather(*others)


async def test_background_work_makes_room_for_members(loaded: LoadedModel) -> None:
    async with opened(loaded, Rules(), 8192) as batch:
        summaries = [of("A", f"{n}", is_background=True) for n in range(PLACES)]
        async with writing(batch, summaries):
            turns = [of("A", f"{n}") for n in range(PLACES)]
            await asyncio.gather(*(write(batch, turn, 5) for turn in turns))


async def test_a_channel_that_floods_makes_room_for_the_others_of_its_server(
    loaded: LoadedModel,
) -> None:
    busy = [of("A", "busy") for _ in range(PLACES)]
    async with opened(loaded, Rules(), 8192) as batch, writing(batch, busy):
        assert len(await write(batch, of("A", "calm"), 6)) == 6


async def test_a_long_prompt_is_read_in_small_pieces_only_beside_others(
    loaded: LoadedModel,
) -> None:
    async with opened(loaded, Rules(), 8192) as batch:
        scheduler = batch.processor.scheduler
        seen: list[list[int]] = []
        choose = scheduler.schedule_batch

        def watch(*budgets: int) -> object:
            chosen = choose(*budgets)
            seen.append([tokens for _, tokens in scheduler.step])
            return chosen

        scheduler.schedule_batch = watch
        await write(batch, of("alone", prompt=600), 2)
        assert max(map(sum, seen)) == 256
        seen.clear()
        async with writing(batch, [of("stream")]):
            begin = len(seen)
            await asyncio.gather(*(write(batch, of(f"{n}", prompt=150), 2) for n in range(3)))
            beside = [step for step in seen[begin:] if len(step) > 1]
        assert max(map(sum, beside)) <= 64 + 4
        readers = [sum(tokens > 1 for tokens in step) for step in beside]
        assert max(readers) == 3  # side by side, not one after the other


async def cached(batch: Batch, salt: str, user: str, first: int, **options: bool) -> int:
    """Return how much of 160 tokens was found, and leave them in the cache."""
    row = of(salt, user, prompt=160, **options)
    await write(batch, row, 2, first)
    return row.cached_tokens


async def test_a_full_cache_keeps_the_prefixes_of_channels_at_work(loaded: LoadedModel) -> None:
    async with opened(loaded, Rules(), 800) as batch:  # four prefixes and a reply
        assert await cached(batch, "A", "summary", 3000, is_background=True) == 0
        assert await cached(batch, "B", "quiet", 3100) == 0
        for round_ in range(4):  # one server imports text after text; another's channel works on
            assert await cached(batch, "B", "busy", 3200) == (144 if round_ else 0)
            assert await cached(batch, "A", f"import {round_}", 3300 + round_) == 0
        assert await cached(batch, "A", "summary", 3000, is_background=True) < 144


async def test_a_server_does_not_push_out_the_prefixes_of_the_others(loaded: LoadedModel) -> None:
    async with opened(loaded, Rules(), 1120) as batch:
        assert await cached(batch, "B", "calm", 3100) == 0
        for n in range(8):
            assert await cached(batch, "A", f"{n}", 3200 + n) == 0
        assert await cached(batch, "B", "calm", 3100) == 144


def room() -> WaitingRoom:
    settings = ServingSettings(
        running_requests=2,
        waiting_requests=8,
        waiting_requests_per_salt=4,
        waiting_requests_per_user=2,
    )
    return WaitingRoom(settings)


async def test_a_server_that_fills_its_share_leaves_places_to_the_others() -> None:
    waiting = room()
    with waiting.reserve(4, Claim("A", "a")), waiting.reserve(2, Claim("A", "b")):
        for claim, param in ((Claim("A", "c"), "cache_salt"), (Claim("A", "a"), "cache_salt")):
            with pytest.raises(ApiError) as refusal, waiting.reserve(1, claim):
                pass
            assert (refusal.value.status, refusal.value.code) == (429, "share_full")
            assert refusal.value.param == param
        with waiting.reserve(4, Claim("B", "")):
            with pytest.raises(ApiError) as refusal, waiting.reserve(1, Claim("C", "")):
                pass
            assert refusal.value.code == "queue_full"
    with waiting.reserve(4, Claim("A", "a")):
        with pytest.raises(ApiError) as refusal, waiting.reserve(1, Claim("A", "a")):
            pass
        assert refusal.value.param == "user"
    assert waiting.taken == 0
