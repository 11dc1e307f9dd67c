"""A small Discord server for rehearsals: channels, a forum, two writers and a moderator."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
from simcord import ChannelHandle, GuildHandle, MemberActor

from bot.client import ScriptoriumBot
from bot.rehearsal.live import LiveEnv
from bot.rehearsal.portraits import hang_portraits
from bot.rehearsal.shims import correct

SECONDS_TO_START = 30.0
MESSAGE_MENU = discord.AppCommandType.message.value
MODERATOR = discord.Permissions(manage_guild=True, manage_messages=True, manage_threads=True)


@dataclass
class Room:
    """A simulated server with a bot in it. `language` is what every member's Discord is set to."""

    env: LiveEnv
    guild: GuildHandle
    channels: tuple[ChannelHandle, ...]
    forum: ChannelHandle
    members: tuple[MemberActor, ...]
    language: str
    portraits: dict[str, tuple[str, bytes]]  # file name and PNG by the address on Discord
    acting: asyncio.Lock = field(default_factory=asyncio.Lock)  # simcord takes one action at a time

    def rooms(self) -> list[ChannelHandle]:
        """Return each text channel, followed by its threads."""
        return [place for channel in self.channels for place in (channel, *channel.threads)]

    def places(self) -> list[ChannelHandle]:
        """Return where a story can be: the rooms, then the forum's posts."""
        return self.rooms() + self.forum.threads

    def find_place(self, channel_id: int) -> ChannelHandle | None:
        """Return the channel, thread or post with this id."""
        return next((place for place in self.places() if place.id == channel_id), None)

    def topic(self, place: ChannelHandle) -> str:
        """Return what the channel is for, in its own words; "" when it does not say."""
        return self.env.backend.get_channel(place.id).topic or ""

    def find_member(self, name: str) -> MemberActor | None:
        """Return the member called `name`, in any case."""
        return next((m for m in self.members if m.name == name.casefold()), None)

    def message_menus(self) -> list[str]:
        """Return the names of the bot's message menus."""
        return [name for name, kind in self._commands() if kind == MESSAGE_MENU]

    def label(self, menu: str) -> str:
        """Return the menu's name as a member reads it."""
        translated = self._commands()[menu, MESSAGE_MENU].get("name_localizations") or {}
        return str(translated.get(self.language, menu))

    async def use_menu(self, menu: str, *, member_id: int, place_id: int, message_id: int) -> str:
        """Let a member use a message menu; return what the bot answered, "" when nothing.

        Raises:
            LookupError: there is no such menu, member, place or message (any more).
        """
        place = self.find_place(place_id)
        members = {member.id: member for member in self.members}
        messages = {message.id: message for message in place.history()} if place else {}
        if place is None or menu not in self.message_menus():
            raise LookupError
        result = await members[member_id].context_menu(place, menu, messages[message_id])
        return result.response.content if result.response else ""

    def readable(self, text: str) -> str:
        """Return a message's text as Discord shows it: names in place of mentions."""
        names = {f"<@{member.id}>": f"@{name_of(member)}" for member in self.members}
        names |= {f"<#{place.id}>": f"#{place.name}" for place in self.places()}
        for mention, name in names.items():
            text = text.replace(mention, name)
        return text

    def file_text(self, url: str) -> str:
        """Return the text of a file that was posted; of other files, how large they are."""
        content = self.env.backend.cdn.get(url) or b""
        try:
            return content.decode()
        except UnicodeDecodeError:
            return f"({len(content):,} bytes)"

    def _commands(self) -> dict[tuple[str, int], dict[str, Any]]:
        return self.env.backend.commands.get(None, {})


def name_of(member: MemberActor) -> str:
    """Return the name that others read."""
    return member.user.global_name or member.name


@asynccontextmanager
async def open_room(create_bot: Callable[[], discord.Client], language: str) -> AsyncIterator[Room]:
    """Start the bot in a room of its own, and stop it at the end."""
    room: Room | None = None
    with _corrected(lambda: room.language if room else language):
        env = LiveEnv(create_bot())
        room = _furnish(env, language)
        await env.start()
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                await _until_ready(env.bot)
            _mark_age_restricted(env.bot, room.channels[-1].id)
            yield room
        finally:
            await env.shutdown()
            if isinstance(env.bot, ScriptoriumBot):
                await env.bot.leave_jobs()  # simcord leaves what belongs to no event


def _furnish(env: LiveEnv, language: str) -> Room:
    # Always in this order: the ids follow from it, and a kept story is found by its channel's id.
    guild = env.create_guild("The Writers' Room")
    moderators = guild.create_role("Moderators", permissions=MODERATOR)
    members = (
        guild.add_member(env.create_user("alice", global_name="Alice")),
        guild.add_member(env.create_user("bo", global_name="Bo")),
        guild.add_member(env.create_user("maya", global_name="Maya"), roles=[moderators]),
    )
    channels = (
        guild.create_text_channel("fireside", topic="Stories for everybody"),
        guild.create_text_channel("night-shift", topic="A second table, for a second story"),
        guild.create_text_channel("after-dark", topic="Age-restricted"),
    )
    forum = guild.create_forum_channel("bookshelf")
    users = env.backend.users
    portraits = hang_portraits([env.backend.bot_user, *(users[member.id] for member in members)])
    return Room(env, guild, channels, forum, members, language, portraits)


async def _until_ready(bot: discord.Client) -> None:
    await bot.wait_until_ready()


def _mark_age_restricted(bot: discord.Client, channel_id: int) -> None:
    # simcord cannot make such a channel; the bot's own picture of it is what the bot asks.
    channel = bot.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel)
    channel.nsfw = True


@contextmanager
def _corrected(locale: Callable[[], str]) -> Iterator[None]:
    with ExitStack() as undo:

        def patch(target: Any, name: str, value: Any) -> None:
            undo.callback(setattr, target, name, getattr(target, name))
            setattr(target, name, value)

        correct(patch, locale)
        yield
