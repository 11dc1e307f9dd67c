import discord
import pytest

from tests.fakes.discord_client import SimulatedDiscord
from tests.simulated_discord.conftest import Connect, SmallBot


async def test_a_nonce_seen_before_gives_back_the_first_message(
    place: SimulatedDiscord, connect: Connect
) -> None:
    async with connect(SmallBot()) as bot:
        channel = bot.get_partial_messageable(place.channel_ids[0])
        first = await channel.send("once", nonce="key-0")
        again = await channel.send("twice", nonce="key-0")
        elsewhere = bot.get_partial_messageable(place.channel_ids[1])
        other = await elsewhere.send("once", nonce="key-0")

    assert again.id == first.id != other.id
    (shown,) = await place.messages(place.channel_ids[0])
    assert shown["content"] == "once"
    assert shown["repeats"] == 1


async def test_history_is_read_before_after_and_around(
    place: SimulatedDiscord, connect: Connect
) -> None:
    async with connect(SmallBot()) as bot:
        channel = bot.get_partial_messageable(place.channel_ids[0])
        sent = [await channel.send(str(n)) for n in range(5)]

        async def read(**where: object) -> list[str]:
            return [message.content async for message in channel.history(**where)]

        assert await read(limit=2) == ["4", "3"]
        assert await read(limit=2, before=sent[3]) == ["2", "1"]
        assert await read(limit=2, after=sent[1]) == ["2", "3"]
        assert await read(limit=3, around=sent[2]) == ["3", "2", "1"]


async def test_messages_are_edited_fetched_and_deleted(
    place: SimulatedDiscord, connect: Connect
) -> None:
    async with connect(SmallBot()) as bot:
        channel = bot.get_partial_messageable(place.channel_ids[0])
        message = await channel.send("draft")
        await message.edit(content="fair copy")
        assert (await channel.fetch_message(message.id)).content == "fair copy"
        (shown,) = await place.messages(place.channel_ids[0])
        assert [content for _, content in shown["edits"]] == ["fair copy"]
        await message.delete()
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(message.id)
    assert await place.messages(place.channel_ids[0]) == []


async def test_what_discord_refuses_is_refused(place: SimulatedDiscord, connect: Connect) -> None:
    async with connect(SmallBot()) as bot:
        channel = bot.get_partial_messageable(place.channel_ids[0])
        with pytest.raises(discord.HTTPException, match="2000 or fewer"):
            await channel.send("x" * 2001)
        with pytest.raises(discord.HTTPException, match="empty message"):
            await channel.send("")
        with pytest.raises(discord.NotFound):
            await bot.get_partial_messageable(1).send("to nowhere")
        theirs = await place.say(place.member_ids[1], place.channel_ids[0], "mine")
        with pytest.raises(discord.Forbidden):
            await channel.get_partial_message(theirs["id"]).edit(content="yours")


async def test_without_the_content_intent_only_messages_to_the_bot_are_read(
    place: SimulatedDiscord, connect: Connect
) -> None:
    writer, room = place.member_ids[1], place.channel_ids[0]
    async with connect(SmallBot()) as bot:
        own = await bot.get_partial_messageable(room).send("a turn")
        await place.say(writer, room, "among ourselves")
        await place.say(writer, room, "to the bot", reply_to=own.id)
        await place.wait_message(room, lambda message: message["content"] == "to the bot")
        while len(bot.heard) < 3:
            await bot.wait_for("message", timeout=5)
    assert [message.content for message in bot.heard] == ["a turn", "", "to the bot"]
    assert bot.heard[2].reference.message_id == own.id


async def test_threads_and_forum_posts_take_messages(
    place: SimulatedDiscord, connect: Connect
) -> None:
    async with connect(SmallBot()) as bot:
        guild = bot.get_guild(place.guild_id)
        message = await guild.text_channels[0].send("here")
        thread = await message.create_thread(name="a story")
        await thread.send("inside")
        post = await guild.forums[0].create_thread(name="a post", content="first")
        await post.thread.send("second")
    assert [m["content"] for m in await place.messages(thread.id)] == ["inside"]
    assert [m["content"] for m in await place.messages(post.thread.id)] == ["first", "second"]


async def test_a_lost_answer_is_repeated_without_a_second_message(
    place: SimulatedDiscord, connect: Connect
) -> None:
    room = place.channel_ids[0]
    async with connect(SmallBot()) as bot:
        await place.trap("POST", "/channels/{channel_id}/messages", status=502)
        await bot.get_partial_messageable(room).send("once")
    assert [m["content"] for m in await place.messages(room)] == ["once"]
