"""/critique: private notes on a text, and the consent of those who wrote it."""

import asyncio
import json
import re
from collections.abc import Callable

import discord
import pytest
from simcord import InteractionResult

from bot.client import ScriptoriumBot
from bot.fact_sheet import fact_sheet
from bot.locales import words_for
from engine.model.request import ModelRequest
from engine.prose import examine
from engine.writing.critique import shipped_lenses
from tests.cogs.scene import Scene, labels, told
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel

TEXT = (
    "Mara climbed the tower with the oil can. She was very sad.\n\n"
    "Nobody waved from the ship. The lamp went out."
)
BUTTONS = ["Another lens", "Share", "Delete"]
REFUSED_CHANNEL = discord.Permissions(send_messages=False)


def notes_reply(request: ModelRequest) -> str:
    """Return a note and praise, in the language that is asked for, on the lens's first cause."""
    assert request.structure is not None
    assert request.structure.json_schema is not None
    (cause, *_) = request.structure.json_schema["$defs"]["cause"]["enum"]
    is_english = cause.isascii()
    note = {
        "sentence": 2,
        "cause": cause,
        "why": f"In reading {request.seed % 97} the tower tells how tired Mara must be already."
        if is_english
        else "那封没拆的信已经说出老王的心事，不必再写他难过。",
        "question": "What does Mara do when nobody looks?" if is_english else "老王为何不拆信？",
    }
    praise = {"sentence": 3, "why": "The silent ship answers the tower without any comment."}
    found = {"notes": [note], "root_causes": [cause], "praise": [praise] if is_english else []}
    return json.dumps(found)


@pytest.fixture(scope="module", autouse=True)
def facts_are_warm() -> None:
    """Load dictionaries and fonts once: simcord waits five seconds for an answer, no more."""
    facts = examine(TEXT, "en")
    asyncio.run(fact_sheet(facts, words_for("en")))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(notes_reply)


async def paste(scene: Scene, text: str = TEXT, **options: str) -> InteractionResult:
    form = await scene.alice.slash(scene.room, "critique text", **options)
    return await scene.alice.submit_modal(form, {"text": text})


def messages(result: InteractionResult) -> list[discord.Message]:
    return [answer.message for answer in (result.response, *result.followups) if answer]


def said(result: InteractionResult) -> str:
    return "\n".join(message.content for message in messages(result))


def last(result: InteractionResult) -> discord.Message:
    return messages(result)[-1]


async def test_a_pasted_text_gets_private_notes_with_place_reason_and_question(
    scene: Scene,
) -> None:
    result = await paste(scene)
    text = said(result)
    assert "📝 **Critique · Line**" in text
    assert "**What lies behind it**\n- **told, not shown**" in text
    assert "**1. told, not shown** · paragraph 1, sentence 2\n> She was very sad.\n" in text
    assert "❔ What does Mara do when nobody looks?" in text
    assert "**What works** · paragraph 2, sentence 1\n> Nobody waved from the ship.\n" in text
    assert "**Counted by code, not judged**" in text
    assert all(answer.ephemeral for answer in (result.response, *result.followups) if answer)
    assert labels(last(result)) == BUTTONS
    assert last(result).attachments[0].filename == "rhythm.png"
    assert scene.public() == []


async def test_every_quote_that_is_shown_stands_in_the_text(scene: Scene) -> None:
    quotes = re.findall(r"^> (.*)$", said(await paste(scene)), re.MULTILINE)
    assert len(quotes) == 2
    assert all(quote in TEXT for quote in quotes)


async def test_when_nothing_stands_up_the_answer_says_so(
    scene: Scene, model: ScriptedModel
) -> None:
    model._replies = lambda _: json.dumps({"notes": [], "root_causes": [], "praise": []})
    text = said(await paste(scene))
    assert "The model found nothing that stands up" in text
    assert "**Counted by code, not judged**" in text


