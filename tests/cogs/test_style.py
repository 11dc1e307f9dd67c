"""/style: one private panel, which everybody sees and who may manage the server changes."""

from collections.abc import Callable
from typing import Any

import discord
from simcord import InteractionResult, MemberActor

from bot.client import ScriptoriumBot
from tests.cogs.scene import Scene, file_of, labels, told
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel

MENU = "style:preset"
BUTTONS = ["Tune values", "Banned phrases", "Allowed names", "Allow clichés", "Show the lists"]


async def open_panel(scene: Scene, member: MemberActor | None = None) -> InteractionResult:
    return await (member or scene.maya).slash(scene.room, "style")


def panel(shown: InteractionResult) -> discord.Message:
    """Return the panel as it stands now."""
    assert shown.response is not None
    message: discord.Message = shown.response.message
    return message


def menu(message: discord.Message) -> discord.SelectMenu:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    (found,) = [item for row in rows for item in row.children if item.custom_id == MENU]
    assert isinstance(found, discord.SelectMenu)
    return found


def prefilled(form: InteractionResult) -> str:
    """Return the text that a form opens with."""
    assert form.modal is not None
    field: dict[str, Any] = form.modal["components"][0]["component"]
    return str(field.get("value", ""))


async def edit(scene: Scene, shown: InteractionResult, label: str, text: str) -> InteractionResult:
    """Maya opens a form of the panel and sends it with this text."""
    form = await scene.maya.click(panel(shown), label=label)
    return await scene.maya.submit_modal(form, {"text": text})


async def test_everybody_sees_the_style_and_only_managers_its_controls(scene: Scene) -> None:
    seen = await open_panel(scene, scene.alice)
    managed = await open_panel(scene)
    assert told(seen) == told(managed)
    assert "Preset **balanced**. Lively and still coherent" in told(seen)
    assert "Clichés of language models: banned.\n" in told(seen)
    assert labels(panel(seen)) == ["Show the lists"]
    assert [text for text in labels(panel(managed)) if text] == BUTTONS
    assert scene.public() == []


async def test_the_menu_has_every_preset_with_its_description_and_marks_the_one_in_use(
    scene: Scene,
) -> None:
    options = menu(panel(await open_panel(scene))).options
    assert {option.value for option in options} == {
        "steady",
        "balanced",
        "adventurous",
        "verse",
        "critic",
    }
    assert [option.value for option in options if option.default] == ["balanced"]
    assert all(option.description for option in options)


async def test_a_chosen_preset_shows_on_the_panel_and_in_the_models_next_turn(
    scene: Scene, model: ScriptedModel
) -> None:
    shown = await open_panel(scene)
    await scene.maya.select(panel(shown), ["steady"], custom_id=MENU)
    assert "Preset **steady**." in panel(shown).content
    assert [o.value for o in menu(panel(shown)).options if o.default] == ["steady"]
    await scene.start()
    await scene.go_on()
    steady = scene.engine.presets["steady"].sampling
    assert model.requests[-1].sampling == steady
    assert steady != scene.engine.presets["balanced"].sampling


async def test_values_are_tuned_in_a_form_that_opens_with_those_in_use(
    scene: Scene, model: ScriptedModel
) -> None:
    shown = await open_panel(scene)
    form = await scene.maya.click(panel(shown), label="Tune values")
    text = prefilled(form)
    assert "temperature = 1\n" in text
    changed = text.replace("temperature = 1\n", "temperature = 1.3\n")
    await scene.maya.submit_modal(form, {"text": changed})
    assert "Own values: `temperature 1.3`" in panel(shown).content
    await scene.start()
    await scene.go_on()
    assert model.requests[-1].sampling.temperature == 1.3
    await scene.maya.click(panel(shown), label="Back to the preset")
    assert "Own values" not in panel(shown).content
    assert "Back to the preset" not in labels(panel(shown))


async def test_a_value_out_of_bounds_is_refused_with_them_and_the_text_given_back(
    scene: Scene,
) -> None:
    refused = await edit(scene, await open_panel(scene), "Tune values", "temperature = 7")
    assert told(refused) == (
        "“temperature” is a number from 0.1 to 2; “7” is not.\nYour text:\n>>> temperature = 7"
    )


async def test_a_value_that_would_do_nothing_is_refused_with_what_it_needs(scene: Scene) -> None:
    refused = await edit(scene, await open_panel(scene), "Tune values", "dry_base = 3")
    assert told(refused).startswith("“dry_base” does nothing while “dry_multiplier” is 0.")


