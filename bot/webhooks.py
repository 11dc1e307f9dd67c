"""A character's name and face on Discord: one webhook of ours in each channel, used again.

Discord shows a webhook's post under any name. So the name is made plain here, and is never that
of a member of the server.
"""

import asyncio
import time
import unicodedata
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from typing import TypeVar

import discord
import structlog

from engine.prose.invisible import strip_invisible

WEBHOOK_NAME = "Scriptorium"
MOST_NAME_CHARACTERS = 80
MARK = " 🎭"  # behind a name that a member has
HAIR_SPACE = "\u200a"
REFUSED_WORDS = ("clyde", "discord")  # Discord takes no name with them
NAMELESS = "…"
SECONDS_FOR_MEMBERS = 3.0
SECONDS_KEPT = 600.0  # what was found of members and faces
UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10008, 10015
TOO_MANY = {30007, 30058}  # webhooks of the channel, of the server

Parent = discord.TextChannel | discord.ForumChannel
T = TypeVar("T")
log = structlog.get_logger()


class NoFace(Enum):
    """Why a line was posted without its character's name and face."""

    RIGHT = "right"  # Manage Webhooks is missing
    FULL = "full"  # the channel has as many webhooks as Discord allows
    PLACE = "place"  # there are no webhooks in such a channel


class Faceless(Exception):
    """There is no webhook to speak through."""

    def __init__(self, why: NoFace) -> None:
        super().__init__(why.value)
        self.why = why


