"""/canon on Discord: stated, asked, decided, drawn, doubted in private, undone."""

import json
from typing import Any

import discord
import pytest
from simcord import InteractionResult

from engine.errors import FactNotFound
from engine.model.request import ModelRequest
from engine.settings import EngineSettings
from engine.writing.canon import Canon, read_canon, read_fact
from tests.cogs.scene import Scene, file_of, labels, told
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel

PASSAGE = "Mira lit the lamp. Her grey eyes were tired. She lived in Hollow Bay."
EYES = {"subject": "Mira", "relation": "eyes", "value": "grey", "quote": "Her grey eyes"}
HOME = {"subject": "Mira", "relation": "lives in", "value": "Hollow Bay"}
PROPOSED = [
    {"subject": "Mira", "relation": "eye_color", "value": "grey", "quote": "Her grey eyes"},
    {"subject": "Mira", "relation": "lives_in", "value": "Hollow Bay", "quote": "in Hollow Bay"},
    {"subject": "Mira", "relation": "owns", "value": "a boat", "quote": "her little boat"},
]


def propose(request: ModelRequest) -> str:
    """Propose two facts of the passage, and one with words that nobody wrote."""
    if request.structure is None:
        return "It was day. Mira's brown eyes opened. She woke."
    return json.dumps({"facts": PROPOSED if PASSAGE in request.messages[-1].text else []})


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(propose)


@pytest.fixture
def engine_settings(engine_settings: EngineSettings) -> EngineSettings:
    """Facts are proposed when nobody waits."""
    return engine_settings.model_copy(update={"background_work": True})


def message(shown: InteractionResult) -> discord.Message:
    assert shown.response is not None
    found: discord.Message = (shown.followups or [shown.response])[-1].message
    return found


def prefilled(form: InteractionResult) -> dict[str, Any]:
    """Return the texts that a form opens with, by field."""
    assert form.modal is not None
    parts = [row["component"] for row in form.modal["components"]]
    return {part["custom_id"]: part.get("value", "") for part in parts}


async def add(scene: Scene, **fields: str) -> InteractionResult:
    """Let Bo state a fact: everybody may."""
    form = await scene.bo.slash(scene.room, "canon add")
    return await scene.bo.submit_modal(form, fields)


async def listed(scene: Scene) -> str:
    """Return what stands in the list, for Bo, without its title."""
    return told(await scene.bo.slash(scene.room, "canon list")).partition("\n")[2]


async def asked(scene: Scene, question: str) -> str:
    return told(await scene.bo.slash(scene.room, "canon ask", question=question))


async def canon(scene: Scene) -> Canon:
    return await read_canon(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)


async def write_what_is_proposed_from(scene: Scene) -> None:
    await scene.write(scene.alice, PASSAGE)
    await scene.engine.chores.idle()


