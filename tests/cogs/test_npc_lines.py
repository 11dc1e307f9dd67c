"""Characters speak: drafts in private, posts under their own name, and what happens when not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.client import ScriptoriumBot
from engine.story import Member
from engine.writing import read_story
from engine.writing.cast import Scene as Stage
from engine.writing.cast import post_draft, speak_as
from tests.cogs.scene import Scene, told
from tests.fakes.scripted_model import ScriptedModel

NewBot = Callable[[], ScriptoriumBot]
LINES = ["The tide is late.", "Nobody sails tonight.", "Ask the harbour master."]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel([*LINES, *(f"Line {n}." for n in range(9))])


async def say(scene: Scene, member: MemberActor | None = None) -> InteractionResult:
    """Make Mira by a typed line, and let a member draft her next one."""
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="Who is there?")
    return await (member or scene.alice).slash(scene.room, "npc say", name="mira")


def buttons(message: Any) -> dict[str, int]:
    """Return the labels of a private message's buttons, each with the number it is about."""
    return {
        button["label"]: int(button["custom_id"].rpartition(":")[2])
        for row in message.components
        for button in row["components"]
    }


async def press(scene: Scene, result: InteractionResult, label: str) -> InteractionResult:
    assert result.response is not None
    return await scene.alice.click(result.response, label=label)


def spoken(scene: Scene, place: ChannelHandle | None = None) -> list[tuple[str, str]]:
    return [
        (message.author.name, message.content)
        for message in scene.public(place)
        if message.webhook_id is not None
    ]


async def texts(scene: Scene, place: ChannelHandle | None = None) -> list[str]:
    channel = place or scene.room
    _, path = await read_story(scene.engine, guild_id=scene.guild.id, channel_id=channel.id)
    return [turn.told for turn in path]


async def test_a_typed_line_is_spoken_under_the_characters_name(scene: Scene) -> None:
    result = await scene.bo.slash(scene.room, "npc as", name="Mira", line="Who is there?")
    assert spoken(scene) == [("Mira", "Who is there?")]
    assert told(result) == "✅ Posted as turn 1."
    assert await texts(scene) == ["Mira: Who is there?"]


async def test_a_line_opens_a_scene_where_no_story_is_open(scene: Scene) -> None:
    await scene.bo.slash(scene.room, "npc as", name="Mira", line="Who is there?")
    story, _ = await read_story(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)
    assert (story.title, story.language) == ("room", "en")


async def test_the_drafts_are_for_who_asked_alone(scene: Scene) -> None:
    before = len(scene.public())
    result = await say(scene)
    assert result.response is not None
    assert result.response.ephemeral
    assert [line in told(result) for line in LINES] == [True] * 3
    assert list(buttons(result.response)) == [
        "1. Post",
        "1. Edit and post",
        "2. Post",
        "2. Edit and post",
        "3. Post",
        "3. Edit and post",
        "Again",
    ]
    assert len(scene.public()) == before + 1  # the typed line


async def test_a_draft_is_posted_as_it_is(scene: Scene) -> None:
    result = await say(scene)
    await press(scene, result, "2. Post")
    assert spoken(scene)[-1] == ("Mira", LINES[1])
    assert await texts(scene) == ["Mira: Who is there?", f"Mira: {LINES[1]}"]


async def test_a_draft_pressed_twice_is_posted_once(scene: Scene) -> None:
    result = await say(scene)
    assert result.response is not None
    draft_id = buttons(result.response)["2. Post"]
    await press(scene, result, "2. Post")
    stage = Stage(scene.guild.id, scene.room.id, "room", "en", is_age_restricted=False)
    again = await post_draft(
        scene.engine,
        scene=stage,
        draft_id=draft_id,
        member=Member(scene.alice.id, "alice"),
        interaction_id=1,
    )
    bot = scene.env.bot
    assert isinstance(bot, ScriptoriumBot)
    story, _ = await read_story(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)
    await bot.replies.post(story, again)
    assert [text for _, text in spoken(scene)].count(LINES[1]) == 1
    assert await texts(scene) == ["Mira: Who is there?", f"Mira: {LINES[1]}"]


async def test_an_edited_draft_is_posted_in_the_members_words(scene: Scene) -> None:
    result = await say(scene)
    form = await press(scene, result, "1. Edit and post")
    await scene.alice.submit_modal(form, {"text": "The tide is early."})
    assert spoken(scene)[-1] == ("Mira", "The tide is early.")


async def test_again_gives_other_drafts(scene: Scene) -> None:
    result = await say(scene)
    again = await press(scene, result, "Again")
    assert "Line 0." in told(again)


async def test_buttons_of_drafts_survive_a_restart(scene: Scene, new_bot: NewBot) -> None:
    result = await say(scene)
    await scene.env.restart_bot(new_bot())
    await press(scene, result, "3. Post")
    assert spoken(scene)[-1] == ("Mira", LINES[2])


