"""The whole bot writes in several channels at once, within Discord's limits."""

from itertools import repeat
from pathlib import Path

import pytest

from bot.settings import BotSettings
from tests.fakes.discord_client import Json, SimulatedDiscord, simulated_discord
from tests.stage.audit import assert_each_turn_once
from tests.stage.bot_life import bot_life, scripted_model, wait_settled
from tests.stage.players import open_stories

MOST_SECONDS_LATE = 1.0
# Texts that end are edited at once. Four edits so near leave a bucket one: more wait for the next.
BUCKET_EDITS = 4  # that the pacer makes of the five which Discord lets through
BUCKET_SECONDS = 5.0
SECONDS_TO_SETTLE = 60.0
ROUTE = "/channels/{channel_id}/messages"
SHOWING = {("POST", ROUTE), ("PATCH", ROUTE + "/{message_id}")}


@pytest.mark.timeout(120)
async def test_streams_in_all_channels_are_edited_in_time_and_end_in_the_right_text(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "data"
    with (tmp_path / "processes.log").open("wb") as log:
        async with (
            simulated_discord(log=log, channels=4, members=6) as discord,
            scripted_model(log, "--chapters", "--delay", "0.02") as env,
            bot_life(discord, data_dir, env, log),
        ):
            await open_stories(discord, "long")
            await ask_everywhere(discord)
            assert await wait_settled(data_dir, SECONDS_TO_SETTLE) == 0
            state = await discord.state()
            cards = [(await discord.messages(room))[0]["id"] for room in discord.channel_ids]
    assert_each_turn_once(data_dir, state)
    assert state["refused_for_rate"] == 0
    most_late = map(most_seconds_late, repeat(state), discord.channel_ids, cards)
    assert max(most_late) < MOST_SECONDS_LATE


async def ask_everywhere(discord: SimulatedDiscord) -> None:
    """Ask for three alternatives in one channel, and for one turn in each of the others."""
    _, *writers = discord.member_ids
    crowded, *others = discord.channel_ids
    answers = [await discord.command(writers[0], crowded, "story alternatives")]
    for writer, channel_id in zip(writers[1:], others, strict=False):
        answers.append(await discord.command(writer, channel_id, "story continue"))
    assert all(answer["acknowledged"] for answer in answers)


def most_seconds_late(state: Json, channel_id: int, card_id: int) -> float:
    """Return how late a channel showed anything new, by the pace and by what a bucket holds.

    The card that opened the story loses its buttons when nobody waits for it: that is no showing,
    yet it takes its place in the pace and in the bucket.
    """
    _opening, *edits = [
        (request["arrived"], not request["path"].endswith(f"/{card_id}"))
        for request in state["requests"]
        if (request["method"], request["route"]) in SHOWING and str(channel_id) in request["path"]
    ]
    pace = BotSettings(_env_file=None).seconds_between_edits
    arrivals = [arrived for arrived, _is_showing in edits]
    openings = [float("-inf")] * BUCKET_EDITS + arrivals  # of buckets, so many edits before
    return max(
        shown - max(last + pace, first + BUCKET_SECONDS)
        for first, last, (shown, is_showing) in zip(openings[1:], arrivals, edits[1:], strict=False)
        if is_showing
    )
