"""Each correction of simcord: the difference is there without it, and gone with it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import discord
import pytest
import simcord
from discord import app_commands

from bot.rehearsal.shims import UPLOAD_LIMIT_BYTES, correct


class Bot(discord.Client):
    def __init__(self, *, age_restricted: bool = False) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.seen: list[discord.Interaction] = []

        async def look(interaction: discord.Interaction) -> None:
            self.seen.append(interaction)
            await interaction.response.send_message("seen")

        self.tree.add_command(
            app_commands.Command(
                name="look", description="Look.", callback=look, nsfw=age_restricted
            )
        )

    async def setup_hook(self) -> None:
        await self.tree.sync()


@asynccontextmanager
async def room(bot: Bot) -> AsyncIterator[tuple[simcord.Env, simcord.ChannelHandle]]:
    async with simcord.run(bot) as env:
        yield env, env.create_guild().create_text_channel("room")


@pytest.fixture
def corrected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        correct(patch.setattr, locale=lambda: "zh-CN")
        yield


async def look(bot: Bot, env: simcord.Env, channel: simcord.ChannelHandle) -> discord.Interaction:
    assert channel.guild is not None
    await channel.guild.add_member(env.create_user("alice")).slash(channel, "look")
    return bot.seen[-1]


async def test_without_the_shim_every_member_is_american() -> None:
    bot = Bot()
    async with room(bot) as (env, channel):
        interaction = await look(bot, env, channel)
        assert interaction.locale == discord.Locale.american_english
        assert interaction.filesize_limit > UPLOAD_LIMIT_BYTES


@pytest.mark.usefixtures("corrected")
async def test_an_interaction_carries_the_chosen_language_and_discords_upload_limit() -> None:
    bot = Bot()
    async with room(bot) as (env, channel):
        interaction = await look(bot, env, channel)
        assert interaction.locale == discord.Locale.chinese
        assert interaction.filesize_limit == UPLOAD_LIMIT_BYTES


async def send_twice(bot: Bot, channel: simcord.ChannelHandle) -> list[int]:
    target = bot.get_channel(channel.id)
    assert isinstance(target, discord.TextChannel)
    return [(await target.send(f"take {n}", nonce="same")).id for n in (1, 2)]


async def test_without_the_shim_one_nonce_makes_two_messages() -> None:
    bot = Bot()
    async with room(bot) as (_, channel):
        assert len(set(await send_twice(bot, channel))) == 2


@pytest.mark.usefixtures("corrected")
async def test_one_nonce_makes_one_message() -> None:
    bot = Bot()
    async with room(bot) as (_, channel):
        assert len(set(await send_twice(bot, channel))) == 1
        assert [message.content for message in channel.history()] == ["take 1"]


@pytest.mark.usefixtures("corrected")
async def test_a_nonce_is_forgotten_with_its_deleted_message_and_in_another_channel() -> None:
    bot = Bot()
    async with room(bot) as (_, channel):
        first, _again = await send_twice(bot, channel)
        assert channel.guild is not None
        other = channel.guild.create_text_channel("other")
        assert (await send_twice(bot, other))[0] != first
        target = bot.get_channel(channel.id)
        assert isinstance(target, discord.TextChannel)
        await target.get_partial_message(first).delete()
        assert (await send_twice(bot, channel))[0] != first


async def webhook_and_thread(
    bot: Bot, channel: simcord.ChannelHandle
) -> tuple[discord.Webhook, discord.Thread]:
    target = bot.get_channel(channel.id)
    assert isinstance(target, discord.TextChannel)
    thread = await target.create_thread(name="scene", type=discord.ChannelType.public_thread)
    return await target.create_webhook(name="The fox"), thread


def button() -> discord.ui.View:
    return discord.ui.View(timeout=None).add_item(
        discord.ui.Button(label="Answer", custom_id="answer")
    )


async def test_without_the_shim_a_webhook_misses_the_thread_and_may_send_no_button() -> None:
    bot = Bot()
    async with room(bot) as (env, channel):
        webhook, thread = await webhook_and_thread(bot, channel)
        with pytest.raises(discord.HTTPException, match="interactive components"):
            await webhook.send("Who is there?", thread=thread, view=button())
        message = await webhook.send("Who is there?", thread=thread, wait=True)
        assert message.id in env.backend.messages[channel.id]


@pytest.mark.usefixtures("corrected")
async def test_a_webhook_speaks_in_the_thread_with_its_button() -> None:
    bot = Bot()
    async with room(bot) as (env, channel):
        webhook, thread = await webhook_and_thread(bot, channel)
        message = await webhook.send("Who is there?", thread=thread, view=button(), wait=True)
        assert env.backend.messages[thread.id][message.id].components


async def test_without_the_shim_an_age_restricted_command_cannot_be_synced() -> None:
    with pytest.raises(simcord.UnsupportedField):
        async with room(Bot(age_restricted=True)):
            pass


@pytest.mark.usefixtures("corrected")
async def test_an_age_restricted_command_is_synced_as_such() -> None:
    async with room(Bot(age_restricted=True)) as (env, _):
        assert env.backend.commands[None]["look", 1]["nsfw"] is True
