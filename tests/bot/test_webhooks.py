"""Names as Discord takes them, and never a member's."""

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.webhooks import Faces, plain_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mira", "Mira"),
        ("  Mira\n Vale ", "Mira Vale"),
        ("Mi\u200bra", "Mira"),
        ("Clyde", "C\u200alyde"),
        ("discord DISCORD", "d\u200aiscord D\u200aISCORD"),
        ("", "…"),
        ("\u200b", "…"),
        ("小明", "小明"),
    ],
)
def test_a_name_is_made_plain(name: str, shown: str) -> None:
    assert plain_name(name) == shown


@pytest.mark.parametrize("name", ["x" * 200, "clyde" * 40, " 🎭" * 100])
def test_a_name_is_never_longer_than_discord_allows(name: str) -> None:
    shown = plain_name(name)
    assert 1 <= len(shown) <= 80
    assert "clyde" not in shown.lower()


class Guild:
    """A server with a member called Bo, which answers, fails or hangs."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked = 0
        self.members: list[Any] = []

    async def query_members(self, **_: object) -> list[Any]:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return [SimpleNamespace(display_name="Bo the Bold", global_name="Bo", name="bo99")]


class Client:
    """As much of a client as names need."""

    def __init__(self, guild: Guild | None) -> None:
        self.guild = guild

    def get_guild(self, _: int) -> Guild | None:
        return self.guild


def faces(guild: Guild | None) -> Faces:
    client: Any = Client(guild)
    return Faces(client)


@pytest.mark.parametrize("name", ["Bo", "bo", "ＢＯ", "B o", "bo99", "Bo the Bold"])
async def test_a_members_name_is_marked_whatever_its_case_and_width(name: str) -> None:
    assert (await faces(Guild()).name_for(1, name)).endswith(" 🎭")


async def test_other_names_stay() -> None:
    assert await faces(Guild()).name_for(1, "Bob") == "Bob"


async def test_a_marked_name_is_short_enough() -> None:
    assert len(await faces(None).name_for(1, "x" * 80)) == 80


@pytest.mark.parametrize("failure", [TimeoutError(), discord.ClientException()])
async def test_when_members_cannot_be_asked_the_name_is_marked(failure: Exception) -> None:
    assert await faces(Guild(failure)).name_for(1, "Zed") == "Zed 🎭"


async def test_members_are_asked_once_for_a_name() -> None:
    guild = Guild()
    named = faces(guild)
    await asyncio.gather(*(named.name_for(1, "Zed") for _ in range(2)))
    await named.name_for(1, "Zed")
    assert guild.asked <= 2
