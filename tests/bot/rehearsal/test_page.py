"""The rehearsal as a program: it opens, says where, keeps its stories, and ends when told."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.client import create_bot
from bot.rehearsal.room import Room, open_room
from bot.settings import BotSettings
from engine.runtime import open_engine
from engine.settings import EngineSettings
from tests.fakes.scripted_model import ScriptedModel

pytestmark = pytest.mark.timeout(120)  # processes, on a machine that may be busy

NO_MODEL = {"MODEL_URL": "http://127.0.0.1:9/v1"}  # nobody listens there; nothing is started


@asynccontextmanager
async def rehearsal(folder: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, **NO_MODEL, "DATA_DIR": str(folder), "DISCORD_TOKEN": ""}
    command = (sys.executable, "-m", "bot", "rehearse", *options)
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("The rehearsal is open at http://127.0.0.1:")
    return line.split()[5]


async def test_it_says_in_one_sentence_where_it_is_open(tmp_path: Path) -> None:
    async with rehearsal(tmp_path, "--port", "0", "--language", "zh-CN") as process:
        address = await address_of(process)
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            page = await response.text()
    assert '<html lang="zh-CN">' in page
    assert (tmp_path / "rehearsal" / "scriptorium.sqlite3").exists()


async def test_it_ends_in_good_order_when_told_to_stop(tmp_path: Path) -> None:
    async with rehearsal(tmp_path, "--port", "0") as process:
        await address_of(process)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    async with rehearsal(tmp_path / "first", "--port", "0") as first:
        port = (await address_of(first)).rpartition(":")[2]
        async with rehearsal(tmp_path / "second", "--port", port) as second:
            output, _ = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 1
    assert f"Port {port} is in use" in output.decode()


async def test_a_second_rehearsal_on_the_same_stories_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    async with rehearsal(tmp_path, "--port", "0") as first:
        await address_of(first)
        async with rehearsal(tmp_path, "--port", "0") as second:
            output, _ = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 1
    assert b"Traceback" not in output
    assert len(" ".join(output.decode().split())) < 300  # however the lines were folded


@asynccontextmanager
async def room_on(folder: Path) -> AsyncIterator[Room]:
    model = ScriptedModel(seconds_per_piece=0.01)
    async with open_engine(EngineSettings(data_dir=folder), model=model) as engine:
        bot_settings = BotSettings(seconds_between_edits=0)
        async with open_room(lambda: create_bot(engine, bot_settings), "en-US") as room:
            yield room


async def test_the_next_rehearsal_finds_the_story_in_its_channel_and_goes_on(
    tmp_path: Path,
) -> None:
    async with room_on(tmp_path) as room:
        alice, channel = room.members[0], room.channels[0]
        await alice.slash(channel, "story start", title="The Lamp Keeper")
        await alice.slash(channel, "story continue")
        await room.env.until_quiet(20)
    async with room_on(tmp_path) as room:
        alice, channel = room.members[0], room.channels[0]
        await alice.slash(channel, "story continue")
        await room.env.until_quiet(20)
        status = await alice.slash(channel, "story status")
        assert status.response is not None
        assert "The Lamp Keeper" in status.response.content
        assert "2 turns" in status.response.content
