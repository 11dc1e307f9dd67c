"""/voice from the command to the vote, with a process that only speaks the files."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import discord
import pytest

from bot.client import ScriptoriumBot
from bot.training_messages import TrainingMessages
from cogs.voice import METHODS
from engine.library.job_runner import JobRunner, Pace
from engine.library.voices import read_voice
from engine.library.withdrawing import withdraw_for_author
from engine.model.request import ModelRequest
from engine.runtime import Engine
from engine.story import Provenance
from engine.story.training import Method
from engine.writing import read_story
from tests.cogs.scene import Scene, labels, told
from tests.conftest import Speaker
from tests.engine.library.given_works import give_works
from tests.fakes.scripted_model import ScriptedModel

TRAINER = str(Path(__file__).parents[1] / "fakes" / "trainer.py")
PACE = Pace(between_looks=0.02, before_retry=0.05, to_save=5.0)


def by_voice(request: ModelRequest) -> str:
    return f"{request.adapter or 'The model'} tells of {request.seed} ships."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(by_voice)


@pytest.fixture
def trainer_kind() -> str:
    return "steady"


@pytest.fixture
def simcord_bot(
    new_bot: Callable[[], ScriptoriumBot],
    engine: Engine,
    speaker: Speaker,
    trainer_kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> ScriptoriumBot:
    """The bot under test, whose training process has no model and whose messages do not wait."""
    del speaker
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    bot = new_bot()
    messages = TrainingMessages(bot, engine, seconds_between_edits=0)
    command = (sys.executable, TRAINER, trainer_kind)
    bot.jobs = JobRunner(engine, messages.show, command=command, pace=PACE)
    return bot


async def reads(scene: Scene, text: str) -> discord.Message:
    """Wait until a public message has this text."""
    async with asyncio.timeout(30):
        while True:
            for message in reversed(scene.public()):
                if text in message.content:
                    return message
            await asyncio.sleep(0.02)


async def trained(scene: Scene) -> discord.Message:
    """Let Maya train a voice; return the message when it is done."""
    await give_works(scene.engine, scene.guild.id)
    await scene.maya.slash(scene.room, "voice train", effort="quick")
    await scene.maya.click(await reads(scene, "shall it be trained?"), label="Train")
    return await reads(scene, "is trained")


def provenance_of(turns: list[Provenance | None]) -> list[str]:
    return [provenance.adapter for provenance in turns if provenance]


async def test_a_voice_is_trained_after_its_cost_was_agreed_to_in_one_message(
    scene: Scene,
) -> None:
    works = await give_works(scene.engine, scene.guild.id)
    answer = await scene.maya.slash(scene.room, "voice train")
    assert "see the message here" in told(answer)
    offer = await reads(scene, "shall it be trained?")
    assert "4 works with 3,600 words; base model embedded" in offer.content
    assert "about 2 min and 2.0 GB of 8.0 GB free memory (cpu, 6 steps)" in offer.content
    assert labels(offer) == ["Train", "Cancel"]
    refused = await scene.alice.click(offer, label="Train")
    assert "Manage Server" in told(refused)
    await scene.maya.click(offer, label="Train")
    done = await reads(scene, "Voice 1 is trained")
    assert done.id == offer.id, "one message from the beginning to the end"
    assert labels(done) == ["Compare", "Promote"]
    (picture,) = done.attachments
    assert picture.filename == "loss.png"
    assert picture.description == "How well the voice foretells its texts, step by step"
    assert len(works) == 4
    late = await scene.maya.slash(scene.room, "voice status")
    assert "Voices that can be used: 1" in told(late)


async def test_a_promoted_voice_writes_the_next_turn_and_a_withdrawn_work_silences_it(
    scene: Scene,
) -> None:
    done = await trained(scene)
    await scene.start()
    await scene.go_on()
    await scene.maya.click(done, label="Promote")
    await scene.go_on()
    status = await scene.maya.slash(scene.room, "voice status")
    assert "Voice 1 writes here since" in told(status)
    promoted = (await read_voice(scene.engine, guild_id=scene.guild.id)).promoted
    assert promoted is not None
    work_id = (await read_voice(scene.engine, guild_id=scene.guild.id)).works[0].work_id
    await withdraw_for_author(scene.engine.database, guild_id=scene.guild.id, work_id=work_id)
    await scene.go_on()
    where = {"guild_id": scene.guild.id, "channel_id": scene.room.id}
    _, turns = await read_story(scene.engine, **where)
    assert provenance_of([turn.provenance for turn in turns]) == ["", promoted.name, ""]
    status = await scene.maya.slash(scene.room, "voice status")
    assert "Never used again, because a work was withdrawn: 1" in told(status)
    refused = await scene.maya.slash(scene.room, "voice promote", voice=1)
    assert "learned from a work that was withdrawn" in told(refused)


async def test_members_vote_on_blind_pairs_and_see_what_the_votes_say(scene: Scene) -> None:
    done = await trained(scene)
    before = len(scene.public())
    await scene.maya.click(done, label="Compare")
    pairs = scene.public()[before:]
    assert len(pairs) == 5
    for number, pair in enumerate(pairs, 1):
        assert f"Pair {number} of 5" in pair.content
        assert labels(pair) == ["First", "Second", "Same", "Result"]
        assert "Voice" not in pair.content
    nothing = await scene.alice.click(pairs[0], label="Result")
    assert "Nobody has preferred one side yet" in told(nothing)
    for pair in pairs[:3]:
        first = pair.content.partition("**First**\n")[2]
        ours = "Second" if first.startswith("The model") else "First"
        await scene.alice.click(pair, label=ours)
        voted = await scene.bo.click(pair, label=ours)
        assert "You can change it" in told(voted)
    await scene.bo.click(pairs[3], label="Same")
    result = told(await scene.alice.click(pairs[4], label="Result"))
    assert "Voice 1 against The model as it is" in result
    assert "preferred in 6 of 6 votes: 100 %, between 61 % and 100 %" in result
    assert "no difference: 1" in result
    assert "more than chance: Voice 1 is preferred" in result


async def test_the_voice_is_taken_back_and_switched_off(scene: Scene) -> None:
    await trained(scene)
    refused = await scene.maya.slash(scene.room, "voice off")
    assert "No voice of this server is in use" in told(refused)
    await scene.maya.slash(scene.room, "voice promote")
    assert "Voice 1 is off" in told(await scene.maya.slash(scene.room, "voice off"))
    assert "Voice 1 writes here" in told(await scene.maya.slash(scene.room, "voice rollback"))
    back = told(await scene.maya.slash(scene.room, "voice rollback"))
    assert "The model as it is writes here" in back


async def test_training_without_works_is_refused_in_private(scene: Scene) -> None:
    refused = await scene.maya.slash(scene.room, "voice train")
    assert "too little to learn from" in told(refused)
    assert scene.public() == []


@pytest.mark.parametrize("trainer_kind", ["slow"])
async def test_a_training_is_cancelled_by_its_button(scene: Scene) -> None:
    await give_works(scene.engine, scene.guild.id)
    await scene.maya.slash(scene.room, "voice train")
    await scene.maya.click(await reads(scene, "shall it be trained?"), label="Train")
    moving = await reads(scene, "Learning")
    assert "33 % · loss 3.80 · 2 s left" in (await reads(scene, "33 %")).content
    await scene.maya.click(moving, label="Cancel")
    ended = await reads(scene, "Cancelled. Nothing was kept.")
    assert labels(ended) == []


@pytest.mark.parametrize("trainer_kind", ["poor"])
async def test_a_training_without_memory_says_what_it_lacked(scene: Scene) -> None:
    await give_works(scene.engine, scene.guild.id)
    await scene.maya.slash(scene.room, "voice train")
    await scene.maya.click(await reads(scene, "shall it be trained?"), label="Train")
    await reads(scene, "There is not enough memory: it needs 0.0 GB")


def test_every_method_on_offer_is_one_that_our_model_server_can_write_with() -> None:
    assert [option.value for option in METHODS] == [one for one in Method if one.is_served]
