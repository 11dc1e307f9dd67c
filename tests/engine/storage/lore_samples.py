"""A book of a story, with an entry of which tokens were counted, and a card whose book is in."""

from engine.storage import Transaction, card_books, lore, lore_settings
from engine.story import (
    Character,
    KeptEntry,
    Lorebook,
    LoreEntry,
    LoreHome,
    LoreScope,
    LoreSettings,
    Member,
    Story,
)
from tests.engine.storage.samples import NOW


async def add_lore(
    tx: Transaction, story: Story, *, member: Member, text: str, character: Character | None = None
) -> KeptEntry:
    """Put a row of `member`'s into every table of lore; return the entry."""
    guild_id = story.guild_id
    entry = LoreEntry(name=text, content=text, keys=(text,), order=7)
    book = Lorebook(name=text, description=text, entries=(entry,))
    home = LoreHome(LoreScope.STORY, story.id)
    book_id = await lore.insert_book(
        tx, guild_id=guild_id, home=home, book=book, author=member, now_ms=NOW
    )
    kept = await lore.find_book(tx, guild_id=guild_id, book_id=book_id)
    assert kept is not None
    await lore.store_entry_tokens(
        tx, guild_id=guild_id, tokenizer="t", counts={kept.entries[0].entry.id: 3}
    )
    if character is not None:
        await card_books.note_card_book(
            tx, guild_id=guild_id, character_id=character.id, book_id=book_id
        )
    await lore_settings.save_settings(tx, guild_id=guild_id, settings=LoreSettings(scan_depth=9))
    return kept.entries[0]
