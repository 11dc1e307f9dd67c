"""The model server is killed while it writes; the bot starts it again and no turn is lost."""

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.discord_client import simulated_discord
from tests.fakes.process_table import is_alive
from tests.fakes.processes import Child
from tests.stage.audit import assert_each_turn_once, count_posted, count_unfinished
from tests.stage.bot_life import bot_life, wait_settled
from tests.stage.players import open_stories, playing

ROUNDS = int(os.environ.get("MODEL_KILL_ROUNDS", "3"))
REAL = os.environ.get("MODEL_KILL_SERVER") == "real"
FAKE_COMMAND = "-m tests.fakes.model_server --chapters --delay 0.004 --load-seconds 0.3"
LENGTHS = ("short",) if REAL else ("long", "short")
SECONDS_A_ROUND = 90.0 if REAL else 30.0
SECONDS_TO_SETTLE = 180.0 if REAL else 60.0


@pytest.mark.timeout(60 + SECONDS_A_ROUND * ROUNDS + SECONDS_TO_SETTLE)
async def test_every_accepted_turn_survives_kills_of_the_model_server(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    arguments = ["--impatient"] if REAL else ["--impatient", "--model-command", FAKE_COMMAND]
    data_dir = tmp_path / "data"
    with (tmp_path / "processes.log").open("wb") as log:
        async with simulated_discord(log=log) as discord:
            async with bot_life(discord, data_dir, {}, log, *arguments) as bot:
                await open_stories(discord, *LENGTHS)
                for number in range(ROUNDS):
                    async with playing(discord, seed + number):
                        await wait_for_progress(data_dir, SECONDS_A_ROUND)
                        await asyncio.sleep(random.uniform(0.0, 1.0))
                        await kill_model_server(bot, data_dir)
                assert await wait_settled(data_dir, SECONDS_TO_SETTLE) == 0
                server = await wait_for_server(bot)
            assert await is_gone(server, seconds=5.0), "the model server outlived its bot"
            state = await discord.state()
    report = {"seed": seed, **assert_each_turn_once(data_dir, state)}
    sys.stdout.write(f"{report}\n")
    assert report["turns"] >= ROUNDS


async def wait_for_progress(data_dir: Path, seconds: float) -> None:
    """Wait until one more turn is written and posted: the server works, and works on."""
    before = count_posted(data_dir)
    async with asyncio.timeout(seconds):
        while count_posted(data_dir) == before:
            await asyncio.sleep(0.05)


async def kill_model_server(bot: Child, data_dir: Path) -> None:
    """Kill the bot's model server while it owes a turn."""
    async with asyncio.timeout(10):
        while not (bot.children() and count_unfinished(data_dir)):
            await asyncio.sleep(0.01)
    (server,) = bot.children()
    os.kill(server, signal.SIGKILL)


async def wait_for_server(bot: Child, seconds: float = 30.0) -> int:
    """Wait until the bot has started its model server again; return its process id."""
    async with asyncio.timeout(seconds):
        while not bot.children():
            await asyncio.sleep(0.05)
    (server,) = bot.children()
    return server


async def is_gone(pid: int, seconds: float) -> bool:
    """Tell whether the process ends in time."""
    end = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return not is_alive(pid)
