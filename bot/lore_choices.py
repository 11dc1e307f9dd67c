"""What is offered while a member types which lore is meant."""

from discord.app_commands import Choice

from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.lore_words import OPTION_CHARACTERS, scope_name, short
from engine.runtime import Engine
from engine.story import KeptBook, LoreScope
from engine.writing.lore import list_lore, title_of

MOST_CHOICES = 25  # Discord's
TITLE_CHARACTERS = 80
SCOPES = [
    Choice(name="the story", value=LoreScope.STORY.value),
    Choice(name="this channel", value=LoreScope.CHANNEL.value),
    Choice(name="my own character", value=LoreScope.PERSONA.value),
    Choice(name="a character", value=LoreScope.CHARACTER.value),
    Choice(name="the whole server", value=LoreScope.SERVER.value),
]


async def entry_choices(engine: Engine, interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return the entries whose names or keys have what was typed."""
    words = words_of(interaction)
    wanted = typed.casefold()
    found = [
        Choice(
            name=f"{short(title_of(kept.entry), TITLE_CHARACTERS)} · {scope_name(scope, words)}",
            value=f"#{kept.entry.id}",
        )
        for book in await _books(engine, interaction)
        for scope in [book.home.scope]
        for kept in book.entries
        if any(wanted in text.casefold() for text in (title_of(kept.entry), *kept.entry.keys))
    ]
    return found[:MOST_CHOICES]


async def book_choices(engine: Engine, interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return the books whose names have what was typed."""
    words = words_of(interaction)
    names = [
        (book, f"{scope_name(book.home.scope, words)} · {book.book.name}".rstrip(" ·"))
        for book in await _books(engine, interaction)
    ]
    return [
        Choice(name=short(name, OPTION_CHARACTERS), value=f"#{book.book.id}")
        for book, name in names
        if typed.casefold() in name.casefold()
    ][:MOST_CHOICES]


async def _books(engine: Engine, interaction: Interaction) -> list[KeptBook]:
    return await list_lore(
        engine,
        guild_id=guild_of(interaction),
        channel_id=channel_of(interaction).id,
        member=member_of(interaction),
    )
