"""One server sends ten times its share; the others hardly notice."""

import asyncio

import aiohttp
import pytest

from tests.engine.serving.conftest import ServerProcess
from tests.prove.traffic import Noted, evening

SECONDS = 120.0
SHARE = 1.0  # requests a second of each of two servers; ten times that is beyond this machine


@pytest.mark.timeout(600)
async def test_a_flood_of_one_server_at_most_doubles_the_wait_of_another() -> None:
    server = ServerProcess(RUNNING_REQUESTS="8", WAITING_REQUESTS="32", CACHE_TOKENS="16384")
    try:
        await asyncio.to_thread(server.wait_until_ready, 120)
        calm, flooded = Noted(), Noted()
        body = {"max_tokens": 32, "ignore_eos": True}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            for noted, times in ((calm, 1), (flooded, 10)):
                other = Noted()
                await asyncio.gather(
                    evening(
                        http, server.url, noted, rate=SHARE, seconds=SECONDS, cache_salt="B", **body
                    ),
                    evening(
                        http,
                        server.url,
                        other,
                        rate=SHARE * times,
                        seconds=SECONDS,
                        cache_salt="A",
                        **body,
                    ),
                )
                print(  # noqa: T201 - the figures are what `make prove` is for
                    f"\nneighbour at {times} times its share: {len(other.first_token)} answered, "
                    f"{other.refused} refused, p95 {other.p95():.2f} s; "
                    f"ours: {len(noted.first_token)} answered, p95 {noted.p95():.2f} s"
                )
                assert not noted.broke + other.broke
                assert noted.refused == 0
        assert flooded.p95() <= 2 * calm.p95()
    finally:
        server.end()