async def test_after_the_scene_moved_on_a_draft_is_posted_by_a_second_press(scene: Scene) -> None:
    result = await say(scene)
    await scene.bo.slash(scene.room, "npc as", name="Tom", line="Wait!")
    refused = await press(scene, result, "1. Post")
    assert "The scene went on since this draft was written." in told(refused)
    await press(scene, result, "1. Post")
    assert await texts(scene) == ["Mira: Who is there?", "Tom: Wait!", f"Mira: {LINES[0]}"]


async def test_a_line_in_a_thread_is_posted_there_through_the_parents_webhook(
    scene: Scene,
) -> None:
    await scene.start(place="thread")
    thread = next(c for c in scene.env.backend.channels.values() if c.name == "The Lighthouse")
    place = ChannelHandle(scene.env, scene.guild, thread)
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="Out here.")
    await scene.alice.slash(place, "npc as", name="Mira", line="In here.")
    assert spoken(scene) == [("Mira", "Out here.")]
    assert spoken(scene, place) == [("Mira", "In here.")]
    assert len(scene.env.backend.webhooks) == 1


async def test_the_webhook_is_found_again_after_a_restart(scene: Scene, new_bot: NewBot) -> None:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    await scene.env.restart_bot(new_bot())
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="Two.")
    assert len(scene.env.backend.webhooks) == 1
    assert [text for _, text in spoken(scene)] == ["One.", "Two."]


async def test_a_webhook_that_was_deleted_is_made_anew(scene: Scene) -> None:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    (gone,) = scene.env.backend.webhooks
    scene.env.backend.delete_webhook(gone)
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="Two.")
    assert [text for _, text in spoken(scene)] == ["One.", "Two."]
    assert gone not in scene.env.backend.webhooks
    used = [r.path for r in scene.env.http_requests if str(gone) in r.path and r.method == "POST"]
    assert len(used) == 2, "after Discord said that it is gone, it is not used again"


async def test_without_the_right_the_line_is_posted_plainly_and_the_right_is_named(
    scene: Scene,
) -> None:
    scene.env.inject_error("GET", "/channels/*/webhooks", status=403, code=50013)
    result = await scene.alice.slash(scene.room, "npc as", name="Mi*ra", line="One.")
    assert scene.newest.content == "**Mi\\*ra**: One."
    assert "Manage Webhooks" in told(result)


async def test_a_full_channel_is_told(scene: Scene) -> None:
    scene.env.inject_error("POST", "/channels/*/webhooks", status=400, code=30007)
    result = await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    assert "as many webhooks as Discord allows" in told(result)


async def test_a_character_called_as_a_member_is_marked(scene: Scene) -> None:
    await scene.alice.slash(scene.room, "npc as", name="BO", line="One.")
    assert spoken(scene) == [("BO 🎭", "One.")]


async def test_a_long_line_is_split(scene: Scene) -> None:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="The sea was calm. " * 150)
    assert len(spoken(scene)) == 2


async def test_an_undone_line_is_marked_and_comes_back(scene: Scene) -> None:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    await scene.alice.slash(scene.room, "story undo")
    assert "Undone by" in scene.newest.content
    await scene.alice.slash(scene.room, "story redo")
    assert scene.newest.content == "One."


async def test_a_plain_line_is_marked_too(scene: Scene) -> None:
    scene.env.inject_error("GET", "/channels/*/webhooks", status=403, code=50013)
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    await scene.alice.slash(scene.room, "story undo")
    assert scene.newest.content.startswith("**Mira**: One.\n-# ")
    assert "Undone by" in scene.newest.content


async def test_a_line_is_read_with_its_name(scene: Scene) -> None:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="One.")
    read = await scene.bo.slash(scene.room, "story read")
    assert "**Mira**: One." in told(read)


async def test_two_game_masters_at_once_each_post_their_line_once(scene: Scene) -> None:
    bot = scene.env.bot
    assert isinstance(bot, ScriptoriumBot)
    await scene.alice.slash(scene.room, "npc as", name="Mira", line="Zero.")
    stage = Stage(scene.guild.id, scene.room.id, "room", "en", is_age_restricted=False)
    made = [
        await speak_as(
            scene.engine,
            scene=stage,
            name=name,
            line=f"{name} speaks.",
            member=Member(number, name),
            interaction_id=number,
        )
        for number, name in ((501, "Ash"), (502, "Elm"))
    ]
    story, _ = await read_story(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)
    await asyncio.gather(*(bot.replies.post(story, turn) for turn in (*made, *made[::-1])))
    assert [text for _, text in spoken(scene)] == ["Zero.", "Ash speaks.", "Elm speaks."]
