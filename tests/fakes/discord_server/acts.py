"""What members do: use a command or a menu, press a button, submit a modal, write a message."""

from typing import Any

from tests.fakes.discord_server import payloads
from tests.fakes.discord_server.channels import announce
from tests.fakes.discord_server.interactions import (
    COMMAND,
    COMPONENT,
    MODAL,
    MODAL_SUBMIT,
    Interaction,
)
from tests.fakes.discord_server.loopback import Loopback
from tests.fakes.discord_server.world import Message

SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
SLASH, MESSAGE_MENU = 1, 3
ACTION_ROW, BUTTON, LABEL = 1, 2, 18
SERVER_INSTALLATION, IN_SERVER = "0", 0


class Impossible(Exception):
    """A member could not do this: there is no such command, button or modal."""


async def use_command(
    loopback: Loopback, *, member_id: int, channel_id: int, path: str, options: dict[str, Any]
) -> Interaction:
    """Use the slash command `path`, for example `story start`."""
    names = path.split()
    found = _registered(loopback, names[0], SLASH)
    data: dict[str, Any] = {"id": found["id"], "name": names[0], "type": SLASH}
    inner = data
    for name in names[1:]:
        found = _option(found, name)
        inner["options"] = [{"name": name, "type": found["type"]}]
        inner = inner["options"][0]
    inner["options"] = [
        {"name": name, "type": _option(found, name)["type"], "value": value}
        for name, value in options.items()
    ]
    return await _send(loopback, COMMAND, member_id, channel_id, data)


async def use_menu(
    loopback: Loopback, *, member_id: int, message_id: int, name: str
) -> Interaction:
    """Use a menu of a message."""
    message = loopback.world.messages[message_id]
    data = {
        "id": _registered(loopback, name, MESSAGE_MENU)["id"],
        "name": name,
        "type": MESSAGE_MENU,
        "target_id": str(message_id),
        "resolved": {"messages": {str(message_id): payloads.message(loopback.world, message)}},
    }
    return await _send(loopback, COMMAND, member_id, message.channel_id, data)


async def press(
    loopback: Loopback, *, member_id: int, message_id: int, custom_id: str
) -> Interaction:
    """Press a button that the message shows now."""
    message = loopback.world.messages[message_id]
    rows = message.components if not message.deleted else []
    buttons = [part for row in rows for part in row.get("components", [])]
    if not any(b.get("custom_id") == custom_id and not b.get("disabled") for b in buttons):
        raise Impossible(f"message {message_id} has no button {custom_id}")
    data = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
    return await _send(
        loopback, COMPONENT, member_id, message.channel_id, data, message_id=message_id
    )


async def submit(
    loopback: Loopback, *, member_id: int, interaction_id: int, values: list[str]
) -> Interaction:
    """Submit the modal that an interaction was answered with; one value for each input."""
    opened = loopback.interactions.by_id[interaction_id]
    if opened.answer_type != MODAL:
        raise Impossible(f"interaction {interaction_id} was not answered with a modal")
    given = iter(values)
    data = {
        "custom_id": opened.answer["custom_id"],
        "components": [_filled(part, given) for part in opened.answer["components"]],
    }
    return await _send(
        loopback, MODAL_SUBMIT, member_id, opened.channel_id, data, message_id=opened.message_id
    )


async def say(
    loopback: Loopback,
    *,
    member_id: int,
    channel_id: int,
    content: str,
    reply_to: int | None = None,
) -> Message:
    """Write an ordinary message, perhaps as a reply that pings."""
    body: dict[str, Any] = {"content": content}
    if reply_to is not None:
        body["message_reference"] = {"message_id": str(reply_to)}
    message, _ = loopback.world.post(channel_id=channel_id, author_id=member_id, body=body)
    await announce(loopback, "MESSAGE_CREATE", message)
    return message


def _registered(loopback: Loopback, name: str, kind: int) -> dict[str, Any]:
    for command in loopback.world.commands:
        if command["name"] == name and command["type"] == kind:
            return command
    raise Impossible(f"no command {name} of kind {kind} is registered")


def _option(parent: dict[str, Any], name: str) -> dict[str, Any]:
    for option in parent.get("options", []):
        if option["name"] == name:
            found: dict[str, Any] = option
            return found
    raise Impossible(f"{parent['name']} has no option {name}")


def _filled(part: dict[str, Any], values: Any) -> dict[str, Any]:
    if part["type"] == LABEL:
        return {"type": LABEL, "id": 1, "component": _value(part["component"], values)}
    if part["type"] == ACTION_ROW:
        return {"type": ACTION_ROW, "components": [_value(p, values) for p in part["components"]]}
    return {"type": part["type"], "id": 1}


def _value(field: dict[str, Any], values: Any) -> dict[str, Any]:
    return {
        "type": field["type"],
        "id": 2,
        "custom_id": field["custom_id"],
        "value": next(values, ""),
    }


async def _send(
    loopback: Loopback,
    kind: int,
    member_id: int,
    channel_id: int,
    data: dict[str, Any],
    *,
    message_id: int | None = None,
) -> Interaction:
    interaction = loopback.interactions.open(
        type=kind, member_id=member_id, channel_id=channel_id, data=data, message_id=message_id
    )
    await loopback.gateway.dispatch("INTERACTION_CREATE", _described(loopback, interaction))
    return interaction


def _described(loopback: Loopback, interaction: Interaction) -> dict[str, Any]:
    world = loopback.world
    server = str(world.guild_id)
    described = {
        "id": str(interaction.id),
        "application_id": str(world.application_id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "guild_id": server,
        "guild": {"id": server, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "locale": "en-US",
        "channel_id": str(interaction.channel_id),
        "channel": payloads.channel(world, world.channels[interaction.channel_id]),
        "member": payloads.member(world.people[interaction.member_id]),
        "app_permissions": str(payloads.WRITER),
        "entitlements": [],
        "authorizing_integration_owners": {SERVER_INSTALLATION: server},
        "context": IN_SERVER,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if interaction.message_id is not None:
        message = world.messages[interaction.message_id]
        described["message"] = payloads.message(world, message)
    return described
