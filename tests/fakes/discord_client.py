"""The test's hand on the simulated Discord: members act, traps are set, all can be read."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from typing import IO, Any

import aiohttp
import yarl

from tests.fakes.processes import running

Json = dict[str, Any]
TEXT_CHANNEL = 0


class NotPossible(Exception):
    """The member cannot do this now: the button is gone, the command is not registered."""


class SimulatedDiscord:
    """A running server. Ids of its place: `guild_id`, `channel_ids`, `member_ids`.

    The first member is a moderator.
    """

    def __init__(self, port: int, session: aiohttp.ClientSession, place: Json) -> None:
        self.port = port
        self._session = session
        self.guild_id: int = place["guild_id"]
        self.application_id: int = place["application_id"]
        rooms = [room for room in place["channels"] if room["type"] == TEXT_CHANNEL]
        self.channel_ids: list[int] = [room["id"] for room in rooms]
        self.member_ids: list[int] = [person["id"] for person in place["members"]]

    @property
    def api_url(self) -> str:
        """The address that takes the place of `discord.http.Route.BASE`."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> yarl.URL:
        """The address that takes the place of `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return yarl.URL(f"ws://127.0.0.1:{self.port}/gateway")

    async def command(self, member_id: int, channel_id: int, path: str, **options: Any) -> Json:
        """Use a slash command; return the interaction when answered, or 3 s later."""
        return await self._interact(
            kind="command", member_id=member_id, channel_id=channel_id, path=path, options=options
        )

    async def menu(self, member_id: int, message_id: int, name: str) -> Json:
        """Use a menu of a message."""
        return await self._interact(
            kind="menu", member_id=member_id, message_id=message_id, name=name
        )

    async def press(self, member_id: int, message_id: int, custom_id: str) -> Json:
        """Press a button. Raise NotPossible when the message does not show it."""
        return await self._interact(
            kind="button", member_id=member_id, message_id=message_id, custom_id=custom_id
        )

    async def submit(self, member_id: int, interaction_id: int, *values: str) -> Json:
        """Submit the modal that an interaction was answered with."""
        return await self._interact(
            kind="modal", member_id=member_id, interaction_id=interaction_id, values=values
        )

    async def say(
        self, member_id: int, channel_id: int, content: str, reply_to: int | None = None
    ) -> Json:
        """Write an ordinary message; return it."""
        body = {
            "member_id": member_id,
            "channel_id": channel_id,
            "content": content,
            "reply_to": reply_to,
        }
        return await self._post("/_test/message", body)

    async def messages(self, channel_id: int) -> list[Json]:
        """Return what a channel shows, oldest first."""
        found: list[Json] = await self._get(f"/_test/messages/{channel_id}")
        return found

    async def state(self) -> Json:
        """Return all messages, interactions and requests, and the count of 429s."""
        found: Json = await self._get("/_test/state")
        return found

    async def connection(self) -> Json:
        """Tell whether the application is connected and how often it identified and resumed."""
        found: Json = await self._get("/_test/connection")
        return found

    async def wait_connected(self, seconds: float = 20.0) -> None:
        """Wait until the application listens on the gateway."""
        async with asyncio.timeout(seconds):
            while not (await self.connection())["connected"]:
                await asyncio.sleep(0.05)

    async def wait_message(
        self, channel_id: int, is_it: Callable[[Json], bool], seconds: float = 20.0
    ) -> Json:
        """Return the first message of a channel that `is_it`, waiting for it."""
        async with asyncio.timeout(seconds):
            while True:
                for message in await self.messages(channel_id):
                    if is_it(message):
                        return message
                await asyncio.sleep(0.05)

    async def disconnect(self, *, resumable: bool) -> None:
        """Close the application's connection to the gateway."""
        await self._post("/_test/disconnect", {"resumable": resumable})

    async def trap(
        self, method: str, route: str, *, status: int | None = None, skip: int = 0
    ) -> int:
        """Let the answer to a later request be withheld, or be an error; the act is done."""
        body = {"method": method, "route": route, "status": status, "skip": skip}
        number: int = (await self._post("/_test/trap", body))["trap"]
        return number

    async def wait_sprung(self, trap: int, seconds: float = 20.0) -> bool:
        """Wait until the trap has sprung; False when it has not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (await self._get(f"/_test/trap/{trap}"))["sprung"]:
                return True
            await asyncio.sleep(0.02)
        return False

    async def open_trap(self, trap: int) -> None:
        """Let the withheld answer go."""
        async with self._session.delete(self._url(f"/_test/trap/{trap}")) as response:
            response.raise_for_status()

    async def _interact(self, **act: Any) -> Json:
        return await self._post("/_test/interaction", act)

    async def _post(self, path: str, body: Json) -> Json:
        async with self._session.post(self._url(path), json=body) as response:
            if response.status == 409:
                raise NotPossible((await response.json())["message"])
            response.raise_for_status()
            found: Json = {} if response.status == 204 else await response.json()
            return found

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._url(path)) as response:
            response.raise_for_status()
            return await response.json()

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.asynccontextmanager
async def simulated_discord(
    *, log: IO[bytes], channels: int = 4, members: int = 4, latency: float = 0.03
) -> AsyncGenerator[SimulatedDiscord]:
    """Run a Discord of our own in a process of its own until the block ends."""
    options = {"--channels": channels, "--members": members, "--latency": latency}
    arguments = [str(part) for option in options.items() for part in option]
    async with (
        running("tests.fakes.discord_server", *arguments, log=log) as child,
        aiohttp.ClientSession() as session,
    ):
        port = (await child.read_line(seconds=20))["listening"]
        async with session.get(f"http://127.0.0.1:{port}/_test/place") as response:
            place = await response.json()
        yield SimulatedDiscord(port, session, place)
