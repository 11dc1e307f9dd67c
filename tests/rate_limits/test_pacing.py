"""The pacer in front of discord.py's own HTTP client, against buckets of five in five seconds."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import discord
import pytest

from bot.pacing import Lane, Pacer
from bot.settings import BotSettings
from tests.fakes.discord_client import SimulatedDiscord, simulated_discord

SECONDS_OF_TEXT = 10.4
SECONDS_OF_SHORT_TEXT = 5.2
SECONDS_BETWEEN_PIECES = 0.1
MOST_SECONDS_IN_AN_EDIT = 1.0


@pytest.fixture
async def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[SimulatedDiscord]:
    with (tmp_path / "discord.log").open("wb") as log:
        async with simulated_discord(log=log) as found:
            monkeypatch.setattr(discord.http.Route, "BASE", found.api_url)
            yield found


@pytest.fixture
async def client(place: SimulatedDiscord) -> AsyncGenerator[discord.Client]:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login("loopback")
        yield client


class Stream:
    """A message whose text grows by a piece every tenth of a second."""

    def __init__(self, client: discord.Client, channel_id: int, seconds: float) -> None:
        self._channel = client.get_partial_messageable(channel_id)
        self.channel_id = channel_id
        self.seconds = seconds
        self.text = "."
        self.seconds_in_edits: list[float] = []
        self.message_id = 0

    async def run(self, pacer: Pacer) -> None:
        self.message_id = (await self._channel.send(self.text)).id
        async with pacer.lane(self.channel_id) as lane:
            await self._grow(lane)
            await lane.finish(self._edit)

    async def _grow(self, lane: Lane) -> None:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            await asyncio.sleep(SECONDS_BETWEEN_PIECES)
            self.text += "."
            lane.show(self._edit)

    async def _edit(self) -> None:
        started = time.monotonic()
        await self._channel.get_partial_message(self.message_id).edit(content=self.text)
        self.seconds_in_edits.append(time.monotonic() - started)


async def test_streams_of_one_and_of_several_channels_are_edited_without_a_stall(
    place: SimulatedDiscord, client: discord.Client
) -> None:
    crowded, *others = place.channel_ids
    streams = [
        Stream(client, crowded, SECONDS_OF_TEXT),
        # Ends alone: Discord itself has no room for two last edits beside four others.
        Stream(client, crowded, SECONDS_OF_SHORT_TEXT),
        *(Stream(client, channel_id, SECONDS_OF_TEXT) for channel_id in others),
    ]
    pacer = Pacer(BotSettings(_env_file=None).seconds_between_edits)
    await asyncio.gather(*(stream.run(pacer) for stream in streams))

    state = await place.state()
    assert state["refused_for_rate"] == 0
    shown = {message["id"]: message["content"] for message in state["messages"]}
    for stream in streams:
        assert shown[stream.message_id] == stream.text
        assert max(stream.seconds_in_edits) < MOST_SECONDS_IN_AN_EDIT

    long, short, *alone = [len(stream.seconds_in_edits) for stream in streams]
    assert short >= 3, "streams of one channel are served in turn"
    assert long + short >= 9
    assert min(alone) >= 9
