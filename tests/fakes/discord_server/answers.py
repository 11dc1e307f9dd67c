"""The routes of interactions: the first answer, and the messages that follow it."""

from typing import Any

from tests.fakes.discord_server import payloads
from tests.fakes.discord_server.channels import announce, remove
from tests.fakes.discord_server.interactions import (
    DEFERRED_MESSAGE,
    UPDATE,
    Interaction,
)
from tests.fakes.discord_server.loopback import Answer, Asked, Loopback
from tests.fakes.discord_server.world import Message, Refusal


async def answer(loopback: Loopback, asked: Asked) -> Answer:
    interaction = loopback.interactions.by_id.get(asked.id("interaction_id"))
    if interaction is None or interaction.token != asked.parameters["interaction_token"]:
        raise Refusal(404, 10062, "Unknown interaction")
    message = loopback.interactions.answer(interaction, asked.body, asked.attachments)
    if message is not None and not message.is_ephemeral:
        is_new = interaction.answer_type != UPDATE
        await announce(loopback, "MESSAGE_CREATE" if is_new else "MESSAGE_UPDATE", message)
    wants_response = asked.query.get("with_response", "0").lower() in {"1", "true"}
    return _described(loopback, interaction, message) if wants_response else None


def _described(
    loopback: Loopback, interaction: Interaction, message: Message | None
) -> dict[str, Any]:
    inner: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
    resource: dict[str, Any] = {"type": interaction.answer_type}
    if message is not None:
        inner["response_message_id"] = str(message.id)
        inner["response_message_loading"] = interaction.answer_type == DEFERRED_MESSAGE
        inner["response_message_ephemeral"] = message.is_ephemeral
        resource["message"] = payloads.message(loopback.world, message)
    return {"interaction": inner, "resource": resource}


async def follow_up(loopback: Loopback, asked: Asked) -> Answer:
    interaction = loopback.interactions.find(asked.parameters["token"])
    message = loopback.interactions.follow_up(interaction, asked.body, asked.attachments)
    await _announce(loopback, "MESSAGE_CREATE", message)
    return payloads.message(loopback.world, message)


async def get_answer(loopback: Loopback, asked: Asked) -> Answer:
    return payloads.message(loopback.world, _find(loopback, asked))


async def edit_answer(loopback: Loopback, asked: Asked) -> Answer:
    message = _find(loopback, asked)
    message.change(asked.body)
    message.attachments += asked.attachments
    await _announce(loopback, "MESSAGE_UPDATE", message)
    return payloads.message(loopback.world, message)


async def delete_answer(loopback: Loopback, asked: Asked) -> Answer:
    await remove(loopback, _find(loopback, asked))
    return None


def _find(loopback: Loopback, asked: Asked) -> Message:
    interaction = loopback.interactions.find(asked.parameters["token"])
    return loopback.interactions.find_answer(interaction, asked.parameters["message"])


async def _announce(loopback: Loopback, event: str, message: Message) -> None:
    if not message.is_ephemeral:
        await announce(loopback, event, message)


WEBHOOK = "/webhooks/{application_id}/{token}"
ROUTES = [
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", answer),
    ("POST", WEBHOOK, follow_up),
    ("GET", f"{WEBHOOK}/messages/{{message}}", get_answer),
    ("PATCH", f"{WEBHOOK}/messages/{{message}}", edit_answer),
    ("DELETE", f"{WEBHOOK}/messages/{{message}}", delete_answer),
]
