"""A bot process is there in about a second, or says why not."""

import subprocess
import sys
from collections.abc import Callable

import discord
import pytest
import simcord
from structlog.testing import capture_logs

from bot.client import ScriptoriumBot, create_bot
from bot.settings import BotSettings
from engine.runtime import Engine

COGS = "cogs.story, cogs.turns, cogs.ballots, cogs.messages, cogs.privacy, cogs.style"
HEAVY = ("torch", "transformers", "bitsandbytes", "simcord", "babel")


def test_neither_torch_nor_the_rehearsal_is_loaded() -> None:
    check = (
        f"import sys, bot.__main__, {COGS}\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", check], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_privileged_intent_is_asked_for(engine: Engine) -> None:
    bot = create_bot(engine, BotSettings())
    assert bot.intents == discord.Intents(guilds=True, guild_messages=True)
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}


def test_the_token_is_in_no_representation() -> None:
    assert "s3cret" not in repr(BotSettings(discord_token="s3cret"))  # type: ignore[arg-type]


async def test_a_missing_cog_stops_the_start(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.client.COGS", ("cogs.story", "cogs.turns"))
    bot = create_bot(engine, BotSettings())
    with pytest.raises(LookupError, match="ballot:decide"):
        await bot.load_cogs()


async def test_commands_are_sent_once_and_not_at_each_start(
    simcord_env: simcord.Env, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    await simcord_env.restart_bot(new_bot())
    sent = [r for r in simcord_env.http_requests if r.path.endswith("/commands") and r.json]
    assert len(sent) == 1


async def test_changed_commands_are_sent_again(
    simcord_env: simcord.Env, new_bot: Callable[[], ScriptoriumBot], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = new_bot()
    load = bot.load_cogs

    async def load_and_change() -> None:
        await load()
        bot.tree.remove_command("privacy")

    monkeypatch.setattr(bot, "load_cogs", load_and_change)
    await simcord_env.restart_bot(bot)
    assert ("privacy", 1) not in simcord_env.backend.commands[None]


async def test_commands_with_other_words_are_sent_again(
    simcord_env: simcord.Env, new_bot: Callable[[], ScriptoriumBot], engine: Engine
) -> None:
    engine.settings.data_dir.joinpath("commands.sent").write_text("of an older version")
    await simcord_env.restart_bot(new_bot())
    sent = [r for r in simcord_env.http_requests if r.path.endswith("/commands") and r.json]
    assert len(sent) == 2


async def test_commands_that_discord_lost_are_sent_again(
    simcord_env: simcord.Env, new_bot: Callable[[], ScriptoriumBot]
) -> None:
    simcord_env.backend.commands[None].clear()
    await simcord_env.restart_bot(new_bot())
    assert ("story", 1) in simcord_env.backend.commands[None]


async def test_an_error_in_a_listener_is_logged_without_its_text(engine: Engine) -> None:
    bot = create_bot(engine, BotSettings())
    with capture_logs() as logs:
        try:
            raise ValueError("the secret of the lamp")
        except ValueError:
            await bot.on_error("message", "the secret of the lamp")
    assert logs[0]["event_name"] == "message"
    assert "secret" not in str({k: v for k, v in logs[0].items() if k != "exc_info"})
