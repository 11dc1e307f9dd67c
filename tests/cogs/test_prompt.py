"""Starts for a story: suggested in private, saved, put aside, and made a story in public."""

from collections.abc import Callable
from random import Random

import discord
import pytest
from simcord import InteractionResult

from bot import private_wait
from bot.client import ScriptoriumBot
from engine.model.request import ModelRequest
from tests.cogs.scene import Scene, labels, told
from tests.fakes.scripted_model import ScriptedModel


def premise(request: ModelRequest) -> str:
    """Return a premise that shares hardly a word with that of any other seed."""
    draw = Random(request.seed)
    words = ["".join(draw.choices("abcdefghiklmnoprstuv", k=6)) for _ in range(12)]
    return f"In {' '.join(words)} she finds a key."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(premise)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_wait, "SECONDS_BETWEEN_EDITS", 0.02)


async def asked(scene: Scene, **options: str) -> InteractionResult:
    return await scene.alice.slash(scene.room, "prompt new", **options)


def private(scene: Scene) -> discord.Message:
    """Return the newest message that Alice alone sees."""
    seen = scene.room.history(viewer=scene.alice)
    return [message for message in seen if message.flags.ephemeral][-1]


def entries(message: discord.Message) -> list[discord.SelectOption]:
    rows = [line for line in message.components if isinstance(line, discord.ActionRow)]
    return [
        option
        for line in rows
        for child in line.children
        if isinstance(child, discord.SelectMenu)
        for option in child.options
    ]


async def picked(scene: Scene, number: int = 0) -> discord.Message:
    message = private(scene)
    await scene.alice.select(message, [entries(message)[number].value], custom_id="prompt:pick")
    return private(scene)


async def test_five_starts_are_shown_to_the_asker_alone(scene: Scene) -> None:
    result = await asked(scene, genre="mystery", tone="quiet")
    assert result.ephemeral
    message = private(scene)
    assert "5 starts" in message.content
    assert "mystery · quiet" in message.content
    assert len(entries(message)) == 5
    assert not scene.public()


async def test_a_picked_start_stands_alone_with_its_buttons(scene: Scene) -> None:
    await asked(scene)
    message = await picked(scene, 1)
    assert message.content.startswith("💡 In ")
    assert labels(message) == [
        "Start a story with this",
        "Start it in a thread",
        "More like this",
        "Save",
        "Not for me",
        "The others",
    ]


async def test_a_story_is_started_with_the_premise_that_the_model_then_reads(scene: Scene) -> None:
    await asked(scene)
    text = (await picked(scene)).content.removeprefix("💡 ")
    await scene.alice.click(private(scene), label="Start a story with this")
    assert f"> {text}" in scene.newest.content
    await scene.go_on()
    context = await scene.alice.slash(scene.room, "story context")
    assert context.response is not None
    sent = scene.engine.model
    assert isinstance(sent, ScriptedModel)
    assert f"What it is about: {text}" in sent.requests[-1].messages[0].text


async def test_a_story_can_start_in_a_thread(scene: Scene) -> None:
    await asked(scene)
    await picked(scene)
    await scene.alice.click(private(scene), label="Start it in a thread")
    (thread,) = scene.room.threads
    assert "📖" in scene.public(thread)[-1].content


async def test_more_like_this_asks_with_the_chosen_one(scene: Scene) -> None:
    await asked(scene, genre="mystery")
    text = (await picked(scene)).content.removeprefix("💡 ")
    await scene.alice.click(private(scene), label="More like this")
    model = scene.engine.model
    assert isinstance(model, ScriptedModel)
    assert text in model.requests[-1].messages[-1].text
    assert "mystery" in model.requests[-1].messages[-1].text
    assert len(entries(private(scene))) == 5


async def test_saved_starts_are_listed_and_can_be_forgotten(scene: Scene) -> None:
    await asked(scene)
    text = (await picked(scene)).content.removeprefix("💡 ")
    await scene.alice.click(private(scene), label="Save")
    assert "Saved" in private(scene).content
    listed = told(await scene.alice.slash(scene.room, "prompt saved"))
    assert "1 saved start" in listed
    assert text in listed
    assert "nothing yet" in told(await scene.bo.slash(scene.room, "prompt saved"))
    await picked(scene)
    await scene.alice.click(private(scene), label="Forget")
    assert "nothing yet" in told(await scene.alice.slash(scene.room, "prompt saved"))


async def test_many_saved_starts_are_paged(scene: Scene) -> None:
    for _ in range(2):
        await asked(scene)
        for number in range(3):
            await picked(scene, number)
            await scene.alice.click(private(scene), label="Save")
            await scene.alice.click(private(scene), label="The others")
    await scene.alice.slash(scene.room, "prompt saved")
    assert len(entries(private(scene))) == 5
    await scene.alice.click(private(scene), label="Next page")
    assert len(entries(private(scene))) == 1


async def test_what_is_not_for_a_member_leaves_their_list(scene: Scene) -> None:
    await asked(scene)
    text = (await picked(scene)).content.removeprefix("💡 ")
    await scene.alice.click(private(scene), label="Not for me")
    message = private(scene)
    assert "4 starts" in message.content
    assert text not in message.content


async def test_starts_shown_lately_do_not_come_again(scene: Scene) -> None:
    shown: set[str] = set()
    for _ in range(3):
        await asked(scene)
        message = private(scene)
        texts = {line for line in message.content.splitlines() if line.startswith("**")}
        bodies = {line.partition("** ")[2] for line in texts}
        assert not bodies & shown
        shown |= bodies


async def test_when_nothing_is_fit_the_member_is_told_so(
    scene: Scene, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_replies", lambda _: "As an AI I cannot.")
    assert "none was fit" in told(await asked(scene))


async def test_the_buttons_work_after_a_restart_of_the_bot(
    scene: Scene, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    await asked(scene)
    message = await picked(scene)
    await scene.env.restart_bot(new_bot())
    await scene.alice.click(message, label="Save")
    assert "Saved" in private(scene).content
