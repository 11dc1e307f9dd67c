"""The lives of a bot: started on the same data again and again, and ended by SIGKILL."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.fakes.discord_client import SimulatedDiscord
from tests.fakes.processes import Child, running
from tests.kill.audit import count_unfinished

SECONDS_TO_CONNECT = 30.0
MOST_SECONDS_OF_A_LIFE = 5.0


@dataclass(frozen=True)
class Moment:
    """When to kill: at a random time, or while Discord's answer to a request is under way.

    `skip` requests of the same kind pass before; then Discord has acted and the bot waits.
    `after` seconds later the bot is killed.
    """

    name: str
    method: str = ""
    route: str = ""
    skip: int = 0
    after: float = 0.0


MESSAGES = "/channels/{channel_id}/messages"
MOMENTS = (
    Moment("any time"),
    Moment("during a post", "POST", MESSAGES),
    Moment("any time"),
    Moment("between writing and posting", "PATCH", f"{MESSAGES}/{{message_id}}", after=2.5),
    Moment("during a later post", "POST", MESSAGES, skip=3),
    Moment(
        "at an acknowledgement",
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        skip=2,
    ),
    Moment("any time"),
    Moment("during an edit", "PATCH", f"{MESSAGES}/{{message_id}}", skip=4),
)


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


async def wait_for_moment(discord: SimulatedDiscord, moment: Moment, random: random.Random) -> str:
    """Wait until the moment to kill; return what it was, or that it did not come."""
    if not moment.method:
        seconds = random.uniform(0.0, MOST_SECONDS_OF_A_LIFE)
        await asyncio.sleep(seconds)
        return moment.name
    trap = await discord.trap(moment.method, moment.route, skip=moment.skip)
    if not await discord.wait_sprung(trap, seconds=MOST_SECONDS_OF_A_LIFE * 2):
        await discord.open_trap(trap)
        return f"{moment.name} (did not come)"
    await asyncio.sleep(moment.after)
    return moment.name


async def wait_settled(data_dir: Path, seconds: float) -> int:
    """Wait until no turn is unfinished; return how many still are."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while count_unfinished(data_dir):
                await asyncio.sleep(0.1)
    return count_unfinished(data_dir)
