"""What exists on the simulated Discord: one server, its channels, members and messages."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DISCORD_EPOCH_MS = 1_420_070_400_000
SECONDS_A_NONCE_LIVES = 300.0
EPHEMERAL = 1 << 6
LOADING = 1 << 7

TEXT_CHANNEL, PUBLIC_THREAD, FORUM = 0, 11, 15


class Refusal(Exception):
    """An error that Discord would answer with: HTTP status, its own code, its own words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code}


@dataclass
class Person:
    """A member of the server; the bot is one too."""

    id: int
    name: str
    is_bot: bool = False
    is_moderator: bool = False


@dataclass
class Channel:
    """A text channel, a forum, or a thread (then `parent_id` is set)."""

    id: int
    name: str
    type: int = TEXT_CHANNEL
    parent_id: int | None = None
    owner_id: int | None = None
    is_age_restricted: bool = False


@dataclass
class Message:
    """A message and everything that was done to it; times are of the monotonic clock."""

    id: int
    channel_id: int
    author_id: int
    content: str = ""
    components: list[dict[str, Any]] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    reference_id: int | None = None
    interaction_id: int | None = None
    created: float = field(default_factory=time.monotonic)
    edits: list[tuple[float, str]] = field(default_factory=list)
    repeats: int = 0  # posts with the same nonce that were answered with this message
    deleted: bool = False

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    def change(self, body: dict[str, Any]) -> None:
        """Take over what an edit's body names, and keep the edit in `edits`."""
        require_room(body)
        for name in ("content", "components", "embeds"):
            if name in body:
                setattr(self, name, body[name] or ("" if name == "content" else []))
        self.flags &= ~LOADING
        self.edits.append((time.monotonic(), self.content))


class World:
    """The one server. Ids grow with time, as snowflakes do."""

    def __init__(self, *, channels: int, members: int) -> None:
        first = 100_000_000_000_000_000
        self.application_id = first + 1
        self.guild_id = first + 2
        self.bot = Person(self.application_id, "Scriptorium", is_bot=True)
        people = [
            Person(first + 1000 + n, f"Writer {n}", is_moderator=n == 0) for n in range(members)
        ]
        rooms = [Channel(first + 2000 + n, f"story-{n}") for n in range(channels)]
        rooms.append(Channel(first + 3000, "story-forum", FORUM))
        self.people = {person.id: person for person in [self.bot, *people]}
        self.channels = {channel.id: channel for channel in rooms}
        self.messages: dict[int, Message] = {}
        self.commands: list[dict[str, Any]] = []
        self._nonces: dict[tuple[int, int, str], int] = {}
        self._last_id = 0

    def next_id(self) -> int:
        """Return a snowflake of now, larger than any before."""
        now = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last_id = max(now, self._last_id + 1)
        return self._last_id

    def find_channel(self, channel_id: int) -> Channel:
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        return channel

    def find_message(self, channel_id: int, message_id: int) -> Message:
        """Return a message that the channel shows; ephemeral ones are in no channel."""
        message = self.messages.get(message_id)
        if message is None or message.channel_id != channel_id or message.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        if message.is_ephemeral:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def shown(self, channel_id: int) -> Iterator[Message]:
        """Yield the messages that everybody sees in a channel, oldest first."""
        for message in self.messages.values():
            if message.channel_id == channel_id and not (message.deleted or message.is_ephemeral):
                yield message

    def post(
        self,
        *,
        channel_id: int,
        author_id: int,
        body: dict[str, Any],
        attachments: list[dict[str, Any]] | None = None,
        interaction_id: int | None = None,
        message_id: int | None = None,
    ) -> tuple[Message, bool]:
        """Post a message; tell also whether it is new.

        With `enforce_nonce`, a nonce seen in this channel in the last minutes gives back the
        first message, as Discord does.
        """
        require_room(body)
        nonce = body.get("nonce")
        key = (channel_id, author_id, str(nonce))
        if nonce is not None and body.get("enforce_nonce"):
            first = self._first_with(key)
            if first is not None:
                first.repeats += 1
                return first, False
        if not (body.get("content") or body.get("embeds") or body.get("components") or attachments):
            raise Refusal(400, 50006, "Cannot send an empty message")
        message = Message(
            id=message_id or self.next_id(),
            channel_id=channel_id,
            author_id=author_id,
            content=body.get("content") or "",
            components=body.get("components") or [],
            embeds=body.get("embeds") or [],
            attachments=attachments or [],
            flags=body.get("flags") or 0,
            nonce=None if nonce is None else str(nonce),
            reference_id=self._referenced(channel_id, body),
            interaction_id=interaction_id,
        )
        self.messages[message.id] = message
        if nonce is not None:
            self._nonces[key] = message.id
        return message, True

    def _first_with(self, key: tuple[int, int, str]) -> Message | None:
        first = self.messages.get(self._nonces.get(key, 0))
        if first is None or first.deleted:
            return None
        return first if time.monotonic() - first.created < SECONDS_A_NONCE_LIVES else None

    def _referenced(self, channel_id: int, body: dict[str, Any]) -> int | None:
        reference = body.get("message_reference")
        if not reference:
            return None
        try:
            return self.find_message(channel_id, int(reference["message_id"])).id
        except Refusal:
            if reference.get("fail_if_not_exists", True):
                raise Refusal(400, 50035, "Invalid Form Body: unknown message") from None
            return None


def require_room(body: dict[str, Any]) -> None:
    """Refuse what does not fit into a message."""
    if len(body.get("content") or "") > 2000:
        raise Refusal(400, 50035, "Invalid Form Body: content: 2000 or fewer in length")
    if len(str(body.get("nonce") or "")) > 25:
        raise Refusal(400, 50035, "Invalid Form Body: nonce: 25 or fewer in length")
