"""Interactions: what members do, and the answers that Discord takes to them."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord_server.world import EPHEMERAL, LOADING, Message, Refusal, World

SECONDS_TO_ACKNOWLEDGE = 3.0
SECONDS_A_TOKEN_LIVES = 15 * 60.0

PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5


@dataclass
class Interaction:
    """One act of a member, and how the application answered it."""

    id: int
    type: int
    member_id: int
    channel_id: int
    data: dict[str, Any]
    message_id: int | None = None  # the message whose button was pressed
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    sent: float = field(default_factory=time.monotonic)
    acknowledged: float | None = None
    answer_type: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    original_id: int | None = None  # the message that @original means
    follow_up_ids: list[int] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def acknowledge(self, answer_type: int, answer: dict[str, Any]) -> None:
        """Take the first answer; refuse a second one and one that comes too late."""
        if self.acknowledged is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        now = time.monotonic()
        if now - self.sent > SECONDS_TO_ACKNOWLEDGE:
            raise Refusal(404, 10062, "Unknown interaction")
        self.acknowledged, self.answer_type, self.answer = now, answer_type, answer
        self.answered.set()

    @property
    def token_lives(self) -> bool:
        return time.monotonic() - self.sent < SECONDS_A_TOKEN_LIVES


class Interactions:
    """All interactions of this run, by id and by token."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        *,
        type: int,  # noqa: A002  (Discord's name)
        member_id: int,
        channel_id: int,
        data: dict[str, Any],
        message_id: int | None = None,
    ) -> Interaction:
        interaction = Interaction(
            self._world.next_id(), type, member_id, channel_id, data, message_id
        )
        self.by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        return interaction

    def find(self, token: str) -> Interaction:
        """Return the acknowledged interaction of a webhook token."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.acknowledged is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if not interaction.token_lives:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    def answer(
        self, interaction: Interaction, body: dict[str, Any], attachments: list[dict[str, Any]]
    ) -> Message | None:
        """Acknowledge `interaction`; return the message that this posted or changed, if any."""
        answer_type, data = int(body["type"]), body.get("data") or {}
        interaction.acknowledge(answer_type, data)
        if answer_type in (MESSAGE, DEFERRED_MESSAGE):
            message = self._post(interaction, data, attachments, answer_type == DEFERRED_MESSAGE)
            interaction.original_id = message.id
            return message
        if answer_type in (DEFERRED_UPDATE, UPDATE):
            interaction.original_id = interaction.message_id
        if answer_type == UPDATE and interaction.message_id is not None:
            message = self._world.messages[interaction.message_id]
            message.change(data)
            return message
        return None

    def follow_up(
        self, interaction: Interaction, body: dict[str, Any], attachments: list[dict[str, Any]]
    ) -> Message:
        """Post one more message; while the first one still loads, fill that one instead."""
        original = self._world.messages.get(interaction.original_id or 0)
        if original is not None and original.flags & LOADING and not original.deleted:
            original.change(body)
            original.attachments = attachments
            return original
        message = self._post(interaction, body, attachments, loading=False)
        interaction.follow_up_ids.append(message.id)
        return message

    def find_answer(self, interaction: Interaction, name: str) -> Message:
        """Return the message called `name`: `@original` or an id."""
        wanted = interaction.original_id if name == "@original" else int(name)
        known = {interaction.original_id, interaction.message_id, *interaction.follow_up_ids}
        message = self._world.messages.get(wanted or 0)
        if message is None or message.deleted or wanted not in known:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def _post(
        self,
        interaction: Interaction,
        body: dict[str, Any],
        attachments: list[dict[str, Any]],
        loading: bool,
    ) -> Message:
        flags = (body.get("flags") or 0) & EPHEMERAL
        if loading:
            body, flags = {"content": "…"}, flags | LOADING
        message, _ = self._world.post(
            channel_id=interaction.channel_id,
            author_id=self._world.application_id,
            body=body | {"flags": (body.get("flags") or 0) | flags, "nonce": None},
            attachments=attachments,
            interaction_id=interaction.id,
        )
        if loading:
            message.content = ""
        return message
