"""SIGTERM: the bot leaves at once and cleanly, and the next one finishes what was under way."""

import time
from pathlib import Path

from tests.fakes.discord_client import simulated_discord
from tests.fakes.processes import running
from tests.stage.audit import assert_each_turn_once, count_unfinished
from tests.stage.bot_life import bot_life, wait_settled
from tests.stage.players import open_stories

MOST_SECONDS_TO_LEAVE = 10.0


async def test_a_bot_told_to_end_leaves_cleanly_and_its_turn_is_finished_by_the_next(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "data"
    with (tmp_path / "processes.log").open("wb") as log:
        async with (
            simulated_discord(log=log, channels=1) as discord,
            running("tests.fakes.model_server", "--delay", "0.2", log=log) as model,
        ):
            port = (await model.read_line(seconds=20))["listening"]
            env = {"MODEL_URL": f"http://127.0.0.1:{port}/v1"}
            (channel_id,) = discord.channel_ids
            async with bot_life(discord, data_dir, env, log) as bot:
                await open_stories(discord, "short")
                await discord.command(discord.member_ids[1], channel_id, "story continue")
                begin = time.monotonic()
                await bot.terminate()
                seconds = time.monotonic() - begin
            assert bot.exit_code == 0
            assert seconds < MOST_SECONDS_TO_LEAVE
            assert count_unfinished(data_dir) == 1
            async with bot_life(discord, data_dir, env, log):
                assert await wait_settled(data_dir, seconds=30) == 0
            state = await discord.state()
    assert assert_each_turn_once(data_dir, state)["turns"] == 1
    written = (tmp_path / "processes.log").read_text()
    assert "Traceback" not in written
    assert "never retrieved" not in written
