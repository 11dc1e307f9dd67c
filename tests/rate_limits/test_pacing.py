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
from tests.fakes.discord_server.rates import WINDOW_SECONDS

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
        self.seconds_in_last_edit = 0.0
        self.message_id = 0

    async def run(self, pacer: Pacer) -> None:
        self.message_id = (await self._channel.send(self.text)).id
        async with pacer.lane(self.channel_id) as lane:
            await self._grow(lane)
            await lane.finish(self._edit)
        self.seconds_in_last_edit = self.seconds_in_edits.pop()

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


async def assert_smooth(streams: Sequence[Stream], place: SimulatedDiscord) -> None:
    state = await place.state()
    shown = {message["id"]: message["content"] for message in state["messages"]}
    for stream in streams:
        assert max(stream.seconds_in_edits) < MOST_SECONDS_IN_AN_EDIT
        assert shown[stream.message_id] == stream.text
    assert state["refused_for_rate"] == 0


async def test_one_stream_is_edited_without_a_stall(place, client):
    (stream,) = await play(client, place.channel_ids[:1])
    await assert_smooth([stream], place)
    assert len(stream.seconds_in_edits) >= 7
    assert stream.seconds_in_last_edit < MOST_SECONDS_IN_AN_EDIT


async def test_streams_of_several_channels_do_not_slow_each_other(place, client):
    streams = await play(client, place.channel_ids)
    await assert_smooth(streams, place)
    assert min(len(stream.seconds_in_edits) for stream in streams) >= 7
    assert max(stream.seconds_in_last_edit for stream in streams) < MOST_SECONDS_IN_AN_EDIT


@pytest.mark.parametrize("count", [2, 3])
async def test_streams_of_one_channel_share_its_pace(place, client, count):
    streams = await play(client, place.channel_ids[:1] * count)
    await assert_smooth(streams, place)
    edits = [len(stream.seconds_in_edits) for stream in streams]
    assert sum(edits) >= 7
    assert max(edits) - min(edits) <= 1
    # All end in one moment, when three edits of the window are used up: the bucket itself has
    # no room for a third last edit before it opens anew.
    last = sorted(stream.seconds_in_last_edit for stream in streams)
    assert last[1] < MOST_SECONDS_IN_AN_EDIT
    assert last[-1] < WINDOW_SECONDS - 2
