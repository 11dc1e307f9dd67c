"""A life of the bot: the real process on the simulated Discord, ended by SIGKILL."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import IO

from tests.fakes.discord_client import SimulatedDiscord
from tests.fakes.processes import Child, running
from tests.stage.audit import count_unfinished

SECONDS_TO_CONNECT = 30.0


@contextlib.asynccontextmanager
async def bot_life(
    discord: SimulatedDiscord, data_dir: Path, env: dict[str, str], log: IO[bytes], *arguments: str
) -> AsyncGenerator[Child]:
    """Run the real bot until the block ends; then it is killed."""
    before = (await discord.connection())["identified"]
    settings = {
        "DATA_DIR": str(data_dir),
        "DISCORD_TOKEN": "loopback",
        "LOG_FORMAT": "json",
        **env,
    }
    port = ("--discord-port", str(discord.port))
    async with running(
        "tests.fakes.bot_process", *port, *arguments, log=log, env=settings
    ) as child:
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            while True:
                connection = await discord.connection()
                if connection["connected"] and connection["identified"] > before:
                    break
                assert child.exit_code is None, f"the bot ended with {child.exit_code}"
                await asyncio.sleep(0.05)
        yield child


@contextlib.asynccontextmanager
async def scripted_model(log: IO[bytes], *arguments: str) -> AsyncGenerator[dict[str, str]]:
    """Run a model server without a model, which outlives the bot; yield the bot's settings."""
    async with running("tests.fakes.model_server", *arguments, log=log) as child:
        port = (await child.read_line(seconds=20))["listening"]
        yield {"MODEL_URL": f"http://127.0.0.1:{port}/v1"}


async def wait_settled(data_dir: Path, seconds: float) -> int:
    """Wait until no turn is unfinished; return how many still are."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while count_unfinished(data_dir):
                await asyncio.sleep(0.1)
    return count_unfinished(data_dir)
