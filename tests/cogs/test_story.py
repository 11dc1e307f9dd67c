"""The way through a story, from the first command to the last."""

import asyncio
from unittest.mock import AsyncMock

import discord
import pytest

from bot.client import ScriptoriumBot
from bot.pacing import Pacer
from bot.tidying import SECONDS_APART, Tidying
from tests.cogs.scene import Scene, file_of, labels, told
from tests.fakes.scripted_model import ScriptedModel


async def test_a_story_is_started_written_and_continued(scene: Scene) -> None:
    started = await scene.start(genre="mystery", style="dry")
    await scene.write(scene.bo, "It was a dark night.")
    await scene.go_on()
    opening, written, model_turn = await scene.tidied()
    assert told(started) == f"The story is open in {scene.room.mention}."
    assert opening.content.startswith("📖 **The Lighthouse**\n-# mystery · dry · English")
    assert labels(opening) == []  # it had its buttons until the first turn
    assert written.content == "**bo**\nIt was a dark night."
    assert labels(written) == []  # they stand below the newest turn alone
    assert model_turn.content.startswith("And then the lantern")
    assert labels(model_turn) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]


async def test_the_direction_reaches_the_model(scene: Scene, model: ScriptedModel) -> None:
    await scene.start()
    await scene.go_on(direction="a storm comes up")
    assert "a storm comes up" in model.requests[-1].messages[-1].text


async def test_a_story_can_begin_in_a_thread_of_its_own(scene: Scene) -> None:
    started = await scene.start(place="thread")
    (thread,) = scene.room.threads
    await scene.alice.slash(thread, "story continue")
    opening, turn = [m for m in scene.public(thread) if m.type is discord.MessageType.default]
    assert thread.name == "The Lighthouse"
    assert thread.mention in told(started)
    assert opening.content.startswith("📖 **The Lighthouse**")
    assert labels(turn) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]


async def test_a_story_can_begin_as_a_post_of_a_forum(scene: Scene) -> None:
    forum = scene.guild.create_forum_channel("works")
    await scene.start(forum=forum)
    (post,) = forum.threads
    opening = scene.public(post)[0]
    assert opening.content.startswith("📖 **The Lighthouse**")
    assert labels(opening) == ["Write the first turn", "Let the model begin"]


async def test_the_buttons_of_the_opening_begin_the_story(scene: Scene) -> None:
    await scene.start()
    await scene.bo.click(scene.newest, label="Let the model begin")
    assert scene.newest.content.startswith("And then the lantern")


