"""Moments at which a bot is killed."""

import asyncio
import random
from dataclasses import dataclass

from tests.fakes.discord_client import SimulatedDiscord

MOST_SECONDS_OF_A_LIFE = 4.0


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
