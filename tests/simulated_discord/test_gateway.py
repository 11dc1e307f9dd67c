import asyncio

import discord
import pytest

from tests.fakes.discord_client import SimulatedDiscord
from tests.fakes.discord_server.rates import WINDOW_REQUESTS
from tests.simulated_discord.conftest import Connect, SmallBot


async def test_a_wrong_token_is_refused(
    place: SimulatedDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", place.api_url)
    async with SmallBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("stolen")


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed(
    place: SimulatedDiscord, connect: Connect
) -> None:
    writer, room = place.member_ids[1], place.channel_ids[0]
    async with connect(SmallBot()) as bot:
        await place.disconnect(resumable=True)
        await place.say(writer, room, "while you were away")
        async with asyncio.timeout(10):
            while not bot.heard:
                await asyncio.sleep(0.05)
        connection = await place.connection()
    assert (connection["identified"], connection["resumed"]) == (1, 1)
    assert len(bot.heard) == 1


async def test_a_lost_session_is_begun_anew(place: SimulatedDiscord, connect: Connect) -> None:
    async with connect(SmallBot()) as bot:
        bot.is_usable.clear()
        await place.disconnect(resumable=False)
        async with asyncio.timeout(20):
            await bot.is_usable.wait()
        connection = await place.connection()
    assert (connection["identified"], connection["resumed"]) == (2, 0)


async def test_a_bucket_takes_five_requests_and_tells_when_it_opens_again(
    place: SimulatedDiscord, connect: Connect
) -> None:
    room = place.channel_ids[0]
    async with connect(SmallBot()) as bot:
        channel = bot.get_partial_messageable(room)
        for n in range(WINDOW_REQUESTS + 1):
            await channel.send(str(n))
    posts = [r["arrived"] for r in (await place.state())["requests"] if r["method"] == "POST"]
    assert 4.5 < posts[WINDOW_REQUESTS] - posts[0] < 6.5


async def test_a_client_that_does_not_count_gets_429_with_the_seconds_to_wait(
    place: SimulatedDiscord, connect: Connect
) -> None:
    room = place.channel_ids[0]
    url = f"{place.api_url}/channels/{room}/messages"
    async with connect(SmallBot()):
        answers = []
        for n in range(WINDOW_REQUESTS + 1):
            headers = {"Authorization": "Bot loopback"}
            body = {"content": str(n)}
            async with place._session.post(url, json=body, headers=headers) as response:
                answers.append((response.status, response.headers, await response.json()))
    _, headers, body = answers[-1]
    assert [status for status, *_ in answers] == [200] * WINDOW_REQUESTS + [429]
    assert headers["Content-Type"] == "application/json"
    assert headers["Via"]
    assert 0 < body["retry_after"] <= 5
    assert (await place.state())["refused_for_rate"] == 1
