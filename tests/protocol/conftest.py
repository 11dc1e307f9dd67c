"""The server that the protocol suite runs against.

Ours, unless PROTOCOL_URL names another; `tests/protocol/against.py` starts others and sets it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from engine.model.capabilities import Capabilities, Dialect
from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.request import Message, ModelRequest, Piece, Sampling
from tests.engine.serving.conftest import MODEL_FOLDER, ServerProcess
from tests.protocol.two_adapters import make_adapters

ROOT = Path(__file__).parents[2]
ADAPTERS = ROOT / ".cache" / "protocol-adapters"
COLD = Sampling(temperature=0.0, top_k=0, top_p=1.0, frequency_penalty=0.0)
SECONDS_BETWEEN_TOKENS = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """A running server, what it should be, and the two adapters that it has or can load."""

    url: str
    dialect: Dialect
    adapters: Path | None


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    """The server under test."""
    if url := os.environ.get("PROTOCOL_URL"):
        folder = os.environ.get("PROTOCOL_ADAPTERS")
        dialect = Dialect(os.environ["PROTOCOL_DIALECT"])
        yield Target(url, dialect, Path(folder) if folder else None)
        return
    make_adapters(MODEL_FOLDER, ADAPTERS)
    server = ServerProcess(
        CACHE_TOKENS="4096",
        CONTEXT_TOKENS="2048",
        RUNNING_REQUESTS="8",
        ADAPTERS_DIR=str(ADAPTERS),
    )
    try:
        server.wait_until_ready(150)
        yield Target(server.url, Dialect.SCRIPTORIUM, ADAPTERS)
    finally:
        server.end()


@pytest.fixture
async def model(target: Target) -> AsyncIterator[ServedModel]:
    """A client of it."""
    model = ServedModel(lambda: Endpoint(target.url), seconds_between_tokens=SECONDS_BETWEEN_TOKENS)
    yield model
    await model.close()


@pytest.fixture
async def able(model: ServedModel) -> Capabilities:
    """What it says, or shows, that it can do."""
    return await model.capabilities()


@pytest.fixture
async def http(target: Target) -> AsyncIterator[aiohttp.ClientSession]:
    """A session for what the client would never send."""
    async with aiohttp.ClientSession(target.url) as http:
        yield http


def ask(text: str = "Tell of the sea.", *, most_tokens: int = 12, **more: Any) -> ModelRequest:
    """Return a greedy request."""
    messages = (Message("system", "You write stories."), Message("user", text))
    fields: dict[str, Any] = {"seed": 7, "sampling": COLD, **more}
    return ModelRequest(messages=messages, most_tokens=most_tokens, **fields)


def drawn(request: ModelRequest, **samplers: Any) -> ModelRequest:
    """Return the request with other samplers."""
    return replace(request, sampling=replace(request.sampling, **samplers))


async def pieces_of(model: ServedModel, request: ModelRequest) -> list[Piece]:
    """Read a whole reply."""
    async with asyncio.timeout(100), aclosing(model.stream(request)) as pieces:
        return [piece async for piece in pieces]


async def text_of(model: ServedModel, request: ModelRequest) -> str:
    """Read a whole reply and return its text."""
    return "".join(piece.text for piece in await pieces_of(model, request))
