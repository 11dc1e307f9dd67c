"""Everything that is known to end the loop, once a second for a minute, beside others."""

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
import torch

from engine.serving.faults import ApiError
from engine.serving.loop.batch import Batch
from tests.engine.serving.conftest import Client, ServerProcess
from tests.engine.serving.killers import BAD_BODIES, KILLERS, fault
from tests.engine.serving.small_model import DRAWN, Rules, load_small_model, opened, reply, watched

SECONDS = 60
NEIGHBOURS = 4


@pytest.mark.timeout(400)
async def test_over_http_no_bad_request_harms_a_neighbour() -> None:
    server = ServerProcess(CACHE_TOKENS="4096", RUNNING_REQUESTS="8", QUANTIZATION="none")
    try:
        await asyncio.to_thread(server.wait_until_ready, 120)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            client = Client(http, server.url)
            options: dict[str, Any] = {"max_tokens": 24, "ignore_eos": True, "seed": 7}
            finished = 0

            async def neighbour() -> None:
                nonlocal finished
                while True:
                    answer = await client.complete("The sea was", **options)
                    assert answer["usage"]["completion_tokens"] == 24
                    finished += 1

            neighbours = [asyncio.create_task(neighbour()) for _ in range(NEIGHBOURS)]
            bodies = itertools.cycle(BAD_BODIES.items())
            for (name, body), _ in zip(bodies, range(SECONDS), strict=False):
                status, answer = await client.post("/v1/completions", **body)
                assert status == 400, (name, answer)
                await asyncio.sleep(1)
                assert not any(task.done() for task in neighbours)
            for task in neighbours:
                task.cancel()
            await asyncio.gather(*neighbours, return_exceptions=True)
            print(f"\n{SECONDS} bad requests, {finished} neighbours finished")  # noqa: T201
    finally:
        server.end()


@pytest.mark.timeout(400)
async def test_inside_no_death_of_the_loop_harms_a_neighbour() -> None:
    loaded = load_small_model()
    async with opened(loaded, Rules(), 8192) as batch, watched(batch):
        with fault(batch, torch.OutOfMemoryError("CUDA out of memory")):
            finished, failed = await a_minute(batch)
        print(f"\n{batch.restarts} deaths, {failed} guilty failed, {finished} neighbours finished")  # noqa: T201
        assert failed >= SECONDS // 2


async def a_minute(batch: Batch) -> tuple[int, int]:
    """Send a killer a second beside neighbours whose texts must stay right."""
    alone = await reply(batch, "The sea was", 30, DRAWN)
    finished = failed = 0

    async def neighbour() -> None:
        nonlocal finished
        while True:
            assert await reply(batch, "The sea was", 30, DRAWN) == alone
            finished += 1

    async def guilty(killer: Any) -> None:
        nonlocal failed
        with suppress(ApiError):
            await killer(batch)
            return
        failed += 1

    neighbours = [asyncio.create_task(neighbour()) for _ in range(NEIGHBOURS)]
    killers = [
        asyncio.create_task(after(n, guilty(killer)))
        for n, killer in zip(range(SECONDS), itertools.cycle(KILLERS.values()), strict=False)
    ]
    await asyncio.gather(*killers)
    assert not any(task.done() for task in neighbours)
    for task in neighbours:
        task.cancel()
    await asyncio.gather(*neighbours, return_exceptions=True)
    return finished, failed


async def after(seconds: float, work: Any) -> None:
    """Wait, then work."""
    await asyncio.sleep(seconds)
    await work
