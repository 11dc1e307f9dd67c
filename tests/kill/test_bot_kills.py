"""The bot is killed in the middle of its work, again and again; no turn is lost or doubled."""

import collections
import os
import random
import sys
from pathlib import Path

import pytest

from tests.fakes.discord_client import simulated_discord
from tests.kill.moments import MOMENTS, wait_for_moment
from tests.stage.audit import assert_each_turn_once
from tests.stage.bot_life import bot_life, scripted_model, wait_settled
from tests.stage.players import open_stories, playing

ROUNDS = int(os.environ.get("KILL_ROUNDS", "8"))
SECONDS_A_ROUND = 20.0
SECONDS_TO_SETTLE = 60.0


@pytest.mark.timeout(60 + SECONDS_A_ROUND * ROUNDS + SECONDS_TO_SETTLE)
async def test_every_accepted_turn_survives_kills_of_the_bot_and_is_posted_once(
    tmp_path: Path,
) -> None:
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    moments = []
    with (tmp_path / "processes.log").open("wb") as log:
        async with (
            simulated_discord(log=log) as discord,
            scripted_model(log, "--chapters", "--delay", "0.004") as env,
        ):
            data_dir = tmp_path / "data"
            async with bot_life(discord, data_dir, env, log):
                await open_stories(discord, "long", "short")
            for number in range(ROUNDS):
                moment = MOMENTS[number % len(MOMENTS)]
                async with (
                    bot_life(discord, data_dir, env, log) as bot,
                    playing(discord, seed + number),
                ):
                    moments.append(await wait_for_moment(discord, moment, dice))
                    await bot.kill()
            async with bot_life(discord, data_dir, env, log):
                assert await wait_settled(data_dir, SECONDS_TO_SETTLE) == 0
            state = await discord.state()
    report = {
        "seed": seed,
        "moments": collections.Counter(moments),
        **assert_each_turn_once(data_dir, state),
    }
    sys.stdout.write(f"{report}\n")
    assert report["turns"] >= ROUNDS