async def test_the_form_of_the_opening_writes_the_first_turn(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.click(scene.newest, label="Write the first turn")
    await scene.bo.submit_modal(form, {"text": "Once upon a time."})
    assert scene.newest.content == "**bo**\nOnce upon a time."


async def test_continue_under_a_turn_lets_the_model_go_on(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    pressed = await scene.bo.click(scene.newest, label="Continue")
    assert len(scene.public()) == 3
    assert told(pressed) == ""


async def test_buttons_stand_below_the_newest_turn_alone(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.go_on()
    await scene.write(scene.bo, "Three.")

    async def shown() -> list[list[str]]:
        return [labels(turn) for turn in (await scene.tidied())[1:4]]

    assert await shown() == [[], ["Why?"], ["Continue", "Undo"]]
    await scene.bo.slash(scene.room, "story undo")
    assert await shown() == [[], ["Continue", "Retry", "Alternatives", "Undo", "Why?"], []]
    await scene.bo.slash(scene.room, "story redo")
    assert await shown() == [[], ["Why?"], ["Continue", "Undo"]]
    await scene.alice.slash(scene.room, "story end")
    assert await shown() == [[], ["Why?"], []]


async def test_the_opening_card_has_buttons_until_the_first_turn(scene: Scene) -> None:
    await scene.start()

    async def shown() -> list[str]:
        return labels((await scene.tidied())[0])

    assert await shown() == ["Write the first turn", "Let the model begin"]
    await scene.write(scene.alice, "One.")
    assert await shown() == []
    await scene.alice.slash(scene.room, "story undo")
    assert await shown() == ["Write the first turn", "Let the model begin"]
    await scene.alice.slash(scene.room, "story redo")
    assert await shown() == []


async def test_old_buttons_go_in_the_pace_of_what_is_written_in_their_channel(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = scene.env.bot
    assert isinstance(bot, ScriptoriumBot)
    pacer = Pacer(0)
    monkeypatch.setattr(
        bot, "tidying", Tidying(bot, scene.engine, bot.replies, bot.ballots, pacer, seconds=0)
    )
    await scene.start()
    taken = asyncio.Event()
    async with pacer.lane(scene.room.id) as lane:
        lane.show(taken.wait)
        await scene.write(scene.alice, "One.")
        await asyncio.sleep(3 * SECONDS_APART)
        assert labels(scene.public()[0]) != []
        taken.set()
        assert labels((await scene.tidied())[0]) == []


async def test_a_card_that_was_deleted_does_not_hold_up_the_story(scene: Scene) -> None:
    await scene.start()
    await scene.newest.delete()
    await scene.write(scene.alice, "One.")
    (turn,) = await scene.tidied()
    assert labels(turn) == ["Continue", "Undo"]
    await scene.alice.slash(scene.room, "story undo")
    assert scene.newest.content.endswith("/story redo brings it back.")


async def test_a_stale_continue_says_where_to_go_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tidying, "before", AsyncMock())  # pressed before it is taken away
    await scene.start()
    await scene.write(scene.alice, "One.")
    stale = scene.newest
    await scene.write(scene.bo, "Two.")
    pressed = await scene.alice.click(stale, label="Continue")
    assert told(pressed) == "The story has moved on. Use the buttons under its newest turn."


async def test_retry_replaces_the_turn_and_marks_the_old_one(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    old = scene.newest
    await scene.alice.click(old, label="Retry")
    _, marked, new = scene.public()
    assert marked.content == f"{old.content}\n-# 🔁 Replaced by a new attempt."
    assert labels(marked) == []
    assert new.content != old.content
    assert labels(new) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]


async def test_the_command_retries_the_newest_turn(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    await scene.alice.slash(scene.room, "story retry")
    assert len(scene.public()) == 3


async def test_a_turn_of_a_member_cannot_be_retried(scene: Scene) -> None:
    await scene.start()
    nothing = await scene.alice.slash(scene.room, "story retry")
    await scene.write(scene.alice, "One.")
    refused = await scene.alice.slash(scene.room, "story retry")
    words = "Only a turn that the model wrote can be retried. Use /story continue."
    assert told(nothing) == words
    assert told(refused) == words


async def test_undo_marks_the_turn_and_redo_restores_it(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "One.")
    before = scene.newest
    await scene.bo.click(before, label="Undo")
    undone = scene.newest
    await scene.bo.slash(scene.room, "story redo")
    restored = scene.newest
    assert undone.content == (
        f"**bo**\nOne.\n-# ↩️ Undone by {scene.bo.mention}. /story redo brings it back."
    )
    assert labels(undone) == []
    assert restored.content == before.content
    assert labels(restored) == labels(before)


async def test_nothing_to_undo_or_redo_is_said_in_private(scene: Scene) -> None:
    await scene.start()
    undo = await scene.alice.slash(scene.room, "story undo")
    redo = await scene.alice.slash(scene.room, "story redo")
    assert told(undo).startswith("There is nothing to undo")
    assert told(redo).startswith("There is nothing to redo")


async def test_reading_turns_pages_by_buttons(scene: Scene) -> None:
    await scene.start()
    for number in range(4):
        await scene.write(scene.alice, f"Turn {number}. " + "The sea was calm. " * 40)
    opened = await scene.bo.slash(scene.room, "story read")
    assert opened.response is not None
    assert opened.response.content.endswith("-# 📖 The Lighthouse, page 1 of 2")
    assert "Turn 0." in opened.response.content
    await scene.bo.click(opened.response.message, label="Next page")
    assert opened.response.content.endswith("page 2 of 2")
    assert "Turn 3." in opened.response.content
    await scene.bo.click(opened.response.message, label="Back")
    assert opened.response.content.endswith("page 1 of 2")
    assert opened.response.ephemeral


async def test_a_page_that_is_gone_meanwhile_is_the_last_one(scene: Scene) -> None:
    await scene.start()
    for number in range(4):
        await scene.write(scene.alice, f"Turn {number}. " + "The sea was calm. " * 40)
    opened = await scene.bo.slash(scene.room, "story read")
    for _ in range(3):
        await scene.alice.slash(scene.room, "story undo")
    assert opened.response is not None
    await scene.bo.click(opened.response.message, label="Next page")
    assert opened.response.content.endswith("page 1 of 1")


async def test_an_empty_story_has_nothing_to_read(scene: Scene) -> None:
    await scene.start()
    opened = await scene.bo.slash(scene.room, "story read")
    assert told(opened) == "Nothing is written yet. Begin with /story write or /story continue."


async def test_the_status_counts_turns_words_and_writers(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "One two three.")
    await scene.go_on()
    await scene.alice.slash(scene.room, "story undo")
    shown = told(await scene.bo.slash(scene.room, "story status"))
    assert "1 turn, 3 words\n" in shown
    assert f"- {scene.bo.mention}: 1 turn\n" in shown
    assert shown.endswith("A turn was undone; /story redo brings it back.")


async def test_the_context_is_shown_with_its_shares_and_as_it_is_sent(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    shown = await scene.bo.slash(scene.room, "story context", direction="light it")
    await scene.go_on(direction="light it")
    files = {file.filename: await file.read() for file in shown.response.attachments}
    sent = model.requests[-1].messages
    text = files["prompt.md"].decode()
    assert text == "\n\n".join(f"### {message.role}\n{message.text}" for message in sent)
    assert files["shares.png"].startswith(b"\x89PNG")
    assert "## 3. turn 1 (" in files["blocks.md"].decode()
    assert told(shown).startswith("The model would see ")
    assert "\n🟦 story so far: " in told(shown)
    described = {file.filename: file.description for file in shown.response.attachments}
    assert described["shares.png"] == told(shown), "the picture is told to who cannot see it"


async def test_the_export_is_a_markdown_file_in_private(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    file = file_of(await scene.alice.slash(scene.room, "story export"))
    assert file.filename == "The-Lighthouse.md"
    assert "The lamp was out." in (await file.read()).decode()


async def test_the_end_is_a_colophon_that_offers_the_export(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The end came.")
    await scene.alice.slash(scene.room, "story end")
    colophon = scene.newest
    file = file_of(await scene.bo.click(colophon, label="Export"))
    after = await scene.go_on()
    assert colophon.content == (
        f"🏁 **The Lighthouse**: the end.\n-# 1 turn, 3 words, written by {scene.bo.mention}."
    )
    assert "The end came." in (await file.read()).decode()
    assert told(after).startswith("“The Lighthouse” has ended. You can /story read")


async def test_the_colophon_exports_its_own_story_also_when_another_was_started(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.bo, "The first story.")
    await scene.alice.slash(scene.room, "story end")
    colophon = scene.newest
    await scene.alice.slash(scene.room, "story start", title="Another")
    file = file_of(await scene.bo.click(colophon, label="Export"))
    assert "The first story." in (await file.read()).decode()
