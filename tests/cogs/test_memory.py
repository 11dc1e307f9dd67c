"""/memory on Discord: notes, pins, samples, summaries, and the search."""

from typing import Any

import discord
import pytest
from simcord import InteractionResult

from engine.model.request import ModelRequest
from engine.story import Member
from engine.writing import write_turn
from engine.writing.remembering import MOST_PINS, Memory, read_memory
from engine.writing.summarizing import seal_blocks
from tests.cogs.scene import Scene, labels, told
from tests.conftest import Speaker
from tests.fakes.desk import new_id
from tests.fakes.scripted_model import ScriptedModel

LONG = "Ann asked Tomas for the lamp, but Greta said that Mira had it in the harbour. "
SUMMARY = "Greta told Ann that Mira had lamp"


def brief(request: ModelRequest) -> str:
    """Return a summary that differs from block to block."""
    return f"{SUMMARY} {request.seed}."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(brief, context_tokens=2048)


def message(shown: InteractionResult) -> discord.Message:
    assert shown.response is not None
    found: discord.Message = (shown.followups or [shown.response])[-1].message
    return found


def prefilled(form: InteractionResult) -> dict[str, Any]:
    """Return the texts that a form opens with, by field."""
    assert form.modal is not None
    parts = [row["component"] for row in form.modal["components"]]
    return {part["custom_id"]: part.get("value", "") for part in parts}


async def prompt(scene: Scene, model: ScriptedModel) -> str:
    """Let the model write; return what it saw."""
    await scene.go_on()
    return "\n".join(each.text for each in model.requests[-1].messages)


async def kept(scene: Scene) -> Memory:
    return await read_memory(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)


async def write_long(scene: Scene) -> None:
    """Write more than the window holds, and let what is old be summarised."""
    for number in range(24):
        await write_turn(
            scene.engine,
            guild_id=scene.guild.id,
            channel_id=scene.room.id,
            member=Member(scene.alice.id, "alice"),
            text=f"Part {number}. {LONG * 10}",
            interaction_id=new_id(),
        )
    await seal_blocks(scene.engine, scene.guild.id, (await kept(scene)).story.id)


async def test_an_empty_memory_says_how_to_fill_it_to_the_member_alone(scene: Scene) -> None:
    await scene.start()
    shown = await scene.bo.slash(scene.room, "memory show")
    assert told(shown) == (
        "🧠 **What The Lighthouse keeps in mind**\n"
        "-# The story is short: the model still sees all of it."
    )
    assert labels(message(shown)) == ["Author's note", "Pin a line", "Give a sample"]
    assert scene.public()[1:] == []


@pytest.mark.parametrize("command", ["show", "note", "pin", "sample"])
async def test_without_a_story_there_is_nothing_to_keep(scene: Scene, command: str) -> None:
    shown = await scene.alice.slash(scene.room, f"memory {command}")
    if shown.modal is not None:
        shown = await scene.alice.submit_modal(shown, {"text": "Keep this."})
    assert "/story start" in told(shown)


