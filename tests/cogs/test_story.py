"""The way through a story, from the first command to the last."""

import discord
import simcord

from tests.fakes.scripted_model import ScriptedModel


def labels(message: discord.Message) -> list[str]:
    rows = [line for line in message.components if isinstance(line, discord.ActionRow)]
    return [str(getattr(button, "label", "")) for row in rows for button in row.children]


async def test_a_story_is_started_written_and_continued(
    simcord_env: simcord.Env, model: ScriptedModel
) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("room")
    alice = guild.add_member(simcord_env.create_user("alice"))
    await alice.slash(room, "story start", title="The Lighthouse")
    form = await alice.slash(room, "story write")
    await alice.submit_modal(form, {"text": "It was a dark night."})
    await alice.slash(room, "story continue")
    opening, written, told = room.history()
    assert "The Lighthouse" in opening.content
    assert written.content == "**alice**\nIt was a dark night."
    assert told.content.startswith("And then the lantern")
    assert labels(told) == ["Continue", "Retry", "Alternatives", "Undo"]