async def test_a_file_is_read_and_a_wrong_one_refused_before_it_is_fetched(scene: Scene) -> None:
    read = await scene.alice.slash(
        scene.room, "critique file", file=("night.md", TEXT.encode()), lens="line"
    )
    assert "> She was very sad." in said(read)
    refused = await scene.alice.slash(scene.room, "critique file", file=("night.exe", b"MZ"))
    assert told(refused) == "I read .txt, .md and .docx files. Save it as one of them."


async def test_another_lens_reads_the_same_text(scene: Scene) -> None:
    result = await paste(scene)
    again = await scene.alice.click(last(result), label="Another lens")
    assert "📝 **Critique · Structure**" in said(again)
    assert "> She was very sad." in said(again)


async def test_an_own_message_is_read_at_once(scene: Scene) -> None:
    message = await scene.alice.send(scene.room, TEXT)
    result = await scene.alice.context_menu(scene.room, "Critique", message)
    assert "> She was very sad." in said(result)
    assert [m.content for m in scene.public()] == [TEXT]


async def ask_for_bos(scene: Scene) -> discord.Message:
    """Alice asks for a critique of Bo's message; return the public question."""
    message = await scene.bo.send(scene.room, TEXT)
    result = await scene.alice.context_menu(scene.room, "Critique", message)
    assert "asked in the channel" in told(result)
    return scene.newest


async def test_the_message_of_another_waits_for_its_author(
    scene: Scene, model: ScriptedModel
) -> None:
    question = await ask_for_bos(scene)
    assert f"<@{scene.alice.id}> asks for a critique of a text by <@{scene.bo.id}>" in (
        question.content
    )
    assert "Mara" not in question.content
    assert labels(question) == ["Agree", "Refuse", "Which text?"]
    for member in (scene.alice, scene.maya):
        for label in ("Agree", "Refuse", "Which text?"):
            refused = await member.click(question, label=label)
            assert told(refused) == "Only an author of the text can decide this."
    assert model.requests == []
    which = await scene.bo.click(question, label="Which text?")
    assert "It is this message:\n>>> Mara climbed the tower" in told(which)
    await scene.bo.click(question, label="Agree")
    agreed = scene.newest
    assert "All authors agreed." in agreed.content
    assert labels(agreed) == ["Show my critique"]
    outsider = await scene.maya.click(agreed, label="Show my critique")
    assert "Only who asked for this critique" in told(outsider)
    shown = await scene.alice.click(agreed, label="Show my critique")
    assert "> She was very sad." in said(shown)
    assert labels(last(shown)) == ["Another lens", "Delete"]
    authors = await scene.bo.click(agreed, label="Show my critique")
    assert labels(last(authors)) == BUTTONS
    assert len(scene.public()) == 2


async def test_a_refusal_closes_the_question(scene: Scene, model: ScriptedModel) -> None:
    question = await ask_for_bos(scene)
    await scene.bo.click(question, label="Refuse")
    assert scene.newest.content.startswith("📝 An author refused")
    assert labels(scene.newest) == []
    assert model.requests == []


