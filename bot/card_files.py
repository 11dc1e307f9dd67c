"""What came in with a card: what is used, what is kept, and what only its reader should see."""

import io
from collections.abc import Iterator

import discord
from discord.utils import escape_markdown

from bot.cast_introduction import not_introduced
from bot.cast_pages import MOST_CHARACTERS, CastPage, character_page
from bot.locales import Words
from engine.story import Member
from engine.writing.cast import Imported

NOTES_CHARACTERS = 500


def file_of(name: str, content: bytes) -> discord.File:
    """Return a file to hand out."""
    return discord.File(io.BytesIO(content), name)


def imported(told: Imported, member: Member, words: Words, *, is_introduced: bool) -> CastPage:
    """Return what the importer is told, and the buttons of the character."""
    page = character_page(told.character, member, words)
    lines = list(_lines(told, words))
    if not is_introduced:
        lines.append(not_introduced(words))
    report = "\n".join(lines)
    return CastPage(f"{page.text[: MOST_CHARACTERS - len(report) - 1]}\n{report}", page.view)


def _lines(told: Imported, words: Words) -> Iterator[str]:
    yield words("✅ Imported from a card of version {version}.", version=told.version)
    if told.is_newer:
        yield words("It is of a newer version than I know: what I do not know is only kept.")
    if told.has_two:
        yield words("The file has two cards of different names. The newer version counts.")
    if not told.has_picture:
        yield words("It brought no picture that I can use, so I drew a face.")
    if told.creator_notes.strip():
        notes = " ".join(told.creator_notes.split())
        cut = notes if len(notes) <= NOTES_CHARACTERS else notes[: NOTES_CHARACTERS - 1] + "…"
        yield words(
            "📝 From its creator, for you and never for the model: {notes}",
            notes=escape_markdown(cut),
        )
    if told.has_instructions:
        yield words(
            "It brings instructions of its own to the model. They are switched off; a moderator "
            "can switch them on."
        )
    if told.book_entries and told.is_book_used:
        yield words.plural(
            "📖 Its lorebook with {count} entry is in use where the character plays. "
            "/lore list shows it.",
            "📖 Its lorebook with {count} entries is in use where the character plays. "
            "/lore list shows it.",
            told.book_entries,
        )
    elif told.book_entries:
        yield words(
            "Its lorebook is kept for export and not used: this server has as much lore as it may."
        )
    if told.group_greetings:
        yield words.plural(
            "{count} first line for groups is kept for export and not used.",
            "{count} first lines for groups are kept for export and not used.",
            told.group_greetings,
        )
    yield "-# " + words(
        "Everything else of the card is kept as it came and goes out again with /npc export."
    )