async def test_a_fact_of_the_form_is_listed_with_its_turn_and_its_quote(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home. Her grey eyes were tired.")
    shown = await add(scene, **EYES)
    assert told(shown) == "✅ **Mira** · eyes: grey"
    assert labels(message(shown)) == ["Edit", "Reject"]
    (fact,) = [each.fact for each in (await canon(scene)).established]
    assert await listed(scene) == f"`{fact.id}` **Mira** · eyes: grey · turn 1\n> Her grey eyes"
    assert len(scene.public()) == 2, "facts are stated in private"


async def test_without_a_story_there_is_no_canon(scene: Scene) -> None:
    for command in ("list", "review", "graph"):
        assert "/story start" in told(await scene.bo.slash(scene.room, f"canon {command}"))
    refused = await add(scene, **HOME)
    assert "/story start" in told(refused)
    assert "Hollow Bay" in told(refused)


async def test_a_question_is_answered_with_the_words_that_say_so_or_not_at_all(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home. Her grey eyes were tired.")
    await scene.write(scene.bo, "Tomas hid the brass key under the stove.")
    await add(scene, **EYES)
    await scene.engine.chores.idle()
    before = len(model.requests)
    assert await asked(scene, "What colour are Mira's eyes?") == (
        "**Mira** · eyes: grey\n-# turn 1\n> Her grey eyes"
    )
    assert await asked(scene, "Where did Tomas hide the brass key?") == (
        "The canon has nothing on this. The story says:\n"
        "-# turn 2\n> Tomas hid the brass key under the stove."
    )
    assert await asked(scene, "Who flew the zeppelin?") == (
        "❔ Not established: neither the canon nor the story says it."
    )
    assert await asked(scene, "How old is Tomas?") == (
        "❔ Not established. What comes closest in the story:\n"
        "-# turn 2\n> Tomas hid the brass key under the stove."
    )
    assert len(model.requests) == before, "no model answers"


async def test_a_quote_that_nobody_wrote_is_refused_and_what_was_typed_is_given_back(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home. Her grey eyes were tired.")
    refused = await add(scene, **EYES | {"quote": "Her eyes of gold"})
    assert told(refused) == (
        "These words do not stand in the story as you quoted them.\n"
        "Your text:\n>>> Mira\neyes\ngrey\n\nHer eyes of gold"
    )
    assert (await canon(scene)).established == ()
    await scene.write(scene.bo, "A bell rang.")
    await add(scene, **EYES)
    assert "· turn 1\n> Her grey eyes" in await listed(scene), "an older turn may be quoted"


async def test_what_the_model_proposes_is_accepted_or_rejected_by_any_member(
    scene: Scene,
) -> None:
    await scene.start()
    await write_what_is_proposed_from(scene)
    assert await listed(scene) == (
        "Nothing is established yet. /canon add states a fact.\n"
        "2 proposals wait for you: /canon review"
    )
    shown = await scene.bo.slash(scene.room, "canon review")
    assert told(shown) == (
        "💡 The model proposes (2 in all):\n**Mira** · eyes: grey\n-# turn 1\n> Her grey eyes"
    )
    assert labels(message(shown)) == ["Accept", "Edit", "Reject"]
    late = await scene.alice.slash(scene.room, "canon review")
    await scene.bo.click(message(shown), label="Accept")
    assert message(shown).content == (
        "✅ It holds now.\n💡 The model proposes (1 in all):\n"
        "**Mira** · lives in: Hollow Bay\n-# turn 1\n> in Hollow Bay"
    )
    await scene.bo.click(message(shown), label="Reject")
    assert message(shown).content == "🗑️ It holds no more.\nNothing waits for a decision."
    assert labels(message(shown)) == []
    assert [each.fact.value for each in (await canon(scene)).established] == ["grey"]
    await scene.alice.click(message(late), label="Reject")
    assert await listed(scene) == "Nothing is established yet. /canon add states a fact."


async def test_what_somebody_threw_out_is_not_accepted_by_an_old_message(scene: Scene) -> None:
    await scene.start()
    await write_what_is_proposed_from(scene)
    shown = await scene.bo.slash(scene.room, "canon review")
    late = await scene.alice.slash(scene.room, "canon review")
    await scene.bo.click(message(shown), label="Reject")
    refused = await scene.alice.click(message(late), label="Accept")
    assert told(refused).startswith("Somebody has decided about this already.")
    assert (await canon(scene)).established == ()


async def test_a_proposal_holds_in_the_words_of_who_edits_it(scene: Scene) -> None:
    await scene.start()
    await write_what_is_proposed_from(scene)
    shown = await scene.bo.slash(scene.room, "canon review")
    form = await scene.bo.click(message(shown), label="Edit")
    opened = {"subject": "Mira", "relation": "eyes", "value": "grey", "witnesses": ""}
    assert prefilled(form) == opened
    edited = await scene.bo.submit_modal(form, opened | {"value": "green", "witnesses": "Tomas"})
    assert told(edited) == "✅ **Mira** · eyes: green · 🔒 known to Tomas alone"
    (fact,) = [each.fact for each in (await canon(scene)).established]
    assert (fact.relation, fact.value, fact.witnesses) == ("eye_color", "green", ("Tomas",))
    assert fact.quote == "Her grey eyes"
    form = await scene.bo.click(message(edited), label="Edit")
    assert prefilled(form) == opened | {"value": "green", "witnesses": "Tomas"}
    refused = await scene.bo.submit_modal(form, prefilled(form) | {"value": " "})
    assert told(refused).startswith("A fact says of whom or what")


async def test_a_fact_holds_since_the_turn_that_is_named(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home.")
    await scene.write(scene.bo, "It rained.")
    form = await scene.bo.slash(scene.room, "canon add", turn=1)
    await scene.bo.submit_modal(form, HOME)
    (home,) = (
        await read_canon(scene.engine, guild_id=scene.guild.id, channel_id=scene.room.id)
    ).established
    assert home.place == 0, "the first turn of the path"
    form = await scene.bo.slash(scene.room, "canon add", turn=9)
    refused = await scene.bo.submit_modal(form, {**HOME, "value": "Gull Rock"})
    assert told(refused).startswith("The story has no turn 9.")


async def test_the_picture_of_who_has_to_do_with_whom_says_in_words_what_it_shows(
    scene: Scene,
) -> None:
    await scene.start()
    shown = await scene.bo.slash(scene.room, "canon graph")
    assert told(shown) == "No relations between people or places are established yet."
    await add(scene, **HOME)
    await add(scene, subject="Tomas", relation="sibling of", value="Mira")
    await add(scene, subject="Tomas", relation="eyes", value="green")
    shown = await scene.bo.slash(scene.room, "canon graph")
    assert told(shown) == "2 relations that hold now"
    picture = file_of(shown)
    assert picture.filename == "canon.png"
    assert (await picture.read()).startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.description == "Mira · lives in: Hollow Bay; Tomas · sibling of: Mira"


async def test_a_turn_that_contradicts_a_fact_is_posted_and_its_author_alone_is_told(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.alice, PASSAGE)
    await add(scene, **EYES)
    fine = await scene.write(scene.bo, "Mira's grey eyes closed.")
    assert told(fine) == ""
    wrong = await scene.write(scene.bo, "She woke. Mira's brown eyes opened. It was day.")
    assert told(wrong) == (
        "🔎 Only you see this. The turn stands as it is; perhaps look at it again:\n"
        "This was told otherwise before:\n"
        "> Mira's brown eyes opened.\n"
        "-# Established: **Mira** · eyes: grey\n"
        "-# “Her grey eyes”"
    )
    assert scene.newest.content == "**bo**\nShe woke. Mira's brown eyes opened. It was day."
    assert message(wrong).id < scene.newest.id, "the note comes before the post"
    assert not [text for text in scene.contents() if "Established" in text]


async def test_a_check_that_fails_keeps_no_turn_from_being_posted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a rule is wrong")

    await scene.start()
    monkeypatch.setattr("bot.canon_notes.doubts_of", fail)
    assert told(await scene.write(scene.bo, "Mira's brown eyes opened.")) == ""
    assert scene.newest.content == "**bo**\nMira's brown eyes opened."


async def test_who_lets_the_model_write_is_told_what_it_contradicts(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, PASSAGE)
    await add(scene, **EYES)
    asked_for = await scene.go_on(scene.bo)
    assert "Mira's brown eyes opened." in scene.newest.content
    assert "> Mira's brown eyes opened.\n-# Established: **Mira** · eyes: grey" in told(asked_for)
    assert not [text for text in scene.contents() if "Established" in text]


async def test_somebody_who_is_said_to_be_dead_is_not_taken_for_one_of_a_trade(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.alice, "The boat came back without Tomas.")
    await add(scene, subject="Tomas", relation="is a", value="sailor")
    shown = await add(scene, subject="Tomas", relation="is", value="dead")
    assert told(shown) == "✅ **Tomas** · is: dead"
    assert "**Tomas** · is a: sailor" in await listed(scene)
    form = await scene.bo.click(message(shown), label="Edit")
    await scene.bo.submit_modal(form, prefilled(form))
    assert [each.fact.relation for each in (await canon(scene)).established] == ["is_a", "is"]
    wrong = await scene.write(scene.bo, "Tomas opened the door and laughed.")
    assert "Somebody who is dead seems to act here:" in told(wrong)


async def test_who_manages_the_server_switches_notes_off_and_lets_proposals_hold_at_once(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home. Her grey eyes were tired.")
    await add(scene, **EYES)
    on = (
        "✅ The model proposes facts after turns\n"
        "▫️ Proposals hold at once, without a decision\n"
        "✅ Authors are told in private what may contradict"
    )
    assert told(await scene.bo.slash(scene.room, "canon settings")) == on
    refused = await scene.bo.slash(scene.room, "canon settings", doubts=False)
    assert told(refused) != on
    assert told(await scene.bo.slash(scene.room, "canon settings")) == on
    changed = await scene.maya.slash(scene.room, "canon settings", doubts=False)
    assert told(changed).endswith("▫️ Authors are told in private what may contradict")
    wrong = await scene.write(scene.bo, "Mira's brown eyes opened.")
    assert told(wrong) == ""
    assert scene.newest.content == "**bo**\nMira's brown eyes opened."
    await scene.maya.slash(scene.room, "canon settings", doubts=True)
    assert "🔎" in told(await scene.write(scene.bo, "Mira's blue eyes closed."))
    await scene.maya.slash(scene.room, "canon settings", accepts=True)
    await write_what_is_proposed_from(scene)
    assert "lives in: Hollow Bay" in await listed(scene)
    assert "boat" not in await listed(scene), "nobody wrote the words it quotes"


async def test_undo_takes_a_fact_out_of_the_list_and_redo_brings_it_back(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "Mira came home. Her grey eyes were tired.")
    await add(scene, **EYES)
    await scene.write(scene.alice, "The fire turned Mira's eyes white.")
    await add(scene, **EYES | {"value": "white", "quote": "turned Mira's eyes white"})
    both = await listed(scene)
    assert "~~**Mira** · eyes: grey~~" in both
    assert "**Mira** · eyes: white" in both
    await scene.alice.slash(scene.room, "story undo")
    first = await listed(scene)
    assert "white" not in first
    assert "~~" not in first
    await scene.alice.slash(scene.room, "story undo")
    assert await listed(scene) == "Nothing is established yet. /canon add states a fact."
    for _ in range(2):
        await scene.alice.slash(scene.room, "story redo")
    assert await listed(scene) == both


async def test_another_server_has_a_canon_of_its_own(scene: Scene) -> None:
    await scene.start()
    await add(scene, **HOME)  # before any turn: it holds on every path
    await write_what_is_proposed_from(scene)
    await add(scene, **EYES)
    guild = scene.env.create_guild()
    room = guild.create_text_channel("room")
    cara = guild.add_member(scene.env.create_user("cara"))
    await cara.slash(room, "story start", title="The Lighthouse")
    form = await cara.slash(room, "story write")
    assert told(await cara.submit_modal(form, {"text": "Mira's brown eyes opened."})) == ""
    await scene.engine.chores.idle()
    assert told(await cara.slash(room, "canon list")).endswith(
        "Nothing is established yet. /canon add states a fact."
    )
    assert told(await cara.slash(room, "canon review")) == "Nothing waits for a decision."
    answer = told(await cara.slash(room, "canon ask", question="Where does Mira live?"))
    assert "Hollow Bay" not in answer
    assert "No relations" in told(await cara.slash(room, "canon graph"))
    (fact, *_) = (await canon(scene)).established
    with pytest.raises(FactNotFound):  # as a button with its number would
        await read_fact(scene.engine, guild_id=guild.id, fact_id=fact.fact.id)


async def test_however_long_facts_are_a_list_an_answer_and_a_note_have_room(scene: Scene) -> None:
    await scene.start()
    text = f"It was so, {'_and_ so, ' * 29}and no other way."
    await scene.write(scene.alice, text)
    long = {"quote": text[:300].strip(), "witnesses": "*" * 300}
    for relation, value in (("eyes", "grey"), ("hair", "red"), ("is", "dead")):
        await add(scene, subject="Mira", relation=relation, value=value, **long)
    for number in range(8):
        await add(scene, subject="Mira", relation="owns", value=f"{number}{'*' * 119}", **long)

    shown = await scene.bo.slash(scene.room, "canon list")
    assert "page 1 of 2" in told(shown)
    assert told(shown).count("· turn 1\n> It was so") == 8
    assert labels(message(shown)) == ["Back", "Next page"]
    await scene.bo.click(message(shown), label="Next page")
    assert "page 2 of 2" in message(shown).content
    assert message(shown).content.count("· turn 1\n> It was so") == 3
    await scene.bo.click(message(shown), label="Back")
    assert "page 1 of 2" in message(shown).content

    answer = await asked(scene, "What does Mira own?")
    assert "owns: 7" in answer
    assert answer.count("owns: ") == 6
    assert answer.endswith("… and 2 older facts: /canon list")

    on = f"{', and so it was' * 14}."
    passage = f"Mira's brown eyes opened{on} Mira's black hair was wet{on} Mira said no{on}"
    assert told(await scene.write(scene.bo, passage)).count("Established:") == 3


async def test_a_chinese_member_is_answered_in_chinese(scene: Scene, speaker: Speaker) -> None:
    speaker.locale = "zh-CN"
    await scene.start(language="zh-CN")
    await scene.write(scene.alice, "沈砚点上灯。她的眼睛是灰色的。")
    fields = {"subject": "沈砚", "relation": "眼睛", "value": "灰色", "quote": "她的眼睛是灰色的"}
    shown = await add(scene, **fields, witnesses="林舟、阿桂")
    assert told(shown) == "✅ **沈砚** · 眼睛：灰色 · 🔒 只有 林舟, 阿桂 知道"
    assert labels(message(shown)) == ["编辑", "否决"]
    (fact,) = [each.fact for each in (await canon(scene)).established]
    assert fact.relation == "eye_color"
    assert told(await scene.bo.slash(scene.room, "canon list")) == (
        "📜 **《The Lighthouse》的事实** · 第 1/1 页\n"
        f"`{fact.id}` **沈砚** · 眼睛：灰色 · 🔒 只有 林舟, 阿桂 知道 · 第 1 段\n> 她的眼睛是灰色的"
    )
    assert "> 她的眼睛是灰色的" in await asked(scene, "沈砚的眼睛是什么颜色？")
    assert await asked(scene, "谁驾驶飞艇？") == "❔ 没有确立：事实和故事里都没有说过。"
    wrong = await scene.write(scene.bo, "沈砚的眼睛是蓝色的。")
    assert "🔎 只有你看得到" in told(wrong)
    assert "-# 已确立： **沈砚** · 眼睛：灰色" in told(wrong)
