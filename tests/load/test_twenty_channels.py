"""Twenty channels ask at once, and the real model writes for all of them."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles

import pytest

from tests.fakes.discord_client import Json, SimulatedDiscord, simulated_discord
from tests.fakes.discord_server.interactions import MODAL
from tests.stage.audit import assert_each_turn_once, count_posted
from tests.stage.bot_life import bot_life, wait_settled
from tests.stage.players import open_stories

Act = Callable[[SimulatedDiscord, int, int], Awaitable[None]]

CHANNELS = 20
INTERACTIONS_A_ROUND = 3 * CHANNELS  # a command, its form, a command
MOST_SECONDS_TO_ACKNOWLEDGE = 1.0
MOST_ROUNDS = 2  # the second only when the machine was too busy with something else
SECONDS_A_ROUND = 150.0


@pytest.mark.slow
@pytest.mark.timeout(120 + SECONDS_A_ROUND * MOST_ROUNDS)
async def test_twenty_channels_at_once_are_answered_at_once_and_in_order(tmp_path: Path) -> None:
    data_dir, lags = tmp_path / "data", tmp_path / "lags"
    waits: list[float] = []
    with (tmp_path / "processes.log").open("wb") as log:
        async with (
            simulated_discord(log=log, channels=CHANNELS, members=CHANNELS) as discord,
            bot_life(discord, data_dir, {}, log, "--lag", str(lags)),
        ):
            await open_stories(discord, "short")
            for _ in range(MOST_ROUNDS):
                await everywhere(discord, write)
                await everywhere(discord, ask)
                assert await wait_settled(data_dir, SECONDS_A_ROUND) == 0
                state = await discord.state()
                waits.append(p99(seconds_waited(state)[-INTERACTIONS_A_ROUND:]))
                if waits[-1] < MOST_SECONDS_TO_ACKNOWLEDGE:
                    break
    report = {
        "acknowledged, p99 s": waits,
        "event loop lag, p99 s": p99([float(lag) for lag in lags.read_text().split()]),
        "seconds to the last word": round(seconds_to_the_last_word(state), 1),
        **assert_each_turn_once(data_dir, state),
    }
    sys.stdout.write(f"{report}\n")
    assert count_posted(data_dir) == CHANNELS * len(waits)
    assert waits[-1] < MOST_SECONDS_TO_ACKNOWLEDGE
    assert places_shown(state) >= {1, 2, 3}


async def everywhere(discord: SimulatedDiscord, act: Act) -> None:
    """Let one member in each channel act, all at the same moment."""
    pairs = zip(discord.member_ids, discord.channel_ids, strict=True)
    await asyncio.gather(*(act(discord, member, channel) for member, channel in pairs))


async def write(discord: SimulatedDiscord, member_id: int, channel_id: int) -> None:
    """Write a turn in the form."""
    opened = await discord.command(member_id, channel_id, "story write")
    assert opened["answer_type"] == MODAL
    answer = await discord.submit(member_id, opened["id"], f"A letter came for {member_id}.")
    assert answer["acknowledged"]


async def ask(discord: SimulatedDiscord, member_id: int, channel_id: int) -> None:
    """Ask the model for the next turn."""
    answer = await discord.command(member_id, channel_id, "story continue")
    assert answer["acknowledged"]


def seconds_waited(state: Json) -> list[float]:
    """Return how long each interaction waited for its acknowledgement, in their order."""
    return [i["acknowledged"] - i["sent"] for i in state["interactions"]]


def places_shown(state: Json) -> set[int]:
    """Return the places in the queue that members were told."""
    contents = [(request["json"] or {}).get("content") or "" for request in messages_sent(state)]
    return {int(found) for text in contents for found in re.findall(r"Place (\d+) in", text)}


def messages_sent(state: Json) -> list[Json]:
    return [request for request in state["requests"] if "/messages" in request["route"]]


def seconds_to_the_last_word(state: Json) -> float:
    """Return the time from the first act to the last edit."""
    first = min(interaction["sent"] for interaction in state["interactions"])
    return max(request["arrived"] for request in messages_sent(state)) - first


def p99(seconds: list[float]) -> float:
    return float(quantiles(seconds, n=100)[-1])
