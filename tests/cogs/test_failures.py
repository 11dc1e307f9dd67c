"""What members see when Discord or the model fails."""

import asyncio

import pytest

from engine.errors import GenerationFailed, ModelUnavailable
from engine.writing import unfinished_turns
from tests.cogs.scene import Scene, labels, told
from tests.fakes.scripted_model import Breaks, ScriptedModel


async def test_a_turn_is_not_lost_when_discord_is_down(scene: Scene) -> None:
    await scene.start()
    scene.env.inject_error("POST", "/channels/*/messages", status=503, code=0, times=2)
    await scene.go_on()
    await scene.env.advance_time(10)
    assert scene.newest.content.startswith("And then the lantern")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_post_is_tried_again_until_discord_is_back(scene: Scene, status: int) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    scene.env.inject_error("POST", "/channels/*/messages", status=status, code=0, times=2)
    await scene.bo.submit_modal(form, {"text": "A word."})
    await scene.env.advance_time(7)
    assert scene.newest.content == "**bo**\nA word."


@pytest.mark.sends_bad_bodies
async def test_what_was_accepted_is_shown_also_when_the_answer_comes_too_late(
    scene: Scene,
) -> None:
    await scene.start()
    for _ in range(2):
        scene.env.inject_error("POST", "/interactions/*", status=404, code=10062, times=1)
        await scene.go_on()
        scene.env.inject_error("POST", "/interactions/*", status=404, code=10062, times=1)
        await scene.alice.click(scene.newest, label="Undo")
    late = [i for i in scene.env.backend.interactions.values() if not i.responded]
    assert len(late) == 4
    for interaction in late:
        interaction.responded = True  # none of them is an oversight
    assert sum("Undone by" in text for text in scene.contents()) == 2


async def test_a_member_is_told_when_discord_never_takes_the_turn(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=3)
    result = await scene.write(scene.bo, "A word.")
    await scene.env.advance_time(200)
    assert told(result).startswith("Turn 1 is in the story, but Discord did not take the message.")
    assert "A word." not in told(result)


async def test_what_discord_did_not_take_is_posted_when_it_is_back(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=2)
    await scene.bo.submit_modal(form, {"text": "A word."})
    early = scene.contents()
    await scene.env.advance_time(301)
    still = scene.contents()
    await scene.env.advance_time(901)
    assert len(early) == len(still) == 1
    assert scene.newest.content == "**bo**\nA word."
    assert await unfinished_turns(scene.engine) == []


async def test_a_bot_that_leaves_takes_its_late_posts_along(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=1)
    await scene.bo.submit_modal(form, {"text": "A word."})
    before = late_posts()
    await scene.env.bot.close()
    assert (len(before), late_posts()) == (1, [])


def late_posts() -> list[str]:
    names = [task.get_name() for task in asyncio.all_tasks()]
    return [name for name in names if name.endswith(" later")]


async def test_what_was_erased_meanwhile_is_not_posted_later(scene: Scene) -> None:
    await scene.start()
    form = await scene.bo.slash(scene.room, "story write")
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=1)
    await scene.bo.submit_modal(form, {"text": "A word."})
    asked = await scene.bo.slash(scene.room, "privacy delete")
    assert asked.response is not None
    await scene.bo.click(asked.response.message, label="Erase everything")
    await scene.env.advance_time(2000)
    assert len(scene.public()) == 1


async def test_an_unreachable_model_is_worded(scene: Scene, model: ScriptedModel) -> None:
    await scene.start()
    model.down = ModelUnavailable("down")
    shown = await scene.alice.slash(scene.room, "story context")
    assert told(shown).startswith("The model does not answer. Please try again in a minute. (code")


async def test_the_text_of_the_model_pings_nobody(scene: Scene, model: ScriptedModel) -> None:
    model._replies = [f"@everyone, {scene.bo.mention} and <@&1> come here."]
    await scene.start()
    await scene.go_on()
    sent = [
        r.json
        for r in scene.env.http_requests
        if r.method == "POST" and r.path.endswith("/messages")
    ]
    assert "@everyone" in scene.newest.content
    assert [body["allowed_mentions"] for body in sent] == [{"parse": []}] * 2


class TestBroken:
    @pytest.fixture
    def model(self) -> ScriptedModel:
        return ScriptedModel(
            [
                Breaks(GenerationFailed("it broke"), "The lamp went out. Nobody saw.", pieces=5),
                Breaks(GenerationFailed("it broke"), "", pieces=0),
            ]
        )

    async def test_a_broken_turn_keeps_its_text_with_a_code(self, scene: Scene) -> None:
        await scene.start()
        await scene.go_on()
        text, note = scene.newest.content.split("\n-# ")
        assert text == "The lamp went out. Nobody"
        assert note.startswith("⚠️ Interrupted: the model broke off. Retry writes the turn anew.")
        assert note[-13:-7] == "(code "
        assert "Retry" in labels(scene.newest)

    async def test_a_turn_without_a_word_says_so_and_can_be_retried(self, scene: Scene) -> None:
        await scene.start()
        await scene.go_on()
        await scene.alice.click(scene.newest, label="Retry")
        assert scene.newest.content.startswith("-# ⚠️ The model could not write this turn.")
        assert labels(scene.newest) == ["Retry"]


class TestLongTurn:
    TEXT = "The sea was calm, and the *lamp* was lit. " * 60

    @pytest.fixture
    def model(self) -> ScriptedModel:
        return ScriptedModel([self.TEXT], context_tokens=8192)

    async def test_a_long_turn_runs_over_several_messages_with_buttons_under_the_last(
        self, scene: Scene
    ) -> None:
        await scene.start(length="long")
        await scene.go_on()
        first, last = scene.public()[1:]
        assert len(first.content) <= 1900
        assert first.content.startswith(self.TEXT[:1800])
        assert self.TEXT.startswith(f"{first.content} {last.content}")
        assert labels(first) == []
        assert labels(last) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]
