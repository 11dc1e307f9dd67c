"""/lore: written in forms, listed, tested, removed and handed back, brought in and taken out."""

import json
from typing import Any

import discord
import pytest
from simcord import InteractionResult, MemberActor

from tests.cogs.scene import Scene, file_of, labels, told
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel

DRAGON = {"keys": "dragon, wyrm", "text": "The dragon sleeps below the lighthouse."}
BOOK = {
    "entries": {
        "0": {
            "uid": 0,
            "key": ["keeper"],
            "content": "The keeper is blind.",
            "comment": "Keeper",
            "ours": {"kept": 1},
        }
    },
    "theirs": "kept",
}


def message(shown: InteractionResult) -> discord.Message:
    assert shown.response is not None
    found: discord.Message = (shown.followups or [shown.response])[-1].message
    return found


def prefilled(form: InteractionResult) -> dict[str, Any]:
    """Return the texts that a form opens with, by field."""
    assert form.modal is not None
    parts = [row["component"] for row in form.modal["components"]]
    return {part["custom_id"]: part.get("value", "") for part in parts}


async def add(
    scene: Scene, member: MemberActor | None = None, *, fields: dict[str, str], **options: Any
) -> InteractionResult:
    member = member or scene.alice
    form = await member.slash(scene.room, "lore add", **options)
    return await member.submit_modal(form, fields)


async def test_everybody_writes_lore_of_the_story_and_the_model_is_told_when_it_matters(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    shown = await add(scene, scene.bo, fields=DRAGON)
    assert "**dragon** · #1" in told(shown)
    assert labels(message(shown)) == ["Edit", "Switch off", "Remove"]
    assert scene.public()[1:] == [], "lore is written in private"
    await scene.write(scene.alice, "A bell rang.")
    await scene.go_on()
    assert DRAGON["text"] not in str(model.requests[-1].messages)
    await scene.write(scene.alice, "Something woke: the wyrm.")
    await scene.go_on()
    assert DRAGON["text"] in str(model.requests[-1].messages)


async def test_an_entry_is_edited_in_its_form_and_an_untouched_field_stays(scene: Scene) -> None:
    await scene.start()
    await add(scene, fields=DRAGON | {"settings": "sticky = 3", "name": "The worm"})
    form = await scene.alice.slash(scene.room, "lore edit", entry="the WORM")
    opened = prefilled(form)
    assert opened["keys"] == "dragon\nwyrm"
    assert opened["settings"] == "sticky = 3"
    shown = await scene.alice.submit_modal(form, opened | {"settings": "order = 7"})
    assert "order = 7" in told(shown)
    assert "sticky" not in told(shown)
    assert "`dragon` `wyrm`" in told(shown)


async def test_an_entry_that_somebody_else_changed_meanwhile_is_not_overwritten(
    scene: Scene,
) -> None:
    await scene.start()
    await add(scene, fields=DRAGON)
    early = await scene.alice.slash(scene.room, "lore edit", entry="#1")
    later = await scene.maya.slash(scene.room, "lore edit", entry="#1")
    await scene.maya.submit_modal(later, prefilled(later) | {"text": "It is awake."})
    refused = await scene.alice.submit_modal(early, prefilled(early) | {"text": "It is dead."})
    assert "Somebody else changed this entry" in told(refused)
    assert "It is dead." in told(refused), "what was typed is given back"


async def test_only_who_may_writes_for_the_server_and_changes_what_others_wrote(
    scene: Scene,
) -> None:
    await scene.start()
    refused = await scene.alice.slash(scene.room, "lore add", scope="server")
    assert told(refused) == "Only a moderator can do this. Ask one of them."
    await add(scene, fields=DRAGON)
    refused = await scene.bo.slash(scene.room, "lore edit", entry="dragon")
    assert told(refused).startswith("Only who wrote this lore, the story's starter or a moderator")
    refused = await scene.bo.slash(scene.room, "lore remove", entry="dragon")
    assert told(refused).startswith("Only who wrote this lore")
    assert "**dragon**" in told(await scene.bo.slash(scene.room, "lore list"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "Never."}, "would never be used"),
        ({"text": "Odd.", "settings": "orderly = 3"}, "I do not know the setting `orderly`"),
        ({"text": "Odd.", "settings": "sticky = -1"}, "`sticky` is a number from 0 to 10,000"),
        ({"text": "Odd.", "settings": "logic = maybe"}, "`and any` · `not all` · `not any`"),
    ],
)
async def test_an_entry_that_cannot_work_is_refused_and_given_back(
    scene: Scene, fields: dict[str, str], said: str
) -> None:
    await scene.start()
    refused = await add(scene, fields=fields)
    assert said in told(refused)
    assert fields["text"] in told(refused)


