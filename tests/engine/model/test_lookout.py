import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from engine.model.lookout import Lookout
from tests.fakes.endpoint import Handler, answering, app_with, serving


async def is_found_hanging(health: Handler) -> bool:
    """Look for a second with a patience of 0.3 s."""
    async with serving(app_with(health=health)) as url, aiohttp.ClientSession() as http:
        lookout = Lookout(http, url, seconds=0.3, between_looks=0.05)
        try:
            async with asyncio.timeout(1):
                await lookout.wait_until_hanging()
        except TimeoutError:
            return False
        return True


@pytest.mark.parametrize(
    ("running", "since", "state", "hangs"),
    [
        (1, 0.4, "ready", True),
        (1, 0.2, "ready", False),
        (1, None, "ready", False),
        (0, 9.0, "ready", False),
        (0, None, "broken", True),
        (0, None, "draining", False),
    ],
)
async def test_a_server_hangs_when_its_requests_stand_still_or_it_says_so(
    running: int, since: float | None, state: str, hangs: bool
) -> None:
    body = {"state": state, "running": running, "seconds_since_token": since}
    assert await is_found_hanging(answering(body)) is hangs


async def test_a_server_that_recovers_in_time_is_left_alone() -> None:
    looks = iter(range(1000))

    async def health(_: web.Request) -> web.Response:
        state = "broken" if next(looks) % 3 else "ready"
        return web.json_response({"state": state, "running": 0, "seconds_since_token": None})

    assert not await is_found_hanging(health)


@pytest.mark.parametrize("body", [{}, [], "ok"])
async def test_a_server_of_another_kind_that_answers_is_left_alone(body: Any) -> None:
    assert not await is_found_hanging(answering(body))


async def test_a_server_that_answers_now_and_then_is_left_alone() -> None:
    looks = iter(range(1000))

    async def health(_: web.Request) -> web.Response:
        return web.Response(status=500 if next(looks) % 3 else 200)

    assert not await is_found_hanging(health)


async def test_a_server_that_never_answers_hangs() -> None:
    async def health(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError("unreachable")

    assert await is_found_hanging(health)


async def test_a_server_is_ready_when_it_says_so_and_not_before() -> None:
    looks = iter(range(3))

    async def ready(_: web.Request) -> web.Response:
        return web.Response(status=503 if next(looks) < 2 else 200)

    async with serving(app_with(ready=ready)) as url, aiohttp.ClientSession() as http:
        async with asyncio.timeout(5):
            await Lookout(http, url, seconds=1, between_looks=0.01).wait_until_ready()
    assert list(looks) == []
