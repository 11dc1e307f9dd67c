"""A private answer shows how its work goes, then the result or the error alone."""

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from simcord import ChannelHandle, Env, MemberActor

from bot import private_wait
from bot.private_wait import conclude, wait_for
from engine.errors import NothingToUndo
from engine.runtime import Waiting
from engine.writing import Answering, Show


class WaitingBot(discord.AutoShardedClient):
    """`/work` does what the test put into `work`."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.engine = SimpleNamespace(server=None)
        self.work: Any = None
        self.seen: list[str] = []
        self.error: Exception | None = None
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Work.")
        async def work(interaction: Any) -> None:
            try:
                text = await wait_for(interaction, self.work)
            except NothingToUndo as error:
                self.error = error
                await interaction.followup.send("Refused", ephemeral=True)
            else:
                await conclude(interaction, text)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def leave_jobs(self) -> None:
        """Have no jobs to leave."""


@pytest.fixture
def simcord_bot() -> WaitingBot:
    return WaitingBot()


@pytest.fixture
async def alice(simcord_env: Env) -> tuple[MemberActor, ChannelHandle]:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("room")
    return guild.add_member(simcord_env.create_user("alice")), room


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_wait, "SECONDS_BETWEEN_EDITS", 0.02)


def wordings(env: Env) -> list[str]:
    """Return each wording that the private answer was given."""
    edits = [r for r in env.http_requests if r.method == "PATCH" and "@original" in r.path]
    return [request.json["content"] for request in edits]


async def test_the_answer_shows_the_queue_then_how_much_is_done_then_the_result(
    simcord_env: Env, simcord_bot: WaitingBot, alice: tuple[MemberActor, ChannelHandle]
) -> None:
    async def work(show: Show) -> str:
        for progress in (Waiting(3, 20.0), Answering(0, 4), Answering(3, 4)):
            show(progress)
            await asyncio.sleep(0.1)
        return "Done."

    simcord_bot.work = work
    member, room = alice
    result = await member.slash(room, "work")
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == "Done."
    shown = wordings(simcord_env)
    assert "Place 3" in shown[-4]
    assert "0 of 4" in shown[-3]
    assert "█" in shown[-2]
    assert "3 of 4" in shown[-2]


async def test_states_in_between_are_not_sent(
    simcord_env: Env, simcord_bot: WaitingBot, alice: tuple[MemberActor, ChannelHandle]
) -> None:
    async def work(show: Show) -> str:
        for done in range(100):
            show(Answering(done, 100))
        await asyncio.sleep(0.1)
        return "Done."

    simcord_bot.work = work
    member, room = alice
    await member.slash(room, "work")
    assert len(wordings(simcord_env)) <= 3


async def test_an_error_stands_alone(
    simcord_bot: WaitingBot, alice: tuple[MemberActor, ChannelHandle]
) -> None:
    async def work(show: Show) -> str:
        show(Answering(1, 4))
        await asyncio.sleep(0.1)
        raise NothingToUndo

    simcord_bot.work = work
    member, room = alice
    result = await member.slash(room, "work")
    assert result.response is None
    assert [answer.content for answer in result.followups] == ["Refused"]
