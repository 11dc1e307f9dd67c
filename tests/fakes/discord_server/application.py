"""The routes of login, gateway and commands."""

from typing import Any

from tests.fakes.discord_server import payloads
from tests.fakes.discord_server.loopback import Answer, Asked, Loopback
from tests.fakes.discord_server.world import Refusal


async def get_me(loopback: Loopback, asked: Asked) -> Answer:
    return payloads.user(loopback.world.bot)


async def get_application(loopback: Loopback, asked: Asked) -> Answer:
    return payloads.application(loopback.world)


async def get_gateway(loopback: Loopback, asked: Asked) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": f"ws://{asked.host}/gateway", "shards": 1, "session_start_limit": limit}


async def get_guild(loopback: Loopback, asked: Asked) -> Answer:
    _require_server(loopback, asked)
    return payloads.guild(loopback.world)


async def get_member(loopback: Loopback, asked: Asked) -> Answer:
    _require_server(loopback, asked)
    person = loopback.world.people.get(asked.id("user_id"))
    if person is None:
        raise Refusal(404, 10007, "Unknown Member")
    return payloads.member(person)


async def list_commands(loopback: Loopback, asked: Asked) -> Answer:
    return loopback.world.commands


async def replace_commands(loopback: Loopback, asked: Asked) -> Answer:
    """Register all commands anew; one that kept its name and kind keeps its id."""
    world = loopback.world
    known = {_key(command): command["id"] for command in world.commands}
    world.commands = [
        {
            "type": 1,
            "description": "",  # menus have none
            **command,
            "id": known.get(_key(command)) or str(world.next_id()),
            "application_id": str(world.application_id),
            "version": str(world.next_id()),
        }
        for command in asked.body
    ]
    return world.commands


def _key(command: dict[str, Any]) -> tuple[str, int]:
    return command["name"], command.get("type", 1)


def _require_server(loopback: Loopback, asked: Asked) -> None:
    if asked.id("guild_id") != loopback.world.guild_id:
        raise Refusal(404, 10004, "Unknown Guild")


COMMANDS = "/applications/{application_id}/commands"
ROUTES = [
    ("GET", "/users/@me", get_me),
    ("GET", "/oauth2/applications/@me", get_application),
    ("GET", "/applications/@me", get_application),
    ("GET", "/gateway/bot", get_gateway),
    ("GET", "/guilds/{guild_id}", get_guild),
    ("GET", "/guilds/{guild_id}/members/{user_id}", get_member),
    ("GET", COMMANDS, list_commands),
    ("PUT", COMMANDS, replace_commands),
]
