"""Members who co-write without a pause, whatever becomes of the bot meanwhile."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import NoReturn

from tests.fakes.discord_client import Json, NotPossible, SimulatedDiscord
from tests.fakes.discord_server.interactions import MODAL

RECENT_MESSAGES = 6
STOPS = 0.1  # most turns are left to end by themselves


async def open_stories(discord: SimulatedDiscord, *lengths: str) -> None:
    """Open a story in every channel; `lengths` of the model's turns are dealt in turn."""
    for number, channel_id in enumerate(discord.channel_ids):
        answer = await discord.command(
            discord.member_ids[0],
            channel_id,
            "story start",
            title=f"House {number}",
            genre="mystery",
            length=lengths[number % len(lengths)],
            language="en",
        )
        assert answer["acknowledged"], "the story was not opened"
        await discord.wait_message(channel_id, lambda message: bool(message["components"]))


class Player:
    """Acts at random in one channel: commands, buttons, forms, replies."""

    def __init__(self, discord: SimulatedDiscord, channel_id: int, random: random.Random) -> None:
        self._discord = discord
        self._channel_id = channel_id
        self._random = random

    async def play(self) -> NoReturn:
        """Act until cancelled. What is not possible at the moment is left alone."""
        acts: list[Callable[[], Awaitable[object]]] = [self.continue_, self.press, self.write]
        weights = [3, 4, 3]
        while True:
            (act,) = self._random.choices(acts, weights)
            with contextlib.suppress(NotPossible):
                await act()
            await asyncio.sleep(self._random.uniform(0.1, 0.8))

    async def continue_(self) -> Json:
        """Ask the model for the next turn."""
        return await self._discord.command(self._member(), self._channel_id, "story continue")

    async def press(self) -> None:
        """Press one of the buttons that stand in the channel, most often a newer one."""
        shown = await self._discord.messages(self._channel_id)
        buttons = [
            (message["id"], custom_id)
            for message in shown[-RECENT_MESSAGES:]
            for custom_id in custom_ids(message)
            if not custom_id.startswith("turn:stop") or self._random.random() < STOPS
        ]
        if buttons:
            message_id, custom_id = self._random.choice(buttons)
            await self._discord.press(self._member(), message_id, custom_id)

    async def write(self) -> None:
        """Write a turn: in the form, or as a reply to the newest story message."""
        member_id, text = self._member(), self._text()
        if self._random.random() < 0.25:
            shown = await self._discord.messages(self._channel_id)
            bot_id = self._discord.application_id
            newest = next(m for m in reversed(shown) if m["author_id"] == bot_id)
            await self._discord.say(member_id, self._channel_id, text, reply_to=newest["id"])
            return
        opened = await self._discord.command(member_id, self._channel_id, "story write")
        if opened["answer_type"] == MODAL:
            await self._discord.submit(member_id, opened["id"], text)

    def _text(self) -> str:
        return f"Letter {self._random.getrandbits(60)} lay open on the stairs."

    def _member(self) -> int:
        # The first is a moderator, who may undo and retry what others wrote.
        return self._random.choice(self._discord.member_ids)


@contextlib.asynccontextmanager
async def playing(discord: SimulatedDiscord, seed: int) -> AsyncGenerator[None]:
    """Let one member after another act in every channel until the block ends."""
    players = [Player(discord, room, random.Random(seed + room)) for room in discord.channel_ids]
    tasks = [asyncio.create_task(player.play()) for player in players]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results), results


def custom_ids(message: Json) -> Iterator[str]:
    """Yield what the buttons of a message mean."""
    for row in message["components"]:
        for button in row.get("components", []):
            if "custom_id" in button:
                yield button["custom_id"]
