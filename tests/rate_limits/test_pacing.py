"""The pacer in front of discord.py's own HTTP client, against buckets of five in five seconds."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import discord
import pytest

from bot.pacing import Lane, Pacer
from bot.settings import BotSettings
from tests.fakes.discord_client import SimulatedDiscord, simulated_discord

SECONDS_OF_TEXT = 8.6
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

    def __init__(self, client: discord.Client, channel_id: int) -> None:
        self._channel = client.get_partial_messageable(channel_id)
        self.channel_id = channel_id
        self.text = "."
        self.seconds_in_edits: list[float] = []
        self.message_id = 0

    async def run(self, pacer: Pacer) -> None:
        self.message_id = (await self._channel.send(self.text)).id
        async with pacer.lane(self.channel_id) as lane:
            await self._grow(lane)
            await lane.finish(self._edit)

    async def _grow(self, lane: Lane) -> None:
        end = time.monotonic() + SECONDS_OF_TEXT
        while time.monotonic() < end:
            await asyncio.sleep(SECONDS_BETWEEN_PIECES)
            self.text += "."
            lane.show(self._edit)

    async def _edit(self) -> None:
        started = time.monotonic()
        await self._channel.get_partial_message(self.message_id).edit(content=self.text)
        self.seconds_in_edits.append(time.monotonic() - started)


async def play(client: discord.Client, channel_ids: Sequence[int]) -> list[Stream]:
    """Let one stream run in each of the channels, all at the pace that operators get."""
    pacer = Pacer(BotSettings(_env_file=None).seconds_between_edits)
    streams = [Stream(client, channel_id) for channel_id in channel_ids]
    await asyncio.gather(*(stream.run(pacer) for stream in streams))
    return streams


async def test_streams_of_one_and_of_several_channels_are_edited_without_a_stall(place, client):
    crowded, *others = place.channel_ids
    streams = await play(client, [crowded, crowded, *others])
    state = await place.state()
    assert state["refused_for_rate"] == 0
    shown = {message["id"]: message["content"] for message in state["messages"]}
    for stream in streams:
        assert shown[stream.message_id] == stream.text
        assert max(stream.seconds_in_edits) < MOST_SECONDS_IN_AN_EDIT

    edits = [len(stream.seconds_in_edits) for stream in streams]
    assert abs(edits[0] - edits[1]) <= 1, "two streams of one channel are served in turn"
    assert min(edits[0] + edits[1], *edits[2:]) >= 8
