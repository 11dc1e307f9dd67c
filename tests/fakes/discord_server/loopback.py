"""The simulated Discord as a whole, and the steps that every request passes."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord_server.gateway import Gateway
from tests.fakes.discord_server.interactions import Interactions
from tests.fakes.discord_server.ledger import Ledger, Request
from tests.fakes.discord_server.rates import Buckets, Verdict
from tests.fakes.discord_server.traps import Traps
from tests.fakes.discord_server.world import Refusal, World

PREFIX = "/api/v10"
NOWHERE = "/{nowhere}"  # whatever no other route takes
TOKEN = "loopback"
Answer = dict[str, Any] | list[Any] | None  # None: 204 No Content
Act = Callable[["Loopback", "Asked"], Awaitable[Answer]]


@dataclass
class Asked:
    """One request as the routes read it: path parameters, query, body and files."""

    parameters: dict[str, str]
    query: dict[str, str]
    body: Any
    attachments: list[dict[str, Any]]
    host: str

    def id(self, name: str) -> int:
        return int(self.parameters[name])


@dataclass
class Loopback:
    """The state of the simulated Discord; `latency` is the seconds that an answer takes."""

    world: World
    latency: float = 0.0
    interactions: Interactions = field(init=False)
    gateway: Gateway = field(init=False)
    ledger: Ledger = field(default_factory=Ledger)
    buckets: Buckets = field(default_factory=Buckets)
    traps: Traps = field(default_factory=Traps)

    def __post_init__(self) -> None:
        self.interactions = Interactions(self.world)
        self.gateway = Gateway(self.world, TOKEN)

    def serve(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the HTTP side of `act`: identity, rate limit, act, answer, all recorded."""

        async def answer(request: web.Request) -> web.StreamResponse:
            resource = request.match_info.route.resource
            route = "" if resource is None else resource.canonical.removeprefix(PREFIX)
            route = "" if route == NOWHERE else route
            entry = self.ledger.enter(request.method, request.path, route)
            asked = await _read(request)
            entry.json = asked.body
            await asyncio.sleep(self.latency / 2)
            response = await self._pass(request, entry, asked, act)
            await asyncio.sleep(self.latency / 2)
            entry.answered, entry.status = time.monotonic(), response.status
            return response

        return answer

    async def _pass(
        self, request: web.Request, entry: Request, asked: Asked, act: Act
    ) -> web.Response:
        is_webhook = entry.route.startswith(("/webhooks", "/interactions"))
        if not is_webhook and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return as_json(401, {"message": "401: Unauthorized", "code": 0})
        verdict = self._judge(entry, asked, is_webhook=is_webhook)
        if not verdict.passes:
            body = {
                "message": "You are being rate limited.",
                "retry_after": verdict.retry_after,
                "global": verdict.is_global,
            }
            return as_json(429, body, verdict.headers)
        try:
            answer = await act(self, asked)
        except Refusal as refusal:
            return as_json(refusal.status, refusal.body, verdict.headers)
        broken = await self.traps.spring(entry.method, entry.route)
        if broken is not None:
            return as_json(broken, {"message": "upstream error", "code": 0}, verdict.headers)
        return as_json(204 if answer is None else 200, answer, verdict.headers)

    def _judge(self, entry: Request, asked: Asked, *, is_webhook: bool) -> Verdict:
        if entry.route.endswith("/callback"):
            return Verdict(passes=True, headers={})
        majors = ("channel_id", "guild_id", "token", "application_id")
        return self.buckets.judge(
            route=f"{entry.method} {entry.route}",
            major=next((asked.parameters[m] for m in majors if m in asked.parameters), ""),
            counts_globally=not is_webhook,
        )


def as_json(status: int, answer: Answer, headers: dict[str, str] | None = None) -> web.Response:
    """Answer in JSON. discord.py reads only bodies whose type is exactly `application/json`."""
    if answer is None:
        return web.Response(status=status, headers=headers)
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def _read(request: web.Request) -> Asked:
    body: Any = None
    attachments: list[dict[str, Any]] = []
    if request.content_type == "multipart/form-data":
        form = await request.post()
        files = [part for part in form.values() if isinstance(part, web.FileField)]
        payload = form.get("payload_json")
        body = json.loads(payload) if isinstance(payload, str) else {}
        attachments = [_attachment(n, part) for n, part in enumerate(files)]
    elif request.can_read_body:
        body = await request.json()
    return Asked(dict(request.match_info), dict(request.query), body, attachments, request.host)


def _attachment(number: int, part: web.FileField) -> dict[str, Any]:
    content = part.file.read()
    url = f"http://127.0.0.1/attachments/{part.filename}"
    return {
        "id": str(number + 1),
        "filename": part.filename,
        "size": len(content),
        "url": url,
        "proxy_url": url,
        "content_type": part.content_type,
    }
