"""/npc import and /npc export: cards in, with an honest answer, and out again."""

import json
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import InteractionResult, MemberActor

from engine.files.cards import read_card_file
from engine.writing.cast import read_cast, read_character_by_name
from tests.cogs.scene import Scene, file_of, labels, told
from tests.engine.files.hostile_cards import picture, png, said, text, v2

CARDS = Path(__file__).parents[1] / "engine" / "files" / "cards"
MIRA = (CARDS / "v2.json").read_bytes()


async def bring(
    scene: Scene, name: str, content: bytes, member: MemberActor | None = None
) -> InteractionResult:
    return await (member or scene.alice).slash(scene.room, "npc import", card=(name, content))


def shown(result: InteractionResult) -> discord.Message:
    """Return the private message with the buttons."""
    answers = [answer for answer in (result.response, *result.followups) if answer is not None]
    message: discord.Message = answers[-1].message
    return message


async def test_an_imported_character_is_introduced_and_its_importer_told_what_was_taken(
    scene: Scene,
) -> None:
    answer = told(await bring(scene, "mira.json", MIRA))
    for line in (
        "**Mira**",
        "Imported from a card of version 2.",
        "never for the model: Made for one-shots. Do not tell her about the eye.",
        "They are switched off; a moderator can switch them on.",
        "Its lorebook with 1 entry is in use where the character plays.",
        "so I drew a face",
    ):
        assert line in answer
    assert scene.newest.content.startswith("🎭 **Mira** joins the cast.")
    assert "eye" not in "".join(scene.contents()), "its secrets are the importer's"


async def test_the_cards_instructions_are_a_moderators_to_switch(scene: Scene) -> None:
    made = await bring(scene, "mira.json", MIRA)
    assert "Use the card's instructions" not in labels(shown(made))
    seen = await scene.maya.slash(scene.room, "npc show", name="Mira")
    on = await scene.maya.click(shown(seen), label="Use the card's instructions")
    assert "The card's own instructions to the model are in use." in told(on)
    await scene.maya.click(shown(on), label="Stop its instructions")
    mira = await read_character_by_name(scene.engine, guild_id=scene.guild.id, name="mira")
    assert not mira.uses_instructions


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mira.png", png(), "There is no card in this picture."),
        ("mira.png", picture("GIF"), "This is a GIF picture, and only PNG pictures carry cards."),
        ("mira.json", b'{"name": "package"}', "This file holds no character."),
        ("mira.json", said(v2(name="x" * 81)), "The name has 81 characters"),
        ("mira.exe", b"MZ", "This is no character card"),
    ],
)
async def test_what_is_no_card_is_refused_with_a_way_out(
    scene: Scene, name: str, content: bytes, words: str
) -> None:
    assert words in told(await bring(scene, name, content))
    assert await read_cast(scene.engine, guild_id=scene.guild.id) == []
    assert scene.public() == []


async def test_anybody_takes_a_character_out_as_a_picture_or_as_text(scene: Scene) -> None:
    await bring(scene, "mira.png", png(text(json.loads(MIRA))))
    for options, ending in (({}, "Mira.png"), ({"form": "json"}, "Mira.json")):
        given: dict[str, Any] = {"name": "mira"} | options
        out = await scene.bo.slash(scene.room, "npc export", **given)
        file = file_of(out)
        assert file.filename == ending
        card = read_card_file(await file.read()).card
        assert card["data"]["extensions"] == json.loads(MIRA)["data"]["extensions"]
    seen = await scene.bo.slash(scene.room, "npc show", name="mira")
    pressed = await scene.bo.click(shown(seen), label="Export")
    assert file_of(pressed).filename == "Mira.png"


async def test_what_is_erased_takes_the_introduction_with_it(scene: Scene) -> None:
    await bring(scene, "mira.json", MIRA)
    asked = await scene.alice.slash(scene.room, "privacy delete")
    await scene.alice.click(shown(asked), label="Erase everything")
    assert scene.public() == []
    gone = await scene.bo.slash(scene.room, "npc show", name="Mira")
    assert "No character here is called “Mira”" in told(gone)


async def test_a_character_says_its_first_line_or_another_one_with_names_in_place(
    scene: Scene,
) -> None:
    tom = (CARDS / "v1.json").read_bytes()
    await bring(scene, "tom.json", tom)
    await bring(scene, "mira.json", MIRA)
    await scene.alice.slash(scene.room, "npc greet", name="old tom")
    assert "“Cross or drown, alice.”" in scene.newest.content
    await scene.alice.slash(scene.room, "npc greet", name="Mira", which=2)
    assert "“Shut the door.”" in scene.newest.content
    refused = await scene.alice.slash(scene.room, "npc greet", name="Mira", which=3)
    assert "Mira has no such first line." in told(refused)
    read = await scene.bo.slash(scene.room, "story read")
    assert "**Old Tom**: “Cross or drown, alice.”\n\n**Mira**: “Shut the door.”" in told(read)


async def test_names_and_first_lines_are_offered_while_one_types(scene: Scene) -> None:
    await bring(scene, "mira.json", MIRA)
    for command in ("npc show", "npc edit", "npc retire", "npc export", "npc greet"):
        offered = await scene.bo.autocomplete(scene.room, command, "name", "MI")
        assert [choice["value"] for choice in offered] == ["Mira"], command
    lines = await scene.bo.autocomplete(scene.room, "npc greet", "which", "", name="Mira")
    assert [(choice["name"], choice["value"]) for choice in lines] == [
        ("1. “You are late.”", 0),
        ("2. “Again you.”", 1),
        ("3. “Shut the door.”", 2),
    ]
    assert await scene.bo.autocomplete(scene.room, "npc greet", "which", "", name="Mir") == []
