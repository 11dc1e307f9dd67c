import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import discord
import pytest
from discord import app_commands

from tests.fakes.discord_client import SimulatedDiscord, simulated_discord


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[SimulatedDiscord]:
    with (tmp_path / "discord.log").open("wb") as log:
        async with simulated_discord(log=log, latency=0.0) as found:
            yield found


class SmallBot(discord.AutoShardedClient):
    """A bot of a few commands, to learn what Discord does with them."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True)
        super().__init__(intents=intents, guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.is_usable = asyncio.Event()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def on_ready(self) -> None:
        self.is_usable.set()


Connect = Callable[[SmallBot], contextlib.AbstractAsyncContextManager[SmallBot]]


@pytest.fixture
def connect(place: SimulatedDiscord, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Return what connects a bot for the length of a block, its commands registered."""
    monkeypatch.setattr(discord.http.Route, "BASE", place.api_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", place.gateway_url)

    @contextlib.asynccontextmanager
    async def connected(bot: SmallBot) -> AsyncGenerator[SmallBot]:
        await bot.login("loopback")
        await bot.tree.sync()
        running = asyncio.create_task(bot.connect())
        try:
            async with asyncio.timeout(20):
                await bot.is_usable.wait()
            yield bot
        finally:
            await bot.close()
            await asyncio.wait([running])

    return connected
