"""Who wrote a message, and the deletion of a character's line."""

import discord
import pytest
from simcord import InteractionResult, MemberActor

from engine.writing import read_story
from tests.cogs.scene import Scene, told
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["One.", "Two.", "Three.", "Four."])


async def speak(scene: Scene, line: str = "Who is there?") -> discord.Message:
    await scene.alice.slash(scene.room, "npc as", name="Mira", line=line)
    return scene.newest


async def drafted(scene: Scene) -> InteractionResult:
    await speak(scene)
    return await scene.alice.slash(scene.room, "npc say", name="Mira")


async def ask(scene: Scene, message: discord.Message, member: MemberActor | None = None) -> str:
    return told(await (member or scene.bo).context_menu(scene.room, "Who wrote this?", message))


async def delete(scene: Scene, message: discord.Message, member: MemberActor) -> str:
    return told(await member.context_menu(scene.room, "Delete", message))


async def texts(scene: Scene) -> list[str]:
    _, path = await read_story(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)
    return [turn.text for turn in path]


async def test_a_typed_line_is_told_as_such(scene: Scene) -> None:
    assert await ask(scene, await speak(scene)) == (
        "Turn 1 of the story.\n🎭 Spoken as Mira.\n"
        f"It was written by hand. <@{scene.alice.id}> posted it."
    )


async def test_a_posted_draft_names_the_model(scene: Scene) -> None:
    result = await drafted(scene)
    assert result.response is not None
    await scene.alice.click(result.response, label="1. Post")
    said = await ask(scene, scene.newest)
    assert "Turn 2 of the story." in said
    assert "The model scripted wrote it; nobody edited it." in said


async def test_an_edited_draft_names_both(scene: Scene) -> None:
    result = await drafted(scene)
    assert result.response is not None
    form = await scene.alice.click(result.response, label="1. Edit and post")
    await scene.alice.submit_modal(form, {"text": "My own."})
    said = await ask(scene, scene.newest)
    assert "The model scripted drafted it, and a member edited the draft." in said


async def test_a_turn_of_the_story_is_told_too(scene: Scene) -> None:
    await scene.start()
    await scene.go_on(scene.bo)
    said = await ask(scene, scene.newest, scene.alice)
    assert said.startswith("Turn 1 of the story.\nThe model scripted wrote it")
    assert said.endswith(f"<@{scene.bo.id}> asked for it.")


async def test_what_is_no_turn_is_nobodys(scene: Scene) -> None:
    talk = await scene.bo.send(scene.room, "Nice weather.")
    assert await ask(scene, talk) == (
        "This message is no turn of a story of mine, so there is nobody to name."
    )


async def test_a_chinese_member_is_told_in_chinese(scene: Scene, speaker: Speaker) -> None:
    message = await speak(scene)
    speaker.locale = "zh-CN"
    assert "Mira" in await ask(scene, message)
    assert "Turn" not in await ask(scene, message)


async def test_both_menus_have_chinese_names(scene: Scene) -> None:
    commands = scene.env.backend.commands[None]
    for name in ("Who wrote this?", "Delete"):
        names = commands[name, 3]["name_localizations"]
        assert names["zh-CN"] != name


async def test_who_posted_the_newest_line_takes_it_back(scene: Scene) -> None:
    message = await speak(scene)
    said = await delete(scene, message, scene.alice)
    assert said == "🗑️ Deleted, and turn 1 is undone. /story redo brings it back."
    assert message.id not in [each.id for each in scene.public()]
    assert await texts(scene) == []


async def test_redo_posts_a_deleted_line_anew(scene: Scene) -> None:
    await delete(scene, await speak(scene), scene.alice)
    await scene.alice.slash(scene.room, "story redo")
    assert (scene.newest.author.name, scene.newest.content) == ("Mira", "Who is there?")
    assert await texts(scene) == ["Who is there?"]


async def test_of_a_line_that_the_story_went_on_after_only_the_message_goes(scene: Scene) -> None:
    message = await speak(scene)
    await speak(scene, "Nobody.")
    said = await delete(scene, message, scene.alice)
    assert "turn 1 stays in the story" in said
    assert [each.content for each in scene.public()] == ["Nobody."]
    assert await texts(scene) == ["Who is there?", "Nobody."]


async def test_a_moderator_may_delete_a_line_and_others_may_not(scene: Scene) -> None:
    message = await speak(scene)
    refused = await delete(scene, message, scene.bo)
    assert refused == "Only who posted the line or a moderator can do this. Ask one of them."
    assert "Deleted" in await delete(scene, message, scene.maya)


async def test_nothing_else_is_deleted(scene: Scene) -> None:
    await scene.start()
    opening = scene.newest
    await scene.go_on()
    turn = scene.newest
    talk = await scene.bo.send(scene.room, "Nice weather.")
    for message in (opening, turn, talk):
        assert "Only what a character said can be deleted here." in await delete(
            scene, message, scene.maya
        )
    assert [m.id for m in scene.public()] == [opening.id, turn.id, talk.id]


async def test_an_erased_members_lines_leave_discord(scene: Scene) -> None:
    message = await speak(scene)
    asked = await scene.alice.slash(scene.room, "privacy delete")
    assert asked.response is not None
    await scene.alice.click(asked.response, label="Erase everything")
    assert message.id not in [each.id for each in scene.public()]
