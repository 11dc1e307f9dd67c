"""What is found again after a kill comes before what members do next."""

from pathlib import Path

from tests.fakes.discord_client import simulated_discord
from tests.stage.audit import assert_each_turn_once
from tests.stage.bot_life import bot_life, scripted_model, wait_settled
from tests.stage.players import open_stories


async def test_a_turn_accepted_before_a_kill_stands_above_those_accepted_after(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "data"
    with (tmp_path / "processes.log").open("wb") as log:
        async with (
            simulated_discord(log=log, channels=1) as discord,
            scripted_model(log) as env,
        ):
            (channel_id,) = discord.channel_ids
            writer = discord.member_ids[1]
            async with bot_life(discord, data_dir, env, log):
                await open_stories(discord, "short")
                opened = await discord.command(writer, channel_id, "story write")
                trap = await discord.trap(
                    "POST", "/interactions/{interaction_id}/{interaction_token}/callback"
                )
                await discord.submit(writer, opened["id"], "The lamp went out.")
                assert await discord.wait_sprung(trap)
            async with bot_life(discord, data_dir, env, log):
                answer = await discord.command(writer, channel_id, "story continue")
                assert answer["acknowledged"]
                assert await wait_settled(data_dir, seconds=20) == 0
            state = await discord.state()
    assert assert_each_turn_once(data_dir, state)["turns"] == 2
