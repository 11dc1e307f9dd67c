"""The life of the server process: loading, ready, draining, and never left behind."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.engine.serving.conftest import Client, ServerProcess


@pytest.mark.timeout(120)
async def test_a_server_tells_how_far_it_is_asks_for_its_key_and_drains(
    http: aiohttp.ClientSession,
) -> None:
    server = ServerProcess(SERVING_API_KEY="a-key", CACHE_TOKENS="2048")
    try:
        client = Client(http, server.url)
        await not_ready_is_told(client)
        progress = await asyncio.to_thread(server.wait_until_ready)
        assert {"weights", "canary", "ready"} <= {line["step"] for line in progress}
        assert await client.get("/ready") == (200, {"state": "ready"})
        await only_the_key_opens(client)
        await running_requests_finish_and_new_ones_are_refused(client, server)
        assert await asyncio.to_thread(server.wait, 25) == 0
    finally:
        server.end()
    assert "Once" not in server.log  # ids and counts only
    assert "a-key" not in server.log


async def not_ready_is_told(client: Client) -> None:
    status, body = await client.get("/ready")
    assert (status, body["state"]) == (503, "loading")
    assert body["done"] <= body["total"]
    status, body = await client.get("/health")
    assert (status, body["state"], body["seconds_since_token"]) == (200, "loading", None)
    client.http.headers["Authorization"] = "Bearer a-key"
    status, body = await client.post("/v1/completions", prompt="Once")
    assert (status, body["error"]["code"]) == (503, "not_ready")


async def only_the_key_opens(client: Client) -> None:
    for key in ("Bearer another", "Bearer ", "a-key-and-more", "Bearer \u00e9"):
        client.http.headers["Authorization"] = key
        for path in ("/v1/completions", "/v1/chat/completions", "/tokenize"):
            status, body = await client.post(path, prompt="Once")
            assert (status, body["error"]["code"]) == (401, "invalid_api_key")
        assert (await client.get("/v1/models"))[0] == 401
        assert (await client.get("/health"))[0] == 200
    client.http.headers["Authorization"] = "Bearer a-key"
    assert (await client.get("/v1/models"))[0] == 200


async def running_requests_finish_and_new_ones_are_refused(
    client: Client, server: ServerProcess
) -> None:
    async def moving() -> dict[str, Any]:
        health: dict[str, Any] = (await client.get("/health"))[1]
        return health

    ask = {"max_tokens": 60, "ignore_eos": True}
    running = [asyncio.create_task(client.complete(p, **ask)) for p in ("Once", "Twice")]
    async with asyncio.timeout(10):
        while (health := await moving())["running"] < 2:
            await asyncio.sleep(0.01)
    assert health["seconds_since_token"] < 5
    server.terminate()
    async with asyncio.timeout(5):
        while (await moving())["state"] != "draining":
            await asyncio.sleep(0.01)
    status, body = await client.post("/v1/completions", prompt="Thrice")
    assert (status, body["error"]["code"]) == (503, "not_ready")
    for answer in await asyncio.gather(*running):
        assert answer["usage"]["completion_tokens"] == 60


def test_a_server_ends_at_once_when_its_parent_is_gone() -> None:
    server = ServerProcess()
    try:
        server.leave()
        assert server.wait(3) == 0
    finally:
        server.end()


def test_a_server_told_to_stop_while_it_loads_does_not_load_to_the_end() -> None:
    server = ServerProcess()
    try:
        server.lines.get(timeout=40)  # the first progress
        server.terminate()
        assert server.wait(5) == 0
    finally:
        server.end()
    assert "ready" not in {line["step"] for line in server.lines.queue}


def test_a_model_that_cannot_be_loaded_ends_the_process_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    server = ServerProcess(MODEL=str(tmp_path))
    try:
        assert server.wait(30) == 1
    finally:
        server.end()
    assert "model_unusable" in server.log


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("quantization", ["int8", "none"])
async def test_other_quantizations_write_too_and_end_with_their_parent(
    http: aiohttp.ClientSession, quantization: str
) -> None:
    server = ServerProcess(QUANTIZATION=quantization, CACHE_TOKENS="2048")
    try:
        await asyncio.to_thread(server.wait_until_ready)
        client = Client(http, server.url)
        text = await client.text("The capital of France is", max_tokens=8, temperature=0)
        assert "Paris" in text
        busy = asyncio.create_task(client.complete("Once", max_tokens=1500, ignore_eos=True))
        await asyncio.sleep(0.5)
        server.leave()
        assert await asyncio.to_thread(server.wait, 3) == 0
        with pytest.raises(aiohttp.ClientConnectionError):
            await busy
    finally:
        server.end()
    assert "Traceback" not in server.log