async def test_the_question_still_works_after_a_restart(
    scene: Scene, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    question = await ask_for_bos(scene)
    await scene.env.restart_bot(new_bot())
    await scene.bo.click(question, label="Agree")
    await scene.env.restart_bot(new_bot())
    shown = await scene.alice.click(scene.newest, label="Show my critique")
    assert "> She was very sad." in said(shown)


async def test_a_form_that_was_open_over_a_restart_is_read(
    scene: Scene, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    form = await scene.alice.slash(scene.room, "critique text", lens="structure")
    await scene.env.restart_bot(new_bot())
    result = await scene.alice.submit_modal(form, {"text": TEXT})
    assert "📝 **Critique · Structure**" in said(result)


async def test_a_story_of_several_waits_for_all_of_them(scene: Scene, model: ScriptedModel) -> None:
    await scene.start()
    await scene.write(scene.alice, TEXT)
    await scene.write(scene.bo, "Then somebody knocked.")
    await scene.alice.slash(scene.room, "critique story")
    assert "1 of 2 so far" in scene.newest.content
    own = await scene.alice.slash(scene.room, "critique story", from_turn=1, to_turn=1, lens="line")
    assert "> She was very sad." in said(own)
    none = await scene.alice.slash(scene.room, "critique story", from_turn=5)
    assert told(none).startswith("The story has no written turn from 5 to 2.")


async def test_a_message_of_the_bot_that_is_no_turn_has_nobody_to_ask(scene: Scene) -> None:
    await scene.start()
    result = await scene.alice.context_menu(scene.room, "Critique", scene.newest)
    assert told(result).startswith("I cannot tell who wrote this message")


async def test_only_the_author_shares_it_once_and_deletes_it_for_all(scene: Scene) -> None:
    result = await paste(scene)
    await scene.alice.click(last(result), label="Share")
    shared = scene.newest
    assert f"shared by <@{scene.alice.id}>" in scene.public()[0].content
    assert "> She was very sad." in shared.content
    assert labels(shared) == ["Delete"]
    again = await scene.alice.click(last(result), label="Share")
    assert said(again).endswith("This critique is shown to all already.")
    assert len(scene.public()) == 1
    refused = await scene.bo.click(shared, label="Delete")
    assert "Only who asked for this critique" in told(refused)
    deleted = await scene.alice.click(shared, label="Delete")
    assert told(deleted).startswith("🗑️ Deleted")
    assert scene.public() == []
    gone = await scene.alice.click(last(result), label="Another lens")
    assert told(gone).startswith("This critique is no longer there.")


async def test_the_list_shows_what_waits_and_asks_again(scene: Scene) -> None:
    await ask_for_bos(scene)
    await paste(scene)
    listed = await scene.alice.slash(scene.room, "critique mine")
    assert "1. Line" in told(listed)
    assert "written" in told(listed)
    assert "waits for an author" in told(listed)
    shown = await scene.alice.click(last(listed), label="Show 1")
    assert "> She was very sad." in said(shown)
    await scene.alice.click(last(listed), label="Show 2")
    assert [labels(m) for m in scene.public()][1:] == [["Agree", "Refuse", "Which text?"]] * 2
    nothing = await scene.bo.slash(scene.room, "critique mine")
    assert told(nothing) == "You have asked for no critique yet. Try /critique text."


async def test_a_long_critique_goes_on_in_further_messages(
    scene: Scene, model: ScriptedModel
) -> None:
    sentences = [f"Mara wrote {'the long dark night ' * 8}{n} into the book." for n in range(8)]

    def many(request: ModelRequest) -> str:
        causes = shipped_lenses()["line"].causes
        notes = [
            {
                "sentence": n + 1,
                "cause": causes[n % 8].en.name,
                "why": f"Number {n} of {request.seed}: the book weighs less on Mara each time, and "
                + f"so the {n * 7 + request.seed} hours that the keeper counts begin to blur here.",
                "question": f"What would Mara leave out of page {n}?",
            }
            for n in range(6)
        ]
        return json.dumps({"notes": notes, "root_causes": [], "praise": []})

    model._replies = many
    result = await paste(scene, " ".join(sentences))
    shown = messages(result)
    assert len(shown) >= 3
    assert all(len(message.content) <= 2000 for message in shown)
    assert said(result).count("❔") == 6
    assert [bool(labels(message)) for message in shown] == [False] * (len(shown) - 1) + [True]


async def test_a_critique_speaks_chinese(scene: Scene, speaker: Speaker) -> None:
    speaker.locale = "zh-CN"
    text = "桌上放着一封没有拆开的信。老王走进屋里，心里非常难过。"
    result = await paste(scene, text)
    assert "直说而不呈现" in said(result)
    assert "> 老王走进屋里，心里非常难过。" in said(result)
    assert not any(label.isascii() for label in labels(last(result)))
