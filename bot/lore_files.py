"""Lorebooks handed out as files: exported, or handed back when they are removed."""

import io
from dataclasses import replace

import discord
from discord.utils import escape_markdown

from bot import answers
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from engine.writing.lore import file_of, remove_book, remove_entry, title_of


def lore_file(name: str, content: bytes) -> discord.File:
    """Return a file to hand out."""
    return discord.File(io.BytesIO(content), name)


async def hand_back_entry(interaction: Interaction, entry_id: int) -> None:
    """Remove an entry, and hand it back as a book of its own that can be imported again."""
    removed = await remove_entry(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        entry_id=entry_id,
        member=member_of(interaction),
    )
    title = title_of(removed.entry.entry)
    book = replace(removed.book.book, name=title, entries=(removed.entry.entry,))
    name, content = file_of(replace(removed.book, book=book))
    await _hand_back(interaction, title, name, content)


async def hand_back_book(interaction: Interaction, book_id: int) -> None:
    """Remove a book, and hand it back as a file that can be imported again."""
    removed = await remove_book(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        book_id=book_id,
        member=member_of(interaction),
    )
    name, content = file_of(removed)
    await _hand_back(interaction, removed.book.name or name, name, content)


async def _hand_back(interaction: Interaction, title: str, name: str, content: bytes) -> None:
    words = words_of(interaction)
    text = words(
        "🗑️ **{name}** is removed. Here it is as a file: /lore import takes it in again.",
        name=escape_markdown(title[:100]),
    )
    await answers.tell(interaction, text, file=lore_file(name, content))
