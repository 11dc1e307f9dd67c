"""The test's side: act as a member, set traps, read everything that happened."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.fakes.discord_server import acts
from tests.fakes.discord_server.interactions import SECONDS_TO_ACKNOWLEDGE, Interaction
from tests.fakes.discord_server.loopback import Loopback, as_json
from tests.fakes.discord_server.traps import Trap
from tests.fakes.discord_server.world import Message

Act = Callable[..., Awaitable[Interaction]]
ACTS: dict[str, Act] = {
    "command": acts.use_command,
    "menu": acts.use_menu,
    "button": acts.press,
    "modal": acts.submit,
}


class Admin:
    """The routes under `/_test`."""

    def __init__(self, loopback: Loopback) -> None:
        self._loopback = loopback

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_test/interaction", self._interact),
            web.post("/_test/message", self._say),
            web.get("/_test/place", self._describe_place),
            web.get("/_test/state", self._read_state),
            web.get("/_test/messages/{channel_id}", self._read_messages),
            web.get("/_test/connection", self._read_connection),
            web.post("/_test/disconnect", self._disconnect),
            web.post("/_test/trap", self._set_trap),
            web.get("/_test/trap/{trap}", self._read_trap),
            web.delete("/_test/trap/{trap}", self._open_trap),
        ]

    async def _interact(self, request: web.Request) -> web.Response:
        """Act as a member and wait for the answer, as long as Discord would."""
        body = await request.json()
        try:
            interaction = await ACTS[body.pop("kind")](self._loopback, **body)
        except acts.Impossible as reason:
            return as_json(409, {"message": str(reason)})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(interaction.answered.wait(), SECONDS_TO_ACKNOWLEDGE)
        return as_json(200, _interaction(interaction))

    async def _say(self, request: web.Request) -> web.Response:
        return as_json(200, _message(await acts.say(self._loopback, **await request.json())))

    async def _describe_place(self, request: web.Request) -> web.Response:
        world = self._loopback.world
        people = [person for person in world.people.values() if not person.is_bot]
        return as_json(
            200,
            {
                "application_id": world.application_id,
                "guild_id": world.guild_id,
                "channels": [asdict(channel) for channel in world.channels.values()],
                "members": [asdict(person) for person in people],
            },
        )

    async def _read_state(self, request: web.Request) -> web.Response:
        return as_json(200, _state(self._loopback))

    async def _read_messages(self, request: web.Request) -> web.Response:
        shown = self._loopback.world.shown(int(request.match_info["channel_id"]))
        return as_json(200, [_message(message) for message in shown])

    async def _read_connection(self, request: web.Request) -> web.Response:
        gateway = self._loopback.gateway
        answer = {"connected": gateway.is_connected, "identified": gateway.identified}
        return as_json(200, answer | {"resumed": gateway.resumed})

    async def _disconnect(self, request: web.Request) -> web.Response:
        await self._loopback.gateway.drop_connections(**await request.json())
        return as_json(204, None)

    async def _set_trap(self, request: web.Request) -> web.Response:
        return as_json(200, {"trap": self._loopback.traps.set(Trap(**await request.json()))})

    async def _read_trap(self, request: web.Request) -> web.Response:
        trap = self._loopback.traps.traps[int(request.match_info["trap"])]
        return as_json(200, {"sprung": trap.sprung.is_set()})

    async def _open_trap(self, request: web.Request) -> web.Response:
        trap = self._loopback.traps.traps[int(request.match_info["trap"])]
        trap.sprung.set()
        trap.opened.set()
        return as_json(204, None)


def _state(loopback: Loopback) -> dict[str, Any]:
    requests = loopback.ledger.described()
    return {
        "application_id": loopback.world.application_id,
        "messages": [_message(message) for message in loopback.world.messages.values()],
        "interactions": [_interaction(i) for i in loopback.interactions.by_id.values()],
        "requests": requests,
        "refused_for_rate": sum(request["status"] == 429 for request in requests),
        "commands": loopback.world.commands,
    }


def _message(message: Message) -> dict[str, Any]:
    return asdict(message)


def _interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "id": interaction.id,
        "type": interaction.type,
        "member_id": interaction.member_id,
        "channel_id": interaction.channel_id,
        "data": interaction.data,
        "message_id": interaction.message_id,
        "sent": interaction.sent,
        "acknowledged": interaction.acknowledged,
        "answer_type": interaction.answer_type,
        "answer": interaction.answer,
        "original_id": interaction.original_id,
        "follow_up_ids": interaction.follow_up_ids,
    }
