"""The simulated server: its time is real, and its members need not wait for each other."""

import asyncio
from datetime import UTC, datetime, timedelta

import discord
import simcord

from bot.rehearsal.room import Room, open_room
from tests.fakes.tiny_bot import STORY, TinyBot


def slow_bot() -> TinyBot:
    return TinyBot(seconds_between_words=0.3)


def words_on_screen(room: Room) -> str:
    message = room.channels[0].last_message
    assert message is not None
    return message.content


def permissions_of(room: Room, member: simcord.MemberActor) -> discord.Permissions:
    held = room.env.backend.compute_permissions(room.guild.id, member.id, room.channels[0].id)
    return discord.Permissions(held)


async def test_a_member_can_press_stop_while_the_bot_is_still_writing() -> None:
    async with open_room(slow_bot, "en-US") as room:
        alice, bo, _ = room.members
        await alice.slash(room.channels[0], "begin", title="The Lamp")
        began = room.channels[0].last_message
        assert began is not None
        await alice.click(began, label="Continue")
        await asyncio.sleep(1)
        assert words_on_screen(room).endswith("▌")
        writing = room.channels[0].last_message
        assert writing is not None
        await bo.click(writing, label="Stop")
        await room.env.until_quiet(5)
        assert STORY.startswith(words_on_screen(room))
        assert words_on_screen(room) != STORY


async def test_waiting_until_quiet_waits_for_the_whole_text() -> None:
    async with open_room(TinyBot, "en-US") as room:
        await room.members[0].slash(room.channels[0], "begin", title="The Lamp")
        began = room.channels[0].last_message
        assert began is not None
        await room.members[0].click(began, label="Continue")
        await room.env.until_quiet(10)
        assert words_on_screen(room) == STORY


async def test_messages_carry_the_time_of_day_and_ids_that_no_other_rehearsal_used() -> None:
    ids = []
    for _ in range(2):
        async with open_room(TinyBot, "en-US") as room:
            result = await room.members[0].slash(room.channels[0], "begin", title="The Lamp")
            assert result.response is not None
            created_at = result.response.message.created_at
            assert abs(datetime.now(UTC) - created_at) < timedelta(seconds=10)
            ids.append(result.response.id)
            await asyncio.sleep(0.01)
    assert ids[0] != ids[1]


async def test_server_channels_and_members_have_the_same_ids_in_every_rehearsal() -> None:
    ids = []
    for _ in range(2):
        async with open_room(TinyBot, "en-US") as room:
            things = (room.guild, room.forum, *room.channels, *room.members)
            ids.append([thing.id for thing in things])
    assert ids[0] == ids[1]


async def test_the_language_is_that_of_the_room_at_each_interaction() -> None:
    async with open_room(TinyBot, "en-US") as room:
        answers = []
        for language in ("en-US", "zh-CN"):
            room.language = language
            result = await room.members[0].slash(room.channels[0], "language")
            assert result.response is not None
            answers.append(result.response.content)
        assert answers == ["en-US", "zh-CN"]


async def test_a_thread_that_the_bot_opens_is_a_place_beside_its_channel() -> None:
    async with open_room(TinyBot, "en-US") as room:
        await room.members[0].slash(room.channels[0], "thread")
        names = [place.name for place in room.places()]
        assert names[:2] == ["fireside", "a <quiet> corner"]


async def test_one_channel_is_age_restricted_and_one_member_moderates() -> None:
    async with open_room(TinyBot, "en-US") as room:
        channels = [room.env.bot.get_channel(channel.id) for channel in room.channels]
        assert [c.nsfw for c in channels if isinstance(c, discord.TextChannel)] == [
            False,
            False,
            True,
        ]
        moderators = [
            member.name for member in room.members if permissions_of(room, member).manage_messages
        ]
        assert moderators == ["maya"]
