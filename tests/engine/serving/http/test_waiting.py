"""What a client is told while its request waits, over HTTP."""

import asyncio
from typing import Any

from tests.engine.serving.conftest import Client

LONG = {"max_tokens": 400, "ignore_eos": True}


async def wait_until(client: Client, kind: str, count: int) -> None:
    async with asyncio.timeout(10):
        while (await client.get("/health"))[1][kind] < count:
            await asyncio.sleep(0.02)


async def test_a_request_that_waits_is_told_its_place_and_when_it_has_waited_too_long(
    client: Client,
) -> None:
    async def stream(**body: Any) -> list[dict[str, Any]]:
        events = client.stream("/v1/completions", prompt="Once", **body)
        return [event async for event in events]

    others = [asyncio.create_task(client.complete("Once", **LONG)) for _ in range(8)]
    try:
        await wait_until(client, "running", 8)
        status, answer = await client.post("/v1/completions", prompt="Once", queue_seconds=0.5)
        assert (status, answer["error"]["code"]) == (503, "waited_too_long")
        first = asyncio.create_task(stream(max_tokens=2))
        await wait_until(client, "waiting", 1)
        await asyncio.sleep(1)
    finally:
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    events = await first
    queue = [event["queue"] for event in events if "queue" in event]
    assert queue[0]["place"] == 1
    assert queue[0]["expected_seconds"] >= 1
    assert "".join(event["choices"][0]["text"] for event in events)


async def test_another_server_is_served_while_one_holds_all_places(client: Client) -> None:
    flood = [asyncio.create_task(client.complete("Once", cache_salt="A", **LONG)) for _ in range(9)]
    try:
        await wait_until(client, "running", 8)
        async with asyncio.timeout(10):
            await client.complete("Twice", cache_salt="B", max_tokens=3)
        assert not any(task.done() for task in flood)
    finally:
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
