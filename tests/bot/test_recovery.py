"""A process ends at the worst moment; the next one finishes the work, once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import discord
import pytest
from simcord import ChannelHandle, MemberActor

from bot import publication
from bot.client import create_bot
from bot.rehearsal.live import LiveEnv
from bot.settings import BotSettings
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import Post
from engine.writing import read_story, unfinished_turns
from tests.conftest import Speaker
from tests.fakes.scripted_model import ScriptedModel

LONG = "The sea was calm. " * 150


class Lives:
    """One Discord, and the bot's lives on it, each with an engine of its own on the same data."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self.engine: Engine
        self.env: LiveEnv
        self.room: ChannelHandle
        self.alice: MemberActor

    async def begin(self, model: ScriptedModel) -> None:
        """Start the first life."""
        self.engine = await self._stack.enter_async_context(
            open_engine(self._settings, model=model)
        )
        self.env = LiveEnv(create_bot(self.engine, BotSettings(seconds_between_edits=0)))
        guild = self.env.create_guild()
        self.room = guild.create_text_channel("room")
        self.alice = guild.add_member(self.env.create_user("alice"))
        await self.env.start()
        await self.alice.slash(self.room, "story start", title="T")

    async def begin_again(self, model: ScriptedModel) -> None:
        """End the life where it stands, and start the next one."""
        await self._stack.aclose()
        self.engine = await self._stack.enter_async_context(
            open_engine(self._settings, model=model)
        )
        await self.env.restart_bot(create_bot(self.engine, BotSettings(seconds_between_edits=0)))

    async def finished(self) -> list[str]:
        """Wait until no turn is unfinished; return the texts in the room after the opening."""
        async with asyncio.timeout(10):
            while await unfinished_turns(self.engine):
                await asyncio.sleep(0.02)
        return [message.content for message in self.posts()]

    def posts(self) -> list[discord.Message]:
        return [m for m in self.room.history() if not m.flags.ephemeral][1:]

    def nonces(self) -> list[str]:
        """Return the nonces of all posts after the opening."""
        sent = [r for r in self.env.http_requests if r.method == "POST"]
        return [r.json["nonce"] for r in sent if r.path.endswith("/messages")][1:]

    async def end(self) -> None:
        await self.env.shutdown()
        await self._stack.aclose()


@pytest.fixture
async def lives(tmp_path: Path, speaker: Speaker) -> AsyncIterator[Lives]:
    lives = Lives(EngineSettings(data_dir=tmp_path / "data"))
    yield lives
    await lives.end()


def silent() -> ScriptedModel:
    """A model that never says a word."""
    return ScriptedModel(sleep=lambda _: asyncio.Event().wait())


def die_before_recording(monkeypatch: pytest.MonkeyPatch, *, part: int = 0) -> None:
    """Make the bot hang for ever after the post of a part, as if the process had ended there."""
    record = publication.record_post

    async def hang_or_record(engine: Engine, *, guild_id: int, post: Post) -> None:
        if post.part == part:
            await hang()
        await record(engine, guild_id=guild_id, post=post)

    monkeypatch.setattr(publication, "record_post", hang_or_record)


async def hang(*_: object) -> None:
    await asyncio.Event().wait()


async def test_a_turn_that_was_being_written_is_written_and_posted_once(lives: Lives) -> None:
    await lives.begin(silent())
    await lives.alice.slash(lives.room, "story continue")
    await lives.begin_again(ScriptedModel(["The lamp went out."]))
    assert await lives.finished() == ["The lamp went out."]
    assert len(lives.nonces()) == 1


