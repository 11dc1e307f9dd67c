"""What everybody sees while the model waits, writes and is stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import discord
import pytest
import simcord

from bot.client import ScriptoriumBot
from bot.rehearsal.live import LiveEnv
from engine.model.supervisor import ServerState, ServerStatus
from engine.settings import EngineSettings
from tests.cogs.scene import Scene, labels, told
from tests.fakes.scripted_model import ScriptedModel


class Gate:
    """Lets the words of a scripted model out one by one."""

    def __init__(self) -> None:
        self._words = asyncio.Semaphore(0)

    async def sleep(self, _seconds: float) -> None:
        await self._words.acquire()

    def let(self, words: int) -> None:
        for _ in range(words):
            self._words.release()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def shown(scene: Scene, content: str) -> discord.Message:
    """Wait until the newest message reads so."""
    try:
        await until(lambda: scene.newest.content == content)
    except TimeoutError:
        assert scene.newest.content == content
    return scene.newest


@pytest.fixture
async def simcord_env(simcord_bot: ScriptoriumBot) -> AsyncIterator[simcord.Env]:
    """A Discord in real time: a verb returns when it is answered, not when the turn is done."""
    env = LiveEnv(simcord_bot)
    await env.start()
    yield env
    await env.shutdown()


@pytest.fixture
def gate() -> Gate:
    return Gate()


class TestWordByWord:
    @pytest.fixture
    def model(self, gate: Gate) -> ScriptedModel:
        return ScriptedModel(
            ["The lamp went out. Nobody saw it happen.", "Second turn."], sleep=gate.sleep
        )

    async def begin(self, scene: Scene) -> None:
        await scene.start()
        await scene.go_on()
        await until(lambda: len(scene.public()) == 2)

    async def test_it_says_that_it_writes_and_can_be_stopped(self, scene: Scene) -> None:
        await self.begin(scene)
        assert scene.newest.content == "✍️ Writing…"
        assert labels(scene.newest) == ["Stop"]

    async def test_the_first_sentence_is_shown_as_soon_as_it_is_there(
        self, scene: Scene, gate: Gate
    ) -> None:
        await self.begin(scene)
        gate.let(3)
        await asyncio.sleep(0.1)
        before = scene.newest.content
        gate.let(1)
        sentence = await shown(scene, "The lamp went out. ▌")
        assert before == "✍️ Writing…"
        assert labels(sentence) == ["Stop"]

    async def test_the_final_text_has_no_cursor_and_its_buttons(
        self, scene: Scene, gate: Gate
    ) -> None:
        await self.begin(scene)
        gate.let(20)
        final = await shown(scene, "The lamp went out. Nobody saw it happen.")
        assert labels(final) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]

    async def test_stop_keeps_the_text_so_far_and_marks_it(self, scene: Scene, gate: Gate) -> None:
        await self.begin(scene)
        gate.let(5)
        await shown(scene, "The lamp went out. ▌")
        await scene.alice.click(scene.newest, label="Stop")
        stopped = await shown(
            scene, "The lamp went out. Nobody\n-# ⏹️ Stopped here. Retry writes the turn anew."
        )
        assert "Retry" in labels(stopped)

    async def test_a_turn_stopped_before_its_first_word_can_be_retried(
        self, scene: Scene, gate: Gate
    ) -> None:
        await self.begin(scene)
        await scene.alice.click(scene.newest, label="Stop")
        stopped = await shown(scene, "-# ⏹️ Stopped before the first word.")
        await scene.alice.click(stopped, label="Retry")
        gate.let(20)
        await shown(scene, "Second turn.")
        assert labels(stopped) == ["Retry"]

    async def test_somebody_else_cannot_stop_it(self, scene: Scene) -> None:
        await scene.start()
        await scene.go_on(scene.maya)
        refused = await scene.bo.click(scene.newest, label="Stop")
        assert told(refused).startswith("Only the turn's author")
        assert labels(scene.newest) == ["Stop"]

    async def test_nobody_can_write_meanwhile_and_no_typed_word_is_lost(
        self, scene: Scene, gate: Gate
    ) -> None:
        await scene.start()
        form = await scene.bo.slash(scene.room, "story write")
        await scene.go_on()
        early = await scene.bo.slash(scene.room, "story write")
        refused = await scene.bo.submit_modal(form, {"text": "My long thought."})
        assert told(early) == "The model is writing just now. Wait until it is done, or press Stop."
        assert told(refused) == (
            "The story moved on while you wrote. Your text is kept: add it now?\n"
            "Your text:\n>>> My long thought."
        )
        gate.let(20)
        await shown(scene, "The lamp went out. Nobody saw it happen.")
        assert refused.response is not None
        await scene.bo.click(refused.response.message, label="Add it now")
        await shown(scene, "**bo**\nMy long thought.")
        assert refused.response.content == "✅ Added as turn 2."
        assert refused.response.components == []

    async def test_a_deleted_message_is_posted_anew_at_the_end(
        self, scene: Scene, gate: Gate
    ) -> None:
        await self.begin(scene)
        gate.let(5)
        await shown(scene, "The lamp went out. ▌")
        await scene.maya.delete(scene.newest)
        for _ in range(2):
            gate.let(1)
            await asyncio.sleep(0.1)
        edits_of_what_is_gone = [r for r in scene.env.http_requests if r.method == "PATCH"][1:]
        gate.let(20)
        await shown(scene, "The lamp went out. Nobody saw it happen.")
        assert len(scene.public()) == 2
        assert len(edits_of_what_is_gone) == 1

    async def test_a_loading_model_is_shown_with_its_progress(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.stream.SECONDS_BETWEEN_LOADING_LOOKS", 0.01)
        loading = LoadingServer()
        replies = scene.env.bot.replies  # type: ignore[attr-defined]
        replies._engine = replace(replies._engine, server=loading)
        await self.begin(scene)
        await shown(scene, "⏳ The model is still loading: 40 %. This turn waits.")
        loading.status = replace(loading.status, done=80)
        await shown(scene, "⏳ The model is still loading: 80 %. This turn waits.")


class LoadingServer:
    """A model server that is still loading its weights."""

    def __init__(self) -> None:
        self.status = ServerStatus(ServerState.LOADING, "weights", done=40, total=100)


class TestQueue:
    @pytest.fixture
    def model(self, gate: Gate) -> ScriptedModel:
        return ScriptedModel(sleep=gate.sleep)

    @pytest.fixture
    def engine_settings(self, tmp_path: Path) -> EngineSettings:
        return EngineSettings(data_dir=tmp_path / "data", turns_at_once=1)

    async def test_the_place_in_the_queue_moves_up_and_stop_leaves_it(
        self, scene: Scene, gate: Gate
    ) -> None:
        first, second, third = (scene.guild.create_text_channel(n) for n in ("a", "b", "c"))
        for room, member in ((first, scene.alice), (second, scene.bo), (third, scene.maya)):
            await member.slash(room, "story start", title="T")
            await member.slash(room, "story continue")
        await until(lambda: scene.public(third)[-1].content == "✍️ Place 2 in the queue.")
        await until(lambda: scene.public(second)[-1].content == "✍️ Place 1 in the queue.")
        await scene.bo.click(scene.public(second)[-1], label="Stop")
        await until(lambda: scene.public(third)[-1].content == "✍️ Place 1 in the queue.")
        stopped = "-# ⏹️ Stopped before the first word."
        await until(lambda: scene.public(second)[-1].content == stopped)

    async def test_a_member_has_a_fair_share_of_the_queue(self, scene: Scene) -> None:
        rooms = [scene.guild.create_text_channel(name) for name in ("a", "b", "c")]
        for room in rooms:
            await scene.alice.slash(room, "story start", title="T")
        answers = [await scene.alice.slash(room, "story continue") for room in rooms]
        assert told(answers[-1]) == (
            "You have 2 turns waiting already. Try again when one is done."
        )
