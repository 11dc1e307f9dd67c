"""Turns that members wrote as messages, with the Message Content intent off.

Discord shows a bot the text of messages that mention it. A reply that pings the bot is one.
"""

import re
from typing import TYPE_CHECKING

import discord

from bot.errors import word
from bot.locales import words_for
from bot.turn_steps import add_message
from engine.errors import NotYourTurn
from engine.story import Member, TurnState
from engine.writing import find_turn_by_message, get_turn, is_opening_card

if TYPE_CHECKING:
    from bot.client import ScriptoriumBot

SECONDS_OF_NOTICE = 30.0  # a refusal to a message cannot be private; it goes away by itself


def text_of(message: discord.Message) -> str:
    """Return the message's text without mentions of the bot."""
    assert message.guild is not None
    return re.sub(rf"<@!?{message.guild.me.id}>", "", message.content).strip()


async def is_reply_to_story(bot: "ScriptoriumBot", message: discord.Message) -> bool:
    """Whether a member replied, with a ping, to a turn or to the opening of a story."""
    reference = message.reference
    if message.guild is None or message.author.bot or reference is None:
        return False
    if message.guild.me not in message.mentions or reference.message_id is None:
        return False
    place = {"guild_id": message.guild.id, "message_id": reference.message_id}
    if await is_opening_card(bot.engine, **place):
        return True
    return await find_turn_by_message(bot.engine, **place) is not None


async def add_reply(bot: "ScriptoriumBot", message: discord.Message) -> None:
    """Add the reply to the channel's story; a refusal is answered for half a minute."""
    assert message.guild is not None
    assert isinstance(message.author, discord.Member)
    rights = message.channel.permissions_for(message.author)
    try:
        turn = await add_message(
            bot.engine,
            guild_id=message.guild.id,
            channel_id=message.channel.id,
            member=Member(
                id=message.author.id,
                name=message.author.display_name,
                is_moderator=rights.manage_messages or rights.manage_guild,
            ),
            text=text_of(message),
            message_id=message.id,
        )
        if turn.state is not TurnState.POSTED:  # by the message menu, a moment ago
            story, _ = await get_turn(bot.engine, guild_id=turn.guild_id, turn_id=turn.id)
            await bot.replies.post(story, turn)
    except Exception as error:  # noqa: BLE001  the edge: discord.py would only log it
        words = words_for(message.guild.preferred_locale)
        text = word(error, words)
        if isinstance(error, NotYourTurn):
            text += " " + words("Then add your message by its menu: Apps, Add to story.")
        await message.reply(
            text,
            delete_after=SECONDS_OF_NOTICE,
            mention_author=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
