"""The routes of channels, threads and messages."""

from typing import Any

from tests.fakes.discord_server import payloads
from tests.fakes.discord_server.gateway import GUILD_MESSAGES, GUILDS
from tests.fakes.discord_server.loopback import Answer, Asked, Loopback
from tests.fakes.discord_server.world import (
    FORUM,
    PUBLIC_THREAD,
    Channel,
    Message,
    Refusal,
)

MISSING_ACCESS_TO_OTHERS = (403, 50005, "Cannot edit a message authored by another user")


async def get_channel(loopback: Loopback, asked: Asked) -> Answer:
    world = loopback.world
    return payloads.channel(world, world.find_channel(asked.id("channel_id")))


async def start_typing(loopback: Loopback, asked: Asked) -> Answer:
    loopback.world.find_channel(asked.id("channel_id"))
    return None


async def read_history(loopback: Loopback, asked: Asked) -> Answer:
    world = loopback.world
    channel = world.find_channel(asked.id("channel_id"))
    limit = int(asked.query.get("limit", 50))
    messages = sorted(world.shown(channel.id), key=lambda message: message.id)
    chosen = _window(messages, asked.query, limit)
    return [payloads.message(world, message) for message in reversed(chosen)]


def _window(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """Return at most `limit` messages, oldest first, where the query asks for them."""
    if "after" in query:
        return [message for message in messages if message.id > int(query["after"])][:limit]
    if "before" in query:
        return [message for message in messages if message.id < int(query["before"])][-limit:]
    if "around" in query:
        middle, half = int(query["around"]), limit // 2
        older = [message for message in messages if message.id < middle]
        newer = [message for message in messages if message.id >= middle]
        return older[-half:] + newer[: limit - half]
    return messages[-limit:]


async def get_message(loopback: Loopback, asked: Asked) -> Answer:
    return payloads.message(loopback.world, _find(loopback, asked))


async def post_message(loopback: Loopback, asked: Asked) -> Answer:
    world = loopback.world
    channel = world.find_channel(asked.id("channel_id"))
    if channel.type == FORUM:
        raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
    message, is_new = world.post(
        channel_id=channel.id,
        author_id=world.application_id,
        body=asked.body,
        attachments=asked.attachments,
    )
    if is_new:
        await announce(loopback, "MESSAGE_CREATE", message)
    return payloads.message(world, message)


async def edit_message(loopback: Loopback, asked: Asked) -> Answer:
    message = _find(loopback, asked)
    if message.author_id != loopback.world.application_id:
        raise Refusal(*MISSING_ACCESS_TO_OTHERS)
    message.change(asked.body)
    await announce(loopback, "MESSAGE_UPDATE", message)
    return payloads.message(loopback.world, message)


async def delete_message(loopback: Loopback, asked: Asked) -> Answer:
    message = _find(loopback, asked)
    if message.author_id != loopback.world.application_id:
        raise Refusal(403, 50013, "Missing Permissions")
    await remove(loopback, message)
    return None


async def open_thread(loopback: Loopback, asked: Asked) -> Answer:
    """Open a thread in a channel, or a post (with its first message) in a forum."""
    world = loopback.world
    parent = world.find_channel(asked.id("channel_id"))
    thread = _open(loopback, parent, asked.body["name"], world.next_id())
    described = payloads.channel(world, thread)
    await loopback.gateway.dispatch("THREAD_CREATE", described, intent=GUILDS)
    if parent.type == FORUM:
        message, _ = world.post(
            channel_id=thread.id,
            author_id=world.application_id,
            body=asked.body["message"],
            attachments=asked.attachments,
            message_id=thread.id,
        )
        await announce(loopback, "MESSAGE_CREATE", message)
        described["message"] = payloads.message(world, message)
    return described


async def open_thread_at_message(loopback: Loopback, asked: Asked) -> Answer:
    message = _find(loopback, asked)
    if message.id in loopback.world.channels:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    parent = loopback.world.find_channel(message.channel_id)
    thread = _open(loopback, parent, asked.body["name"], message.id)
    described = payloads.channel(loopback.world, thread)
    await loopback.gateway.dispatch("THREAD_CREATE", described, intent=GUILDS)
    return described


async def announce(loopback: Loopback, event: str, message: Message) -> None:
    """Tell the gateway of a message that everybody sees."""
    world = loopback.world
    described: dict[str, Any] = payloads.message(world, message)
    described["guild_id"] = str(world.guild_id)
    described["member"] = payloads.member(world.people[message.author_id])
    await loopback.gateway.dispatch(event, described, intent=GUILD_MESSAGES)


async def remove(loopback: Loopback, message: Message) -> None:
    """Delete a message; tell the gateway when everybody saw it."""
    message.deleted = True
    if not message.is_ephemeral:
        ids = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "guild_id": str(loopback.world.guild_id),
        }
        await loopback.gateway.dispatch("MESSAGE_DELETE", ids, intent=GUILDS)


def _find(loopback: Loopback, asked: Asked) -> Message:
    channel = loopback.world.find_channel(asked.id("channel_id"))
    return loopback.world.find_message(channel.id, asked.id("message_id"))


def _open(loopback: Loopback, parent: Channel, name: str, thread_id: int) -> Channel:
    thread = Channel(
        thread_id,
        name,
        PUBLIC_THREAD,
        parent_id=parent.id,
        owner_id=loopback.world.application_id,
        is_age_restricted=parent.is_age_restricted,
    )
    loopback.world.channels[thread.id] = thread
    return thread


ROUTES = [
    ("GET", "/channels/{channel_id}", get_channel),
    ("POST", "/channels/{channel_id}/typing", start_typing),
    ("GET", "/channels/{channel_id}/messages", read_history),
    ("GET", "/channels/{channel_id}/messages/{message_id}", get_message),
    ("POST", "/channels/{channel_id}/messages", post_message),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}", edit_message),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}", delete_message),
    ("POST", "/channels/{channel_id}/threads", open_thread),
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads", open_thread_at_message),
]
