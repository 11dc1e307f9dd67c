"""200 of 200 structured replies of the embedded model parse and validate, next to free ones."""

import asyncio
import json
from collections.abc import Iterator

import aiohttp
import jsonschema
import pytest

from tests.engine.serving.conftest import ServerProcess
from tests.engine.serving.structure_schemas import SCHEMAS

ROUNDS, AT_ONCE = 200, 6


@pytest.fixture
def prove_server() -> Iterator[ServerProcess]:
    """A server of its own."""
    server = ServerProcess(CACHE_TOKENS="4096", RUNNING_REQUESTS="8")
    try:
        server.wait_until_ready(300)
        yield server
    finally:
        server.end()


@pytest.mark.timeout(1200)
async def test_200_of_200_structured_replies_parse_and_validate(
    prove_server: ServerProcess,
) -> None:
    async with aiohttp.ClientSession() as http:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(i: int) -> str:
            name = list(SCHEMAS)[i % len(SCHEMAS)]
            form = {"type": "json_schema", "json_schema": {"name": name, "schema": SCHEMAS[name]}}
            body = {"prompt": "Here is the answer as JSON:", "seed": i, "temperature": 1.2}
            body |= {"max_tokens": (120, 48, 40)[i % 3], "response_format": form}
            if i % 8 == 7:
                body |= {"response_format": {"type": "text"}}
            async with gate, http.post(prove_server.url + "/v1/completions", json=body) as response:
                answer = await response.json()
                assert response.status == 200, answer
            if i % 8 == 7:
                return "free"
            (choice,) = answer["choices"]
            assert choice["finish_reason"] == "stop"
            jsonschema.validate(json.loads(choice["text"]), SCHEMAS[name])
            return "valid"

        outcomes = await asyncio.gather(*(one(i) for i in range(ROUNDS * 8 // 7 + 1)))
    assert outcomes.count("valid") >= ROUNDS