async def test_a_test_shows_what_a_text_calls_for_by_which_key_and_what_was_dropped(
    scene: Scene,
) -> None:
    await scene.start()
    await add(scene, fields=DRAGON)
    await add(scene, fields=DRAGON | {"name": "Gold", "settings": "probability = 0"})
    form = await scene.bo.slash(scene.room, "lore test")
    shown = told(await scene.bo.submit_modal(form, {"text": "Then the wyrm came."}))
    assert "✅ **dragon** (Story): its key `wyrm` was found · after the turns · " in shown
    assert "❌ **Gold** (Story): its key `wyrm` was found; its probability was against it" in shown
    shown = told(await scene.bo.slash(scene.room, "lore test", what="story"))
    assert "Nothing: no entry is constant, and no key was found." in shown


async def test_what_is_removed_is_handed_back_and_can_come_in_again(scene: Scene) -> None:
    await scene.start()
    await add(scene, fields=DRAGON)
    removed = await scene.alice.slash(scene.room, "lore remove", entry="dragon")
    assert "**dragon** is removed" in told(removed)
    content = await file_of(removed).read()
    assert "**dragon**" not in told(await scene.alice.slash(scene.room, "lore list"))
    again = await scene.alice.slash(scene.room, "lore import", file=("dragon.json", content))
    assert "came in with 1 entry" in told(again)
    assert "**dragon**" in told(await scene.alice.slash(scene.room, "lore list"))


async def test_a_book_comes_in_and_goes_out_without_loss(scene: Scene) -> None:
    await scene.start()
    content = json.dumps(BOOK).encode()
    shown = await scene.alice.slash(scene.room, "lore import", file=("isle.json", content))
    assert "✅ **isle** came in with 1 entry, from World Info." in told(shown)
    out = await scene.bo.slash(scene.room, "lore export", book="isle")
    assert json.loads(await file_of(out).read()) == BOOK


async def test_an_entry_is_switched_off_by_its_button(scene: Scene) -> None:
    await scene.start()
    shown = await add(scene, fields=DRAGON)
    await scene.alice.click(message(shown), label="Switch off")
    assert "💤 **dragon**" in message(shown).content
    await scene.alice.click(message(shown), label="Switch on")
    assert "💤" not in message(shown).content


async def test_a_long_list_has_pages_and_a_menu_to_open_an_entry(scene: Scene) -> None:
    await scene.start()
    for number in range(12):
        await add(scene, fields={"keys": f"key{number}", "text": f"Lore {number}."})
    shown = await scene.alice.slash(scene.room, "lore list")
    assert "12 entries" in told(shown)
    assert "Page 1 of 2" in told(shown)
    await scene.alice.click(message(shown), label="Next page")
    assert "**key11**" in message(shown).content
    opened = await scene.alice.select(message(shown), ["12"], custom_id="lore:entry")
    assert "Lore 11." in told(opened)


async def test_a_chinese_member_writes_and_tests_lore_in_chinese(
    scene: Scene, speaker: Speaker
) -> None:
    await scene.start()
    speaker.locale = "zh-CN"
    fields = {"keys": "龙、巨龙", "text": "龙睡在灯塔下面。", "settings": "持续 = 3"}
    shown = await add(scene, fields=fields)
    assert "**关键词**：`龙` `巨龙`" in told(shown)
    assert "持续 = 3" in told(shown)
    form = await scene.bo.slash(scene.room, "lore test")
    shown = await scene.bo.submit_modal(form, {"text": "巨龙来了。"})
    assert "✅ **龙**（故事）：找到关键词 `龙` · 在各段之后 · " in told(shown)
    removed = await scene.alice.slash(scene.room, "lore remove", entry="龙")
    assert told(removed).startswith("🗑️ 已移除 **龙**。")
