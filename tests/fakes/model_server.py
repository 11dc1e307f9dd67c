"""A model server without a model: the OpenAI protocol around a ScriptedModel.

As a process: `python -m tests.fakes.model_server --delay 0.05`. It speaks the lines on stdout that
the real server speaks, reads SERVING_PORT, SERVING_API_KEY and SCRIPTORIUM_PARENT_PIPE, drains on
SIGTERM, and breaks on demand.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from engine.errors import GenerationFailed
from engine.model.capabilities import SAMPLERS
from engine.model.request import Banned, Message, ModelRequest, Piece, Priority, Sampling
from tests.fakes.scripted_model import ScriptedModel, chapter_by_seed, reply_by_seed

CRASHED = 3
OUR_FIELDS = SAMPLERS | {
    "seed", "stop", "stream_options", "chat_template_kwargs", "cache_salt", "priority", "user",
    "banned_strings", "banned_regex", "structured_outputs", "response_format",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """What goes wrong. Pieces are counted over all requests since the start."""

    load_seconds: float = 0.0
    hang_after: int | None = None  # pieces; then nothing more is ever sent
    crash_after: int | None = None  # pieces; 0: before it is ready
    ignores_term: bool = False


class FakeModelServer:
    """The routes. `model` answers; a request body is kept in `bodies` as it came."""

    def __init__(
        self, model: ScriptedModel, *, api_key: str = "", breakdowns: Breakdowns | None = None
    ) -> None:
        self.model = model
        self.bodies: list[dict[str, Any]] = []
        self.running = 0
        self.draining = False
        self._api_key = api_key
        self._breakdowns = breakdowns or Breakdowns()
        self._pieces = 0
        self._last_token = time.monotonic()
        self._ready_at = time.monotonic() + self._breakdowns.load_seconds

    def app(self) -> web.Application:
        """Return the application, ready to be served."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/ready", self._readiness),
                web.get("/openapi.json", self._describe),
                web.get("/v1/models", self._models),
                web.post("/tokenize", self._tokenize),
                web.post("/v1/chat/completions", self._chat),
            ]
        )
        return app

    @property
    def is_ready(self) -> bool:
        """Whether the pretended loading is over."""
        return time.monotonic() >= self._ready_at

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path in {"/health", "/ready"}:
            return await handler(request)
        if self._api_key and request.headers.get("Authorization") != f"Bearer {self._api_key}":
            return refusal(401, "invalid_api_key")
        if self.draining or not self.is_ready:
            return refusal(503, "not_ready")
        return await handler(request)

    async def _health(self, _: web.Request) -> web.Response:
        state = "draining" if self.draining else "ready" if self.is_ready else "loading"
        since = time.monotonic() - self._last_token if self.running else None
        return web.json_response(
            {
                "status": "ok",
                "state": state,
                "running": self.running,
                "waiting": 0,
                "seconds_since_token": since,
            }
        )

    async def _readiness(self, _: web.Request) -> web.Response:
        if self.is_ready:
            return web.json_response({"state": "ready"})
        body = {"state": "loading", "step": "weights", "done": 1, "total": 2}
        return web.json_response(body, status=503)

    async def _models(self, _: web.Request) -> web.Response:
        info = await self.model.info()
        entry = {
            "id": info.name,
            "object": "model",
            "owned_by": "scriptorium",
            "max_model_len": info.context_tokens,
            "tokenizer": info.tokenizer,
            "special_tokens": info.special_tokens,
            "running_requests": 16,
        }
        return web.json_response({"object": "list", "data": [entry]})

    async def _describe(self, _: web.Request) -> web.Response:
        return web.json_response(manifest(OUR_FIELDS))

    async def _tokenize(self, request: web.Request) -> web.Response:
        prompt = (await request.json())["prompt"]
        limit = (await self.model.info()).context_tokens
        if isinstance(prompt, list):
            counts = await self.model.count_tokens(prompt)
            return web.json_response({"counts": counts, "max_model_len": limit})
        (count,) = await self.model.count_tokens([prompt])
        return web.json_response(
            {"count": count, "max_model_len": limit, "tokens": list(range(count))}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        if not self.running:
            self._last_token = time.monotonic()
        self.running += 1
        try:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            try:
                await self._write_pieces(response, read_request(body))
            except GenerationFailed as failure:
                error = {"message": failure.reason, "type": "server_error", "code": 500}
                await response.write(event({"error": error}))
            await response.write(b"data: [DONE]\n\n")
            return response
        finally:
            self.running -= 1

    async def _write_pieces(self, response: web.StreamResponse, request: ModelRequest) -> None:
        async with contextlib.aclosing(self.model.stream(request)) as pieces:
            async for piece in pieces:
                await self._break_down()
                for chunk in chunks_of(piece):
                    await response.write(event(chunk))
                self._last_token = time.monotonic()

    async def _break_down(self) -> None:
        self._pieces += 1
        if self._breakdowns.hang_after is not None and self._pieces > self._breakdowns.hang_after:
            await asyncio.Event().wait()
        if self._breakdowns.crash_after is not None and self._pieces > self._breakdowns.crash_after:
            os._exit(CRASHED)


def manifest(fields: Iterable[str], **more: Any) -> dict[str, Any]:
    """Return an OpenAPI document of a server whose chats have these fields."""
    schema = {"properties": {name: {} for name in fields}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}}
    paths = {"/v1/chat/completions": {"post": {"requestBody": body}}, **more}
    return {"paths": paths, "components": {"schemas": {"Chat": schema}}}


