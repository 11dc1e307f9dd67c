"""The JSON in which Discord describes what exists (API v10, guild objects cut to what is read)."""

from datetime import UTC, datetime
from typing import Any

from tests.fakes.discord_server.world import (
    DISCORD_EPOCH_MS,
    FORUM,
    PUBLIC_THREAD,
    Channel,
    Message,
    Person,
    World,
)

WRITER = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 31)  # see, send, read
WRITER |= (1 << 35) | (1 << 38)  # open threads, send in threads
MODERATOR = WRITER | (1 << 5) | (1 << 13) | (1 << 34)  # manage server, messages, threads
LONG_AGO = "2024-01-01T00:00:00+00:00"
REPLY, ORDINARY, APPLICATION_ANSWER = 19, 0, 20


def user(person: Person) -> dict[str, Any]:
    return {
        "id": str(person.id),
        "username": person.name.lower().replace(" ", "_"),
        "global_name": person.name,
        "discriminator": "0000" if person.is_bot else "0",
        "avatar": None,
        "bot": person.is_bot,
        "flags": 0,
        "public_flags": 0,
    }


def member(person: Person) -> dict[str, Any]:
    return {
        "user": user(person),
        "nick": None,
        "avatar": None,
        "roles": [],
        "joined_at": LONG_AGO,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "permissions": str(MODERATOR if person.is_moderator else WRITER),
    }


def application(world: World) -> dict[str, Any]:
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user(next(p for p in world.people.values() if not p.is_bot)),
        "verify_key": "0" * 64,
        "flags": 0,
        "team": None,
    }


def channel(world: World, room: Channel) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": str(room.id),
        "type": room.type,
        "guild_id": str(world.guild_id),
        "name": room.name,
        "parent_id": None if room.parent_id is None else str(room.parent_id),
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }
    if room.type == PUBLIC_THREAD:
        return described | {
            "owner_id": str(room.owner_id),
            "message_count": 0,
            "total_message_sent": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": LONG_AGO,
                "create_timestamp": LONG_AGO,
                "locked": False,
            },
        }
    described |= {
        "position": 0,
        "permission_overwrites": [],
        "nsfw": room.is_age_restricted,
        "topic": None,
    }
    if room.type == FORUM:
        described |= {"available_tags": [], "default_forum_layout": 0}
    return described


def guild(world: World) -> dict[str, Any]:
    everyone = {
        "id": str(world.guild_id),
        "name": "@everyone",
        "permissions": str(WRITER),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    rooms = list(world.channels.values())
    return {
        "id": str(world.guild_id),
        "name": "Loopback",
        "owner_id": str(next(p.id for p in world.people.values() if p.is_moderator)),
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [everyone],
        "member_count": len(world.people),
        "members": [member(world.bot)],  # without the members intent nobody else is sent
        "channels": [channel(world, room) for room in rooms if room.type != PUBLIC_THREAD],
        "threads": [channel(world, room) for room in rooms if room.type == PUBLIC_THREAD],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "unavailable": False,
        "large": False,
        "joined_at": LONG_AGO,
    }


def message(world: World, stored: Message) -> dict[str, Any]:
    """Describe a message as its author sees it; `unread` hides what others may not read."""
    described: dict[str, Any] = {
        "id": str(stored.id),
        "channel_id": str(stored.channel_id),
        "author": user(world.people[stored.author_id]),
        "content": stored.content,
        "timestamp": _moment(stored.id),
        "edited_timestamp": datetime.now(UTC).isoformat() if stored.edits else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": stored.attachments,
        "embeds": stored.embeds,
        "components": stored.components,
        "pinned": False,
        "type": _message_type(stored),
        "flags": stored.flags,
    }
    if stored.nonce is not None:
        described["nonce"] = stored.nonce
    if stored.author_id == world.application_id:
        described["application_id"] = str(world.application_id)
    if stored.reference_id is not None:
        replied = world.messages[stored.reference_id]
        described["message_reference"] = {
            "type": 0,
            "message_id": str(replied.id),
            "channel_id": str(replied.channel_id),
            "guild_id": str(world.guild_id),
        }
        described["referenced_message"] = None if replied.deleted else message(world, replied)
        described["mentions"] = [user(world.people[replied.author_id])]  # a reply pings
    return described


def unread(described: dict[str, Any]) -> dict[str, Any]:
    """Return a message as an application without the Message Content intent gets it."""
    return described | {"content": "", "embeds": [], "attachments": [], "components": []}


def _message_type(stored: Message) -> int:
    if stored.interaction_id is not None:
        return APPLICATION_ANSWER
    return ORDINARY if stored.reference_id is None else REPLY


def _moment(snowflake: int) -> str:
    milliseconds = (snowflake >> 22) + DISCORD_EPOCH_MS
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
