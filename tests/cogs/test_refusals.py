"""Refusals: private, in the member's language, with what to do next."""

import discord
import pytest

from tests.cogs.scene import Scene, file_of, told
from tests.conftest import Speaker


async def test_a_command_without_a_story_says_how_to_start_one(scene: Scene) -> None:
    refused = await scene.go_on()
    assert told(refused) == "No story is open here. Start one with /story start."
    assert scene.public() == []


async def test_a_second_story_in_a_channel_is_refused_with_ways_out(scene: Scene) -> None:
    await scene.start()
    refused = await scene.bo.slash(scene.room, "story start", title="Another")
    assert told(refused) == (
        "“The Lighthouse” is open here already. Go on with it, end it with /story end, "
        "or start the new one in a thread."
    )


async def test_a_story_for_adults_needs_an_age_restricted_channel(scene: Scene) -> None:
    refused = await scene.start(rating="mature", place="thread")
    assert told(refused).startswith("A story for adults needs an age-restricted channel.")
    assert scene.room.threads == []


async def test_a_story_for_adults_starts_in_an_age_restricted_channel(scene: Scene) -> None:
    channel = scene.env.bot.get_channel(scene.room.id)
    assert isinstance(channel, discord.TextChannel)
    channel.nsfw = True
    await scene.start(rating="mature")
    assert "for adults" in scene.newest.content


async def test_only_the_starter_or_a_moderator_may_end(scene: Scene) -> None:
    await scene.start()
    refused = await scene.bo.slash(scene.room, "story end")
    allowed = await scene.maya.slash(scene.room, "story end")
    assert told(refused) == (
        "Only the story's starter or a moderator can do this. Ask one of them."
    )
    assert told(allowed) == ""


async def test_only_its_author_the_starter_or_a_moderator_may_undo_a_turn(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.maya, "Mine.")
    refused = await scene.bo.slash(scene.room, "story undo")
    assert told(refused).startswith("Only the turn's author, the story's starter or a moderator")


@pytest.mark.parametrize(
    ("command", "denied", "name"),
    [
        ({}, "send_messages", "Send Messages"),
        ({"place": "thread"}, "create_public_threads", "Create Public Threads"),
        ({"place": "thread"}, "send_messages_in_threads", "Send Messages in Threads"),
    ],
)
async def test_a_permission_that_the_bot_lacks_is_named(
    scene: Scene, command: dict[str, str], denied: str, name: str
) -> None:
    me = scene.env.bot.user
    assert me is not None
    overwrite = discord.PermissionOverwrite(**{denied: False})
    room = scene.guild.create_text_channel("closed", overwrites={me: overwrite})
    refused = await scene.alice.slash(room, "story start", title="T", **command)
    assert told(refused) == f"I lack permissions in this channel: {name}. Ask a moderator."


async def test_a_member_cannot_open_threads_through_the_bot_without_the_right(
    scene: Scene,
) -> None:
    overwrite = discord.PermissionOverwrite(create_public_threads=False)
    room = scene.guild.create_text_channel("quiet", overwrites={scene.bo: overwrite})
    refused = await scene.bo.slash(room, "story start", title="T", place="thread")
    assert (
        told(refused) == "You lack permissions there: Create Public Threads. Choose another place."
    )


async def test_a_thread_cannot_have_a_thread(scene: Scene) -> None:
    await scene.start(place="thread")
    (thread,) = scene.room.threads
    await scene.alice.slash(thread, "story end")
    refused = await scene.alice.slash(thread, "story start", title="T", place="thread")
    assert told(refused).startswith("Stories live in the text channels and threads of a server.")


async def test_a_refused_text_is_given_back(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    await scene.alice.slash(scene.room, "story end")
    refused = await scene.bo.submit_modal(form, {"text": "A line\nand another."})
    assert told(refused).startswith("“The Lighthouse” has ended. ")
    assert told(refused).endswith("\nYour text:\n>>> A line\nand another.")


async def test_a_long_refused_text_is_given_back_as_a_file(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    await scene.alice.slash(scene.room, "story end")
    text = "A long line. " * 200
    refused = await scene.bo.submit_modal(form, {"text": text})
    file = file_of(refused)
    assert told(refused).endswith("Your text is in the file.")
    assert (await file.read()).decode() == text


async def test_refusals_speak_the_members_language(scene: Scene, speaker: Speaker) -> None:
    speaker.locale = "zh-CN"
    simplified = await scene.go_on()
    speaker.locale = "zh-TW"
    traditional = await scene.go_on()
    speaker.locale = "fr"
    other = await scene.go_on()
    assert told(simplified) == "这里还没有进行中的故事。用 /故事 开始 来开一个。"
    assert told(traditional) == told(simplified)
    assert told(other) == "No story is open here. Start one with /story start."


async def test_public_notices_speak_the_language_of_the_story(
    scene: Scene, speaker: Speaker
) -> None:
    await scene.start(language="zh-CN")
    await scene.go_on()
    await scene.alice.slash(scene.room, "story undo")
    opening, turn = scene.public()
    assert "用 /故事 写作 来写" in opening.content
    assert "已被" in turn.content


async def test_a_story_started_in_chinese_is_written_in_chinese(
    scene: Scene, speaker: Speaker
) -> None:
    speaker.locale = "zh-CN"
    await scene.start()
    assert "中文" in scene.newest.content
