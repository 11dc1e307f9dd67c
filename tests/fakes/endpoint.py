"""Endpoints of the OpenAI protocol that behave as a test wants, served on this machine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

from aiohttp import web

from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.request import Message, ModelRequest, Piece
from engine.model.survey import VLLM_FIELDS
from tests.fakes.model_server import FakeModelServer, event, manifest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATHS = {
    "models": "/v1/models",
    "chat": "/v1/chat/completions",
    "tokenize": "/tokenize",
    "health": "/health",
    "ready": "/ready",
    "openapi": "/openapi.json",
    "props": "/props",
    "lora": "/lora-adapters",
    "version": "/version",
    "completions": "/v1/completions",
    "embeddings": "/v1/embeddings",
    "load": "/v1/load_lora_adapter",
    "unload": "/v1/unload_lora_adapter",
    "counted": "/extras/tokenize/count",
}


@asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve an application and yield its address."""
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def answering(body: Any) -> Handler:
    """Return a handler that always answers with this JSON."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


def streaming(*parts: bytes, then_wait: bool = False) -> Handler:
    """Return a handler that sends these events, and then ends or falls silent."""

    async def chat(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        if then_wait:
            await asyncio.Event().wait()
        return response

    return chat


def text_event(text: str, finish: str | None = None) -> bytes:
    """Encode some text of a reply, without counts."""
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


def app_with(**handlers: Handler) -> web.Application:
    """Return an endpoint with these handlers; it lists one model and tells no more of it.

    Unless a test says otherwise it is a vLLM: what is told of itself need not be tried.
    """
    app = web.Application()
    entry = {"id": "plain", "object": "model", "owned_by": "vllm"}
    plain = {
        "models": answering({"object": "list", "data": [entry]}),
        "openapi": answering(manifest(VLLM_FIELDS)),
    }
    for name, handler in (plain | handlers).items():
        app.router.add_route("*", PATHS[name], handler)
    return app


class Opener:
    """Serves what it is given and returns a client of it; all is closed after the test."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def __call__(
        self, server: FakeModelServer | web.Application, *, seconds: float = 5.0, name: str = ""
    ) -> ServedModel:
        app = server.app() if isinstance(server, FakeModelServer) else server
        url = await self._stack.enter_async_context(serving(app))
        model = ServedModel(
            lambda: Endpoint(url), seconds_between_tokens=seconds, model_name=name or None
        )
        self._stack.push_async_callback(model.close)
        return model


def a_request(text: str = "Begin.", *, most_tokens: int = 64, seed: int = 7) -> ModelRequest:
    """Return a request of two messages."""
    messages = (Message("system", "You write."), Message("user", text))
    return ModelRequest(messages=messages, most_tokens=most_tokens, seed=seed)


async def read(model: ServedModel, request: ModelRequest | None = None) -> list[Piece]:
    """Read a whole reply."""
    async with aclosing(model.stream(request or a_request())) as pieces:
        return [piece async for piece in pieces]
