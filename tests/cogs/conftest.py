"""The scene that the tests of the cogs play in."""

import discord
import pytest
import simcord

from engine.runtime import Engine
from tests.cogs.scene import Scene


@pytest.fixture
def scene(simcord_env: simcord.Env, engine: Engine) -> Scene:
    """A channel with three members in it."""
    guild = simcord_env.create_guild()
    moderators = guild.create_role(
        "mods", permissions=discord.Permissions(manage_messages=True, manage_guild=True)
    )
    return Scene(
        env=simcord_env,
        engine=engine,
        guild=guild,
        room=guild.create_text_channel("room"),
        alice=guild.add_member(simcord_env.create_user("alice")),
        bo=guild.add_member(simcord_env.create_user("bo")),
        maya=guild.add_member(simcord_env.create_user("maya"), roles=[moderators]),
    )