async def test_a_note_is_set_shown_changed_and_taken_away_in_its_form(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    await scene.write(scene.alice, "A bell rang.")
    form = await scene.bo.slash(scene.room, "memory note")
    assert prefilled(form) == {"text": "", "depth": "4"}
    shown = await scene.bo.submit_modal(form, {"text": "Slow down.", "depth": "1"})
    assert "📝 Author's note, before the last 1 turns: Slow down." in told(shown)
    assert "[Author's note: Slow down.]" in await prompt(scene, model)
    shown = await scene.alice.slash(scene.room, "memory show")
    form = await scene.alice.click(message(shown), label="Author's note")
    assert prefilled(form) == {"text": "Slow down.", "depth": "1"}
    await scene.alice.submit_modal(form, {"text": "", "depth": "x"})
    assert "Author's note" not in told(await scene.alice.slash(scene.room, "memory show"))
    assert "Slow down." not in await prompt(scene, model)


async def test_a_line_is_pinned_in_a_form_and_unpinned_by_its_button(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    form = await scene.alice.slash(scene.room, "memory pin")
    shown = await scene.alice.submit_modal(form, {"text": "The keeper is blind."})
    assert "📌 1. The keeper is blind." in told(shown)
    assert "Keep in mind: The keeper is blind." in await prompt(scene, model)
    late = await scene.alice.slash(scene.room, "memory show")
    await scene.alice.click(message(shown), label="Unpin 1")
    assert "📌" not in message(shown).content
    assert "The keeper is blind." not in await prompt(scene, model)
    refused = await scene.alice.click(message(late), label="Unpin 1")
    assert told(refused) == "This is not pinned any more."


async def test_a_pinned_turn_shows_while_it_is_told(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "A bell rang.")
    shown = await scene.bo.slash(scene.room, "memory pin", turn=1)
    assert "📌 1. A bell rang." in told(shown)
    await scene.alice.slash(scene.room, "story undo")
    shown = await scene.bo.slash(scene.room, "memory show")
    assert "📌 1. a turn that is not told now" in told(shown)
    await scene.alice.slash(scene.room, "story redo")
    assert "📌 1. A bell rang." in told(await scene.bo.slash(scene.room, "memory show"))
    refused = await scene.bo.slash(scene.room, "memory pin", turn=9)
    assert told(refused).startswith("The story has no turn 9")


async def test_only_who_pinned_and_moderators_get_a_button_to_unpin(scene: Scene) -> None:
    await scene.start()
    form = await scene.alice.slash(scene.room, "memory pin")
    await scene.alice.submit_modal(form, {"text": "The keeper is blind."})
    others = await scene.bo.slash(scene.room, "memory show")
    assert "Unpin 1" not in labels(message(others))
    moderators = await scene.maya.slash(scene.room, "memory show")
    await scene.maya.click(message(moderators), label="Unpin 1")
    assert (await kept(scene)).pins == ()


async def test_twelve_long_pins_are_all_shown_and_a_thirteenth_is_refused(scene: Scene) -> None:
    await scene.start()
    for number in range(MOST_PINS):
        form = await scene.alice.slash(scene.room, "memory pin")
        shown = await scene.alice.submit_modal(form, {"text": f"{number} {LONG * 3}"})
    assert f"📌 {MOST_PINS}. " in told(shown)
    assert told(shown).endswith("the model still sees all of it.")
    assert f"Unpin {MOST_PINS}" in labels(message(shown))
    form = await scene.alice.slash(scene.room, "memory pin")
    refused = await scene.alice.submit_modal(form, {"text": "One more."})
    assert told(refused).startswith(f"There is room for {MOST_PINS}, and no more.")
    assert "One more." in told(refused), "what was typed is given back"


async def test_a_sample_is_ones_own_and_taken_back_by_its_button(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    await scene.write(scene.alice, "A bell rang.")
    refused = await scene.bo.slash(scene.room, "memory sample", turn=1)
    assert told(refused) == "Only who wrote a passage can give it as a sample of style."
    await scene.alice.slash(scene.room, "memory sample", turn=1)
    form = await scene.bo.slash(scene.room, "memory sample")
    shown = await scene.bo.submit_modal(form, {"text": "Fog, and no wind."})
    assert "✒️ 1. A bell rang. (alice)\n✒️ 2. Fog, and no wind. (bo)" in told(shown)
    assert "Take it back ✒️ 1" not in labels(message(shown))
    assert "How we write:\nFog, and no wind." in await prompt(scene, model)
    late = await scene.bo.slash(scene.room, "memory show")
    await scene.bo.click(message(shown), label="Take it back ✒️ 2")
    assert "Fog" not in message(shown).content
    refused = await scene.bo.click(message(late), label="Take it back ✒️ 2")
    assert told(refused) == "This sample is gone."


async def test_summaries_are_read_edited_pinned_and_forgotten(scene: Scene) -> None:
    await scene.start()
    await write_long(scene)
    blocks = (await kept(scene)).blocks
    shown = await scene.bo.slash(scene.room, "memory show")
    sealed = sum(block.summary is not None for block in blocks)
    assert sealed > 0
    assert f"{sealed} of {len(blocks)} old parts have a summary" in told(shown)
    await scene.bo.click(message(shown), label="Summaries")
    late = await scene.bo.slash(scene.room, "memory show")
    await scene.bo.click(message(late), label="Summaries")
    assert message(shown).content.startswith("🧠 Summaries, page 1 of 2")
    assert f"Turns 1 to {blocks[0].last}** \n{SUMMARY}" in message(shown).content
    form = await scene.bo.click(message(shown), label="1. Edit")
    assert prefilled(form)["text"].startswith(SUMMARY)
    edited = await scene.bo.submit_modal(form, {"text": "Mira keeps the lamp."})
    assert told(edited) == "✅ The model is told this from now on."
    await scene.bo.click(message(shown), label="1. Pin")
    assert "📌✍️\nMira keeps the lamp." in message(shown).content
    await scene.bo.click(message(shown), label="1. Unpin")
    assert "📌" not in message(shown).content
    await scene.bo.click(message(shown), label="1. Write it anew")
    assert f"Turns 1 to {blocks[0].last}** · no summary yet" in message(shown).content
    refused = await scene.bo.click(message(late), label="1. Edit")
    assert told(refused).startswith("This summary is gone")


async def test_the_summaries_of_a_long_story_have_pages(scene: Scene) -> None:
    await scene.start()
    await write_long(scene)
    shown = await scene.bo.slash(scene.room, "memory show")
    await scene.bo.click(message(shown), label="Summaries")
    await scene.bo.click(message(shown), label="Next page")
    assert message(shown).content.startswith("🧠 Summaries, page 2 of ")
    await scene.bo.click(message(shown), label="Back")
    assert message(shown).content.startswith("🧠 Summaries, page 1 of ")


async def test_what_others_wrote_blindly_is_not_seen_in_the_memory(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The murderer is Bo.\nA bell rang.")
    await scene.alice.slash(scene.room, "memory pin", turn=1)
    await scene.alice.slash(scene.room, "story rules", mode="blind")
    shown = told(await scene.bo.slash(scene.room, "memory show"))
    assert "📌 1. A bell rang." in shown
    assert "murderer" not in shown
    assert "murderer" in told(await scene.alice.slash(scene.room, "memory show"))
    assert "murderer" not in told(
        await scene.bo.slash(scene.room, "memory find", what="Who is the murderer?")
    )


async def test_a_search_quotes_the_turns_or_says_that_the_story_has_nothing(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira hid the brass key under the chapel stair.")
    await scene.write(scene.bo, "A bell rang over the water.")
    shown = await scene.bo.slash(scene.room, "memory find", what="Where is the brass key?")
    assert "-# turn 1 · alice\n> Mira hid the brass key under the chapel stair." in told(shown)
    assert "A bell rang" not in told(shown)
    await scene.go_on(scene.bo)
    shown = await scene.bo.slash(scene.room, "memory find", what="Who had the lamp?")
    assert "-# turn 3 · the model\n> Greta told Ann" in told(shown)
    shown = await scene.bo.slash(scene.room, "memory find", what="zeppelin")
    assert told(shown) == "The story has nothing on this."


async def test_a_chinese_member_is_answered_in_chinese(scene: Scene, speaker: Speaker) -> None:
    await scene.start()
    speaker.locale = "zh-CN"
    form = await scene.alice.slash(scene.room, "memory note")
    shown = await scene.alice.submit_modal(form, {"text": "慢一点。", "depth": "2"})
    assert told(shown) == (
        "🧠 **《The Lighthouse》记着的内容**\n"
        "📝 作者注（放在最后 2 段之前）：慢一点。\n"
        "-# 故事还短，模型仍能看到全文。"
    )
    assert labels(message(shown)) == ["作者注", "钉住一句话", "提供文风示例"]
    missing = await scene.alice.slash(scene.room, "memory find", what="齐柏林飞艇")
    assert told(missing) == "故事里没有提到。"
