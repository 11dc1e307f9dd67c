"""A thousand requests leave the process as large as they found it."""

import asyncio
import random
from pathlib import Path

import aiohttp
import pytest

from tests.engine.serving.conftest import ServerProcess
from tests.prove.traffic import Noted, ask, prompt_of

WARM_UP, REQUESTS, AT_ONCE = 150, 1000, 8


def resident_megabytes(process_id: int) -> float:
    """Return the resident set of a process."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


@pytest.mark.timeout(1500)
async def test_a_thousand_requests_with_errors_and_cancellations_leave_memory_flat() -> None:
    server = ServerProcess(RUNNING_REQUESTS="8", WAITING_REQUESTS="64", CACHE_TOKENS="8192")
    chance = random.Random(7)
    noted = Noted()

    async def one(http: aiohttp.ClientSession, number: int) -> None:
        prompt = prompt_of(chance, chance.randrange(5, 40))
        body = {"prompt": prompt, "cache_salt": str(number % 5), "max_tokens": 6}
        if number % 10 == 3:  # a client that goes away
            asking = asyncio.create_task(ask(http, server.url, noted, **body | {"max_tokens": 99}))
            await asyncio.sleep(0.2)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        elif number % 10 == 6:  # one that is refused
            url = server.url + "/v1/completions"
            async with http.post(url, json=body | {"prompt": [-1]}) as answer:
                assert answer.status == 400
        else:
            await ask(http, server.url, noted, **body)

    async def rounds(http: aiohttp.ClientSession, numbers: range) -> None:
        waiting = iter(numbers)

        async def client() -> None:
            for number in waiting:
                await one(http, number)

        await asyncio.gather(*(client() for _ in range(AT_ONCE)))

    try:
        await asyncio.to_thread(server.wait_until_ready, 120)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await rounds(http, range(WARM_UP))
            before = resident_megabytes(server.process.pid)
            await rounds(http, range(REQUESTS))
        after = resident_megabytes(server.process.pid)
        growth = after / before - 1
        print(f"\nRSS {before:.0f} MB, after {REQUESTS} requests {after:.0f} MB: {growth:+.1%}")  # noqa: T201
        assert not noted.broke
        assert growth < 0.05
    finally:
        server.end()