class Faces:
    """Finds, makes and keeps the webhooks; posts, edits and deletes through them."""

    def __init__(
        self, client: discord.Client, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._clock = clock
        self._webhooks: dict[int, discord.Webhook] = {}  # by parent channel
        self._making: dict[int, asyncio.Lock] = {}
        self._taken: dict[tuple[int, str], tuple[float, bool]] = {}  # by server and name
        self._pictures: dict[int, tuple[float, str]] = {}  # by message

    async def post(self, channel_id: int, text: str, *, name: str, face_url: str | None) -> int:
        """Post under a name, already made plain; return the message's id.

        Raises:
            Faceless: there is no webhook to post through.
            discord.HTTPException: Discord does not take it.
        """
        async with self._speaking(channel_id) as (webhook, thread):
            message = await webhook.send(
                text,
                username=name,
                avatar_url=face_url or discord.utils.MISSING,
                thread=thread,
                wait=True,
                allowed_mentions=discord.AllowedMentions.none(),
                suppress_embeds=True,
                silent=True,
            )
        return message.id

    async def edit(self, channel_id: int, message_id: int, text: str) -> None:
        """Edit a message that was posted through our webhook. Raise as `post`."""
        async with self._speaking(channel_id, make=False) as (webhook, thread):
            await webhook.edit_message(
                message_id,
                content=text,
                thread=thread,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Delete a message of ours, posted through a webhook or not; one that is gone is passed.

        Raises:
            discord.Forbidden: it came through a webhook that is out of reach.
        """
        channel = self._client.get_partial_messageable(channel_id)
        try:
            await channel.get_partial_message(message_id).delete()
        except discord.NotFound:
            log.info("message_gone", message_id=message_id)
        except discord.Forbidden as refusal:  # a webhook's, and we may not manage messages
            try:
                async with self._speaking(channel_id, make=False) as (webhook, thread):
                    await webhook.delete_message(message_id, thread=thread)
            except (Faceless, discord.NotFound):
                raise refusal from None

    async def read(self, channel_id: int, message_id: int) -> str:
        """Return the text of a message posted through our webhook. Raise as `post`.

        Without the Message Content intent the channel's history may not show it.
        """
        async with self._speaking(channel_id, make=False) as (webhook, thread):
            message = await webhook.fetch_message(message_id, thread=thread)
        return message.content

    async def is_own(self, message: discord.Message) -> bool:
        """Whether a message came through a webhook of ours."""
        if message.webhook_id is None:
            return False
        if message.application_id is not None:
            return message.application_id == self._client.application_id
        try:
            async with self._speaking(message.channel.id, make=False) as (webhook, _):
                return webhook.id == message.webhook_id
        except (Faceless, discord.HTTPException):
            return False

    async def picture_url(self, channel_id: int | None, message_id: int | None) -> str | None:
        """Return the address of the first picture of a message; None when there is none.

        Asked anew from time to time: Discord's addresses expire.
        """
        if channel_id is None or message_id is None:
            return None
        found_at, url = self._pictures.get(message_id, (0.0, ""))
        if not url or self._clock() - found_at > SECONDS_KEPT:
            try:
                channel = self._client.get_partial_messageable(channel_id)
                message = await channel.fetch_message(message_id)
            except discord.HTTPException as error:
                log.info("face_not_found", message_id=message_id, status=error.status)
                return None
            url = message.attachments[0].url if message.attachments else ""
            self._pictures[message_id] = (self._clock(), url)
        return url or None

    async def name_for(self, guild_id: int, name: str) -> str:
        """Return the name as Discord takes it, marked when a member of the server has it."""
        plain = plain_name(name)
        is_taken = await self._is_taken(guild_id, plain)
        return plain[: MOST_NAME_CHARACTERS - len(MARK)].rstrip() + MARK if is_taken else plain

    async def _is_taken(self, guild_id: int, name: str) -> bool:
        key = (guild_id, _key(name))
        asked_at, is_taken = self._taken.get(key, (0.0, True))
        if key in self._taken and self._clock() - asked_at < SECONDS_KEPT:
            return is_taken
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return True
        try:
            async with asyncio.timeout(SECONDS_FOR_MEMBERS):
                members = await guild.query_members(query=name, limit=100, cache=False)
        except (TimeoutError, discord.ClientException):
            log.warning("members_not_asked", guild_id=guild_id)
            return True  # rather marked than mistaken for somebody
        names = {
            _key(each)
            for member in (*members, *guild.members)
            for each in (member.display_name, member.global_name or "", member.name)
        }
        self._taken[key] = (self._clock(), key[1] in names)
        return key[1] in names

    @asynccontextmanager
    async def _speaking(
        self, channel_id: int, *, make: bool = True
    ) -> AsyncGenerator[tuple[discord.Webhook, discord.Object]]:
        """Lend the channel's webhook and, in a thread, the thread; never one that is gone."""
        parent, thread = await self._place(channel_id)
        webhook = await self._get_webhook(parent, make=make)
        try:
            yield webhook, thread
        except discord.NotFound as error:
            if error.code == UNKNOWN_WEBHOOK:
                self._webhooks.pop(parent.id, None)
            raise
        except discord.Forbidden as error:
            raise Faceless(NoFace.RIGHT) from error

    async def _place(self, channel_id: int) -> tuple[Parent, discord.Object]:
        channel = self._client.get_channel(channel_id)
        if channel is None:
            channel = await self._client.fetch_channel(channel_id)
        thread = discord.utils.MISSING
        if isinstance(channel, discord.Thread):
            thread, channel = discord.Object(channel.id), channel.parent
        if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
            raise Faceless(NoFace.PLACE)
        return channel, thread

    async def _get_webhook(self, parent: Parent, *, make: bool) -> discord.Webhook:
        async with self._making.setdefault(parent.id, asyncio.Lock()):
            webhook = self._webhooks.get(parent.id)
            try:
                webhook = webhook or await self._find(parent)
                if webhook is None and make:
                    webhook = await parent.create_webhook(name=WEBHOOK_NAME)
            except discord.Forbidden as error:
                raise Faceless(NoFace.RIGHT) from error
            except discord.HTTPException as error:
                if error.code in TOO_MANY:
                    raise Faceless(NoFace.FULL) from error
                raise
            if webhook is None:
                raise Faceless(NoFace.PLACE)
            self._webhooks[parent.id] = webhook
            return webhook

    async def _find(self, parent: Parent) -> discord.Webhook | None:
        """Return our webhook of the channel: Discord tells the token of one's own alone."""
        me = self._client.user
        for webhook in await parent.webhooks():
            if webhook.token and webhook.user and me and webhook.user.id == me.id:
                return webhook
        return None


def plain_name(name: str) -> str:
    """Return a name that Discord takes: one line of 1 to 80 characters without its own words."""
    plain = " ".join(strip_invisible(name).split())
    for word in REFUSED_WORDS:
        place = plain.casefold().find(word)
        while place >= 0:  # as other bots do: a space that hardly shows
            plain = f"{plain[: place + 1]}{HAIR_SPACE}{plain[place + 1 :]}"
            place = plain.casefold().find(word)
    return plain[:MOST_NAME_CHARACTERS].strip() or NAMELESS


def _key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
