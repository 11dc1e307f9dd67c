"""/npc: a server's cast, made by its members."""

from typing import Any

import discord
from simcord import InteractionResult, MemberActor

from engine.story import Character
from engine.writing.cast import read_cast, read_character_by_name
from tests.cogs.scene import Scene, labels, told

MIRA = {
    "name": "Mira",
    "description": "A smuggler with a glass eye.",
    "personality": "proud",
    "examples": "“Not for gold.”",
    "greeting": "“You are late.”",
}


async def create(
    scene: Scene, member: MemberActor | None = None, **fields: str
) -> InteractionResult:
    who = member or scene.alice
    form = await who.slash(scene.room, "npc create")
    return await who.submit_modal(form, MIRA | fields)


async def character_named(scene: Scene, name: str) -> Character:
    return await read_character_by_name(scene.engine, guild_id=scene.guild.id, name=name)


def inputs(form: InteractionResult) -> dict[str, dict[str, Any]]:
    """Return the fields of an open form by custom id."""
    assert form.modal is not None
    fields = [label["component"] for label in form.modal["components"]]
    return {field["custom_id"]: field for field in fields}


def shown(result: InteractionResult) -> discord.Message:
    """Return the private message with the buttons."""
    answers = [answer for answer in (result.response, *result.followups) if answer is not None]
    message: discord.Message = answers[-1].message
    return message


async def test_a_created_character_is_introduced_by_name_and_face_alone(scene: Scene) -> None:
    made = await create(scene)
    assert "**Mira**" in told(made)
    assert "A smuggler with a glass eye." in told(made)
    assert labels(shown(made)) == ["Edit", "Retire", "Introduce it here", "Export"]
    assert scene.newest.content.startswith("🎭 **Mira** joins the cast.")
    assert "glass" not in "".join(scene.contents())
    assert [file.filename for file in scene.newest.attachments] == ["face.png"]
    mira = await character_named(scene, "mira")
    assert (mira.card_channel_id, mira.card_message_id) == (scene.room.id, scene.newest.id)


async def test_the_form_has_five_fields_and_only_the_name_is_needed(scene: Scene) -> None:
    form = await scene.alice.slash(scene.room, "npc create")
    fields = inputs(form)
    assert list(fields) == list(MIRA)
    assert [name for name, field in fields.items() if field["required"]] == ["name"]
    empty = dict.fromkeys(MIRA, "") | {"name": "Bo"}
    await scene.alice.submit_modal(form, empty)
    assert (await character_named(scene, "bo")).sheet.description == ""


async def test_a_name_that_is_taken_gives_the_text_back(scene: Scene) -> None:
    await create(scene)
    refused = await create(scene, scene.bo, name="MIRA", description="Another one.")
    assert "A character called “MIRA” is here already." in told(refused)
    assert "Another one." in told(refused)
    assert len(await read_cast(scene.engine, guild_id=scene.guild.id)) == 1


async def test_the_creator_and_moderators_edit_others_do_not(scene: Scene) -> None:
    await create(scene)
    refused = await scene.bo.slash(scene.room, "npc edit", name="mira")
    assert "Only who made the character or a moderator" in told(refused)
    for member in (scene.alice, scene.maya):
        form = await member.slash(scene.room, "npc edit", name="mira")
        assert inputs(form)["description"]["value"] == MIRA["description"]
        await member.submit_modal(form, MIRA | {"personality": f"as {member.id} likes"})
    assert (await character_named(scene, "Mira")).sheet.personality == f"as {scene.maya.id} likes"


async def test_nobody_writes_over_another_edit(scene: Scene) -> None:
    await create(scene)
    first = await scene.alice.slash(scene.room, "npc edit", name="Mira")
    second = await scene.maya.slash(scene.room, "npc edit", name="Mira")
    await scene.maya.submit_modal(second, MIRA | {"personality": "calm"})
    refused = await scene.alice.submit_modal(first, MIRA | {"personality": "wild"})
    assert "Somebody else changed this character" in told(refused)
    assert "wild" in told(refused), "the text is given back"
    assert (await character_named(scene, "Mira")).sheet.personality == "calm"


async def test_retired_and_brought_back(scene: Scene) -> None:
    await create(scene)
    retired = await scene.alice.slash(scene.room, "npc retire", name="mira")
    assert "retired" in told(retired)
    assert labels(shown(retired)) == ["Bring back", "Export"]
    edit = await scene.alice.slash(scene.room, "npc edit", name="mira")
    assert "Mira is retired." in told(edit)
    await scene.alice.click(shown(retired), label="Bring back")
    cast = await read_cast(scene.engine, guild_id=scene.guild.id)
    assert [character.name for character in cast] == ["Mira"]


async def test_only_who_may_retires(scene: Scene) -> None:
    await create(scene)
    refused = await scene.bo.slash(scene.room, "npc retire", name="Mira")
    assert "Only who made the character or a moderator" in told(refused)


async def test_the_list_is_read_page_by_page_and_leads_to_each_character(scene: Scene) -> None:
    empty = await scene.bo.slash(scene.room, "npc list")
    assert "Nobody yet." in told(empty)
    for number in range(12):
        await create(scene, name=f"Guard {number:02}")
    first = await scene.bo.slash(scene.room, "npc list")
    assert "**The cast of this server**: 12" in told(first)
    assert told(first).count("- **Guard") == 10
    assert "Page 1 of 2" in told(first)
    await scene.bo.click(shown(first), label="Next page")
    assert "Guard 11" in shown(first).content
    guard = await character_named(scene, "guard 11")
    picked = await scene.bo.select(shown(first), [str(guard.id)], custom_id="cast:character")
    assert "**Guard 11**" in told(picked)


async def test_a_character_that_is_not_there_is_not_shown(scene: Scene) -> None:
    refused = await scene.bo.slash(scene.room, "npc show", name="Nobody")
    assert "No character here is called “Nobody”" in told(refused)


async def test_without_the_right_to_attach_files_it_is_made_and_can_be_introduced_later(
    scene: Scene,
) -> None:
    me = scene.env.bot.user
    assert me is not None
    overwrite = discord.PermissionOverwrite(attach_files=False)
    closed = scene.guild.create_text_channel("closed", overwrites={me: overwrite})
    form = await scene.alice.slash(closed, "npc create")
    made = await scene.alice.submit_modal(form, MIRA)
    assert "Attach Files" in told(made)
    assert scene.public(closed) == []
    again = await scene.alice.slash(scene.room, "npc show", name="mira")
    await scene.alice.click(shown(again), label="Introduce it here")
    assert scene.newest.content.startswith("🎭 **Mira** joins the cast.")
