"""The message that introduces a character: its face stands there, so the face has an address."""

import io

import discord
from discord.utils import escape_markdown

from bot.answers import guild_of
from bot.buttons import Interaction
from bot.cards import mention
from bot.locales import Words, words_for
from bot.outages import NOT_TAKEN
from engine.runtime import Engine
from engine.story import Character
from engine.writing.cast import face_of, record_card_message

NEEDED = ("view_channel", "attach_files")


async def introduce(engine: Engine, interaction: Interaction, character: Character) -> bool:
    """Post the character's name and face in the channel; tell whether Discord let us.

    Name and face only: what is written about it is for the game master's eyes.
    """
    channel = interaction.channel
    if not isinstance(channel, discord.TextChannel | discord.Thread):
        return False
    held = interaction.app_permissions
    in_thread = isinstance(channel, discord.Thread)
    needed = (*NEEDED, "send_messages_in_threads" if in_thread else "send_messages")
    face = await face_of(engine, guild_id=guild_of(interaction), character_id=character.id)
    if face is None or not all(getattr(held, name) for name in needed):
        return False
    words = words_for(interaction.guild_locale or interaction.locale)
    try:
        message = await channel.send(
            introduction(character, words),
            file=discord.File(io.BytesIO(face), "face.png"),
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except NOT_TAKEN:
        return False
    await record_card_message(
        engine,
        guild_id=guild_of(interaction),
        character_id=character.id,
        channel_id=channel.id,
        message_id=message.id,
    )
    return True


def introduction(character: Character, words: Words) -> str:
    """Return what the message says."""
    return words(
        "🎭 **{name}** joins the cast.\n-# made by {creator}",
        name=escape_markdown(character.name),
        creator=mention(character.creator_id),
    )


def not_introduced(words: Words) -> str:
    """Tell what it means that there is no such message."""
    return words(
        "I could not post its picture here (I need Send Messages and Attach Files). Until it is "
        "introduced somewhere, it speaks without a face: /npc show, “Introduce it here”."
    )