def refusal(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with an error in the OpenAI form."""
    error = {"message": f"refused: {code}", "type": "fake_error", "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


def event(data: dict[str, Any]) -> bytes:
    """Encode one server-sent event."""
    return f"data: {json.dumps(data)}\n\n".encode()


def chunks_of(piece: Piece) -> list[dict[str, Any]]:
    """Encode a piece as the chunks that the real server would send for it."""
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    choice = {"index": 0, "delta": {"content": piece.text}, "finish_reason": piece.finish}
    chunks: list[dict[str, Any]] = [{**base, "choices": [choice]}]
    if piece.finish:
        usage = {
            "prompt_tokens": piece.prompt_tokens,
            "completion_tokens": piece.reply_tokens,
            "total_tokens": piece.prompt_tokens + piece.reply_tokens,
            "prompt_tokens_details": {"cached_tokens": piece.cached_tokens},
        }
        chunks.append({**base, "choices": [], "usage": usage})
    return chunks


def read_request(body: dict[str, Any]) -> ModelRequest:
    """Decode the body of a chat request."""
    return ModelRequest(
        messages=tuple(Message(m["role"], m["content"]) for m in body["messages"]),
        most_tokens=body["max_tokens"],
        seed=body.get("seed", 0),
        sampling=read_sampling(body),
        stop=tuple(body.get("stop") or ()),
        banned=Banned(tuple(body.get("banned_strings", ())), tuple(body.get("banned_regex", ()))),
        priority=Priority(body.get("priority", 0)),
        cache_salt=body.get("cache_salt", ""),
    )


def read_sampling(body: dict[str, Any]) -> Sampling:
    """Decode the samplers; the parts of one that is off are not sent."""
    told = {name: body[name] for name in SAMPLERS if name in body}
    if "dry_sequence_breakers" in told:
        told["dry_sequence_breakers"] = tuple(told["dry_sequence_breakers"])
    return Sampling(**told)


def say(line: dict[str, Any]) -> None:
    """Print one line for the parent process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def die_with_parent() -> None:
    """Exit at once when stdin ends: then the parent is gone."""

    def wait_for_the_end() -> None:
        while os.read(0, 1):  # not sys.stdin: its lock would break a normal exit
            pass
        os._exit(0)

    threading.Thread(target=wait_for_the_end, daemon=True).start()


async def load(server: FakeModelServer, breakdowns: Breakdowns) -> None:
    """Pretend to load the weights."""
    say({"step": "weights", "done": 1, "total": 2})
    if breakdowns.crash_after == 0:
        os._exit(CRASHED)
    while not server.is_ready:
        await asyncio.sleep(0.02)
    say({"step": "ready", "done": 1, "total": 1})


async def run(model: ScriptedModel, breakdowns: Breakdowns) -> None:
    """Serve until SIGTERM, then finish what runs."""
    term = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, term.set)
    key = os.environ.get("SERVING_API_KEY", "")
    server = FakeModelServer(model, api_key=key, breakdowns=breakdowns)
    runner = web.AppRunner(server.app(), shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(os.environ.get("SERVING_PORT", "0")))
    await site.start()
    say({"listening": runner.addresses[0][1]})
    loading = asyncio.create_task(load(server, breakdowns))
    await term.wait()
    loading.cancel()
    server.draining = True
    while server.running or breakdowns.ignores_term:
        await asyncio.sleep(0.02)
    await runner.cleanup()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each piece")
    parser.add_argument("--chapters", action="store_true", help="replies of very unequal length")
    parser.add_argument("--load-seconds", type=float, default=0.0)
    parser.add_argument("--hang-after", type=int)
    parser.add_argument("--crash-after", type=int)
    parser.add_argument("--ignore-term", action="store_true")
    options = parser.parse_args()
    if os.environ.get("SCRIPTORIUM_PARENT_PIPE") == "1":
        die_with_parent()
    breakdowns = Breakdowns(
        load_seconds=options.load_seconds,
        hang_after=options.hang_after,
        crash_after=options.crash_after,
        ignores_term=options.ignore_term,
    )
    replies = chapter_by_seed if options.chapters else reply_by_seed
    asyncio.run(run(ScriptedModel(replies, seconds_per_piece=options.delay), breakdowns))


if __name__ == "__main__":
    main()