async def test_a_first_message_that_was_not_recorded_is_found_by_its_stop_button(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(silent())
    with monkeypatch.context() as patch:
        die_before_recording(patch)
        await lives.alice.slash(lives.room, "story continue")
    await lives.begin_again(ScriptedModel(["The lamp went out."]))
    assert await lives.finished() == ["The lamp went out."]
    assert len(lives.nonces()) == 1


async def test_a_members_turn_that_was_not_recorded_is_not_posted_twice(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    with monkeypatch.context() as patch:
        die_before_recording(patch)
        form = await lives.alice.slash(lives.room, "story write")
        await lives.alice.submit_modal(form, {"text": "A word."})
    await lives.begin_again(ScriptedModel())
    assert await lives.finished() == ["**alice**\nA word."]
    assert len(lives.nonces()) == 1


async def test_a_second_message_that_was_not_recorded_is_not_posted_twice(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    with monkeypatch.context() as patch:
        die_before_recording(patch, part=1)
        form = await lives.alice.slash(lives.room, "story write")
        await lives.alice.submit_modal(form, {"text": LONG})
    await lives.begin_again(ScriptedModel())
    first, second = await lives.finished()
    assert f"{first} {second}" == f"**alice**\n{LONG.strip()}"
    assert len(lives.nonces()) == 2


async def test_the_first_of_two_messages_that_was_not_recorded_is_found_by_its_text(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    with monkeypatch.context() as patch:
        die_before_recording(patch)
        form = await lives.alice.slash(lives.room, "story write")
        await lives.alice.submit_modal(form, {"text": LONG})
    await lives.begin_again(ScriptedModel())
    assert len(await lives.finished()) == 2
    assert len(lives.nonces()) == 2


async def test_equal_words_of_two_turns_are_two_posts(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    form = await lives.alice.slash(lives.room, "story write")
    await lives.alice.submit_modal(form, {"text": "Yes."})
    with monkeypatch.context() as patch:
        patch.setattr("bot.replies.Replies._settle", hang)
        form = await lives.alice.slash(lives.room, "story write")
        await lives.alice.submit_modal(form, {"text": "Yes."})
    await lives.begin_again(ScriptedModel())
    assert await lives.finished() == ["**alice**\nYes."] * 2


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_a_text_that_became_shorter_leaves_no_message_behind(
    lives: Lives, monkeypatch: pytest.MonkeyPatch, *, is_recorded: bool
) -> None:
    await lives.begin(ScriptedModel([LONG], sleep=hang_after(words=440)))
    await lives.alice.slash(lives.room, "story end")
    await lives.alice.slash(lives.room, "story start", title="U", length="long")
    with monkeypatch.context() as patch:
        if not is_recorded:
            die_before_recording(patch, part=1)
        await lives.alice.slash(lives.room, "story continue")
        async with asyncio.timeout(10):
            while len(lives.posts()) < 4:
                await asyncio.sleep(0.02)
    await lives.begin_again(ScriptedModel(["Short."]))
    assert (await lives.finished())[2:] == ["Short."]


def hang_after(words: int) -> Callable[[float], Awaitable[None]]:
    """Let a model write so many words and no more."""
    left = iter(range(words))

    async def sleep(_seconds: float) -> None:
        if next(left, None) is None:
            await hang()

    return sleep


async def test_a_form_that_was_opened_before_the_restart_still_adds_its_text(
    lives: Lives,
) -> None:
    await lives.begin(ScriptedModel())
    form = await lives.alice.slash(lives.room, "story write")
    await lives.begin_again(ScriptedModel())
    await lives.alice.submit_modal(form, {"text": "A word."})
    assert await lives.finished() == ["**alice**\nA word."]


async def test_the_buttons_of_the_last_life_still_work(lives: Lives) -> None:
    await lives.begin(ScriptedModel())
    form = await lives.alice.slash(lives.room, "story write")
    await lives.alice.submit_modal(form, {"text": "A word."})
    await lives.begin_again(ScriptedModel(["The lamp went out."]))
    await lives.alice.click(lives.posts()[-1], label="Continue")
    assert await lives.finished() == ["**alice**\nA word.", "The lamp went out."]


async def test_stop_works_on_a_turn_of_the_last_life(lives: Lives) -> None:
    await lives.begin(silent())
    await lives.alice.slash(lives.room, "story continue")
    await lives.begin_again(silent())
    await lives.alice.click(lives.posts()[-1], label="Stop")
    assert await lives.finished() == ["-# ⏹️ Stopped before the first word."]
    story, turns = await read_story(
        lives.engine, guild_id=lives.alice.guild.id, channel_id=lives.room.id
    )
    assert (story.head_turn_id, turns) == (None, [])


async def test_without_the_right_to_read_the_history_the_nonce_has_to_do(lives: Lives) -> None:
    await lives.begin(silent())
    await lives.alice.slash(lives.room, "story continue")
    lives.env.inject_error("GET", "/channels/*/messages", status=403, code=50001, times=1)
    await lives.begin_again(ScriptedModel(["The lamp went out."]))
    assert await lives.finished() == ["The lamp went out."]


async def test_a_channel_that_is_gone_does_not_hold_up_the_others(lives: Lives) -> None:
    await lives.begin(silent())
    other = lives.room.guild.create_text_channel("other")
    await lives.alice.slash(other, "story start", title="U")
    await lives.alice.slash(other, "story continue")
    await lives.alice.slash(lives.room, "story continue")
    channel = lives.env.bot.get_channel(other.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    await lives.begin_again(ScriptedModel())
    async with asyncio.timeout(10):
        while len(await unfinished_turns(lives.engine)) > 1:
            await asyncio.sleep(0.02)
    assert lives.posts()[-1].content.startswith("And then the lantern")