async def test_phrases_are_banned_and_allowed_again_as_lines_of_a_form(
    scene: Scene, model: ScriptedModel
) -> None:
    shown = await open_panel(scene)
    await edit(scene, shown, "Banned phrases", "a shiver ran\n/eyes? (widened|narrowed)/")
    assert "Phrases that this server bans: 2." in panel(shown).content
    await scene.start()
    await scene.go_on()
    assert "a shiver ran" in model.requests[-1].banned.phrases
    assert model.requests[-1].banned.patterns == ("eyes? (widened|narrowed)",)
    form = await scene.maya.click(panel(shown), label="Banned phrases")
    assert prefilled(form) == "a shiver ran\n/eyes? (widened|narrowed)/"
    await scene.maya.submit_modal(form, {"text": ""})
    assert "Phrases that this server bans: 0." in panel(shown).content


async def test_an_expression_that_cannot_be_used_is_refused_with_its_reason(scene: Scene) -> None:
    refused = await edit(scene, await open_panel(scene), "Banned phrases", "/(sea/")
    assert told(refused).startswith(
        "“/(sea/” is no regular expression that can be used here: missing ): (sea\nYour text:"
    )


async def test_a_list_that_somebody_else_changed_meanwhile_is_not_overwritten(
    scene: Scene,
) -> None:
    shown = await open_panel(scene)
    form = await scene.maya.click(panel(shown), label="Banned phrases")
    await edit(scene, shown, "Banned phrases", "of the other")
    refused = await scene.maya.submit_modal(form, {"text": "mine"})
    assert told(refused) == (
        "Somebody else changed this while you edited. Open /style again and add yours.\n"
        "Your text:\n>>> mine"
    )
    kept = await scene.maya.click(panel(shown), label="Banned phrases")
    assert prefilled(kept) == "of the other"
    await scene.maya.submit_modal(kept, {"text": "of the other"})


async def test_everybody_may_read_the_lists_with_who_added_what(scene: Scene) -> None:
    shown = await open_panel(scene)
    await edit(scene, shown, "Banned phrases", "a *shiver* ran")
    await edit(scene, shown, "Allowed names", "Elara")
    seen = await open_panel(scene, scene.alice)
    assert "Clichés of language models: banned, but for 1 name." in told(seen)
    read = told(await scene.alice.click(panel(seen), label="Show the lists"))
    assert "**Banned phrases**\n- a \\*shiver\\* ran (added by <@" in read
    assert f"**Allowed names**\n- Elara (added by <@{scene.maya.id}>, <t:" in read


async def test_long_lists_are_a_file(scene: Scene) -> None:
    shown = await open_panel(scene)
    phrases = [f"phrase number {n}" for n in range(60)]
    await edit(scene, shown, "Banned phrases", "\n".join(phrases))
    file = file_of(await scene.maya.click(panel(shown), label="Show the lists"))
    lines = (await file.read()).decode().splitlines()
    assert [line.split("\t")[0] for line in lines[1:61]] == phrases


async def test_cliches_are_allowed_and_banned_by_a_button(scene: Scene) -> None:
    shown = await open_panel(scene)
    await scene.maya.click(panel(shown), label="Allow clichés")
    assert "Clichés of language models: allowed." in panel(shown).content
    await scene.maya.click(panel(shown), label="Ban clichés")
    assert "Clichés of language models: banned." in panel(shown).content


async def test_the_panel_still_works_after_a_restart(
    scene: Scene, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    shown = await open_panel(scene)
    form = await scene.maya.click(panel(shown), label="Banned phrases")
    await scene.env.restart_bot(new_bot())
    await scene.maya.select(panel(shown), ["verse"], custom_id=MENU)
    assert "Preset **verse**." in panel(shown).content
    await scene.env.restart_bot(new_bot())
    await scene.maya.click(panel(shown), label="Allow clichés")
    assert "Clichés of language models: allowed." in panel(shown).content
    await scene.env.restart_bot(new_bot())
    await scene.maya.submit_modal(form, {"text": "a shiver ran"})
    assert "Phrases that this server bans: 1." in panel(shown).content


async def test_the_panel_speaks_chinese_presets_included(scene: Scene, speaker: Speaker) -> None:
    speaker.locale = "zh-CN"
    shown = await open_panel(scene)
    assert "预设：**均衡**。" in told(shown)
    assert "稳健" in [option.label for option in menu(panel(shown)).options]
    assert not any(text.isascii() for text in labels(panel(shown)) if text)
