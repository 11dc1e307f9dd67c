"""The gateway: one WebSocket a session, events numbered so that a session can be resumed."""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_server import payloads
from tests.fakes.discord_server.world import World

AUTHENTICATION_FAILED, UNKNOWN_OPCODE = 4004, 4001

GUILDS, GUILD_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 15
SECONDS_BETWEEN_HEARTBEATS = 41.25
SECONDS_TO_ANSWER = 0.2  # a heartbeat


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


@dataclass
class Session:
    """What one identified connection was sent; it outlives its socket until resumed."""

    intents: int
    shard: list[int]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=500))
    socket: web.WebSocketResponse | None = None

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        self.sequence += 1
        frame = {"op": Op.DISPATCH, "s": self.sequence, "t": event, "d": data}
        self.sent.append(frame)
        await self.send(frame)

    async def send(self, frame: dict[str, Any]) -> None:
        """Write a frame; one to a connection that just broke is kept for its resumption."""
        if self.socket is not None and not self.socket.closed:
            try:
                await self.socket.send_str(json.dumps(frame))
            except ConnectionError:
                self.socket = None


class Gateway:
    """All sessions of the one application."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0

    @property
    def is_connected(self) -> bool:
        """Whether the application listens, and has been told of its server."""
        return any(s.socket is not None and s.sequence >= 2 for s in self._sessions.values())

    async def dispatch(self, event: str, data: dict[str, Any], *, intent: int = 0) -> None:
        """Send an event to every session that asked for it; `intent` 0 goes to all."""
        for session in list(self._sessions.values()):
            if session.intents & intent == intent:
                await session.dispatch(event, self._readable(session, data, intent))

    def _readable(self, session: Session, data: dict[str, Any], intent: int) -> dict[str, Any]:
        if intent != GUILD_MESSAGES or session.intents & MESSAGE_CONTENT:
            return data
        own = str(self._world.application_id)
        concerned = {data["author"]["id"], *(user["id"] for user in data["mentions"])}
        return data if own in concerned else payloads.unread(data)

    async def drop_connections(self, *, resumable: bool) -> None:
        """Close every socket as Discord does when a host goes away."""
        for session in list(self._sessions.values()):
            if not resumable:
                del self._sessions[session.id]
            if session.socket is not None:
                await session.socket.close(code=4000)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it closes."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        interval = int(SECONDS_BETWEEN_HEARTBEATS * 1000)
        await socket.send_str(json.dumps({"op": Op.HELLO, "d": {"heartbeat_interval": interval}}))
        session: Session | None = None
        async for received in socket:
            if received.type is not WSMsgType.TEXT:
                break
            frame = json.loads(received.data)
            match frame["op"]:
                case Op.HEARTBEAT:
                    # discord.py takes its time after it has sent; an answer before that would
                    # be measured against the heartbeat before.
                    await asyncio.sleep(SECONDS_TO_ANSWER)
                    await socket.send_str(json.dumps({"op": Op.HEARTBEAT_ACK}))
                case Op.IDENTIFY:
                    session = await self._identify(socket, frame["d"], request)
                case Op.RESUME:
                    session = await self._resume(socket, frame["d"])
                case Op.PRESENCE | Op.VOICE_STATE:  # change nothing here
                    pass
                case _:
                    await socket.close(code=UNKNOWN_OPCODE)
        if session is not None and session.socket is socket:
            session.socket = None
        return socket

    async def _identify(
        self, socket: web.WebSocketResponse, data: dict[str, Any], request: web.Request
    ) -> Session | None:
        if data["token"] != self._token:
            await socket.close(code=AUTHENTICATION_FAILED)
            return None
        self.identified += 1
        session = Session(intents=data["intents"], shard=data.get("shard", [0, 1]), socket=socket)
        # One process at a time owns the token: a new session ends those of a killed process.
        self._sessions = {session.id: session}
        unavailable = {"id": str(self._world.guild_id), "unavailable": True}
        ready = {
            "v": 10,
            "user": payloads.user(self._world.bot),
            "guilds": [unavailable],
            "session_id": session.id,
            "resume_gateway_url": f"ws://{request.host}/gateway",
            "shard": session.shard,
            "application": {"id": str(self._world.application_id), "flags": 0},
        }
        await session.dispatch("READY", ready)
        await asyncio.sleep(0)
        await session.dispatch("GUILD_CREATE", payloads.guild(self._world))
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> Session | None:
        session = self._sessions.get(data["session_id"])
        missed = [] if session is None else [f for f in session.sent if f["s"] > data["seq"]]
        known = session is not None and session.sequence - data["seq"] == len(missed)
        if session is None or not known or data["token"] != self._token:
            await socket.send_str(json.dumps({"op": Op.INVALID_SESSION, "d": False}))
            return None
        self.resumed += 1
        session.socket = socket
        for frame in missed:
            await session.send(frame)
        await session.dispatch("RESUMED", {})
        return session
