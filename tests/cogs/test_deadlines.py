"""What comes with time in stories with turn rules: deadlines, reminders, restarts."""

from collections.abc import AsyncIterator

import pytest
import simcord

from bot.client import ScriptoriumBot
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from tests.cogs.scene import Scene, labels
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["The model's own line."])


@pytest.fixture
async def engine(
    engine_settings: EngineSettings, model: ScriptedModel, clock: HandClock
) -> AsyncIterator[Engine]:
    async with open_engine(engine_settings, model=model, clock=clock) as engine:
        yield engine


async def begin(scene: Scene, mode: str, **options: object) -> None:
    """Alice and Bo play with a day for each turn; Alice wrote."""
    await scene.start()
    await scene.alice.slash(scene.room, "story rules", mode=mode, deadline=24, **options)
    await scene.alice.slash(scene.room, "story join")
    await scene.bo.slash(scene.room, "story join", remind=True, stand_in=True)
    await scene.write(scene.alice, "One.")


async def look(bot: ScriptoriumBot) -> None:
    """Let the bot wake once."""
    await bot.deadlines.look()
    await bot.rounds.idle()


async def test_an_overdue_turn_goes_on_once(
    scene: Scene, simcord_bot: ScriptoriumBot, clock: HandClock
) -> None:
    await begin(scene, "round_robin")
    before = len(scene.public())
    clock.pass_hours(25)
    await look(simcord_bot)
    await look(simcord_bot)
    alice, bo = scene.alice.id, scene.bo.id
    assert len(scene.public()) == before + 1
    assert scene.newest.content.startswith(f"-# ⏳ The time of <@{bo}> is over. Next: <@{alice}>.")
    assert f"Next: <@{alice}>." in scene.public()[-2].content


async def test_a_reminder_comes_in_private_once_and_only_to_who_wants_it(
    scene: Scene, simcord_env: simcord.Env, simcord_bot: ScriptoriumBot, clock: HandClock
) -> None:
    await begin(scene, "round_robin")
    public = scene.contents()
    clock.pass_hours(13)
    await look(simcord_bot)
    await look(simcord_bot)
    sent = [
        request
        for request in simcord_env.http_requests
        if request.method == "POST" and "⏰ It is your turn in “The Lighthouse”" in str(request)
    ]
    assert len(sent) == 1
    assert scene.contents() == public


async def test_the_model_stands_in_for_who_agreed(
    scene: Scene, simcord_bot: ScriptoriumBot, clock: HandClock
) -> None:
    await begin(scene, "round_robin", model="stand_in")
    clock.pass_hours(25)
    await look(simcord_bot)
    assert scene.newest.content.startswith("The model's own line.")
    assert f"Next: <@{scene.alice.id}>." in scene.newest.content


async def test_a_vote_closes_when_its_time_is_over(
    scene: Scene, simcord_bot: ScriptoriumBot, clock: HandClock
) -> None:
    await begin(scene, "vote")
    await scene.write(scene.bo, "Two.")
    first, second = scene.public()[-2:]
    await scene.bo.click(second, label="Vote")
    clock.pass_hours(25)
    await look(simcord_bot)
    first, second, news = scene.public()[-3:]
    assert news.content.startswith("-# 🗳️ The vote is over.")
    assert first.content.endswith("Not chosen.")
    assert labels(second) == ["Hand in a candidate", "Ask the model for one", "Undo"]


async def test_the_models_own_turn_is_found_again_after_a_restart(
    scene: Scene, simcord_bot: ScriptoriumBot
) -> None:
    await begin(scene, "round_robin")
    simcord_bot.rounds.begin_due = lambda due: None  # type: ignore[method-assign]  killed here
    await scene.alice.slash(scene.room, "story rules", mode="free", model="every_nth", every=2)
    before = scene.contents()
    del simcord_bot.rounds.begin_due
    await look(simcord_bot)
    assert not any("own line" in text for text in before)
    assert scene.newest.content.startswith("The model's own line.")


async def test_who_takes_no_messages_is_reminded_in_a_line_without_a_ping(
    scene: Scene, simcord_env: simcord.Env, simcord_bot: ScriptoriumBot, clock: HandClock
) -> None:
    await begin(scene, "round_robin")
    simcord_env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=1)
    clock.pass_hours(13)
    await look(simcord_bot)
    assert scene.newest.content.startswith(f"-# <@{scene.bo.id}>: ⏰ It is your turn")
