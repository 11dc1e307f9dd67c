"""What lore there is for a member in a channel."""

import re
from collections.abc import Sequence

from engine.errors import LoreNotFound
from engine.runtime import Engine
from engine.storage import lore, stories
from engine.storage.database import Transaction
from engine.story import KeptBook, KeptEntry, LoreEntry, LoreHome, LoreScope, Member

NUMBERED = re.compile(r"#(?P<id>[0-9]{1,18})(?: .*)?", re.DOTALL)
TITLE_CHARACTERS = 40
SCOPES = tuple(LoreScope)  # from near to far


async def list_lore(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member
) -> list[KeptBook]:
    """Return the books that a member may see in a channel, near ones first.

    Those are the open story's, the channel's, the member's own persona, all characters' and the
    server's; to a moderator also the personas of others.
    """
    async with engine.database.reading() as tx:
        return await _list(tx, guild_id, channel_id, member)


async def find_named_entry(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, name: str
) -> KeptEntry:
    """Return the entry of a name or first key, whatever its case, or of a number such as #12.

    Raises:
        LoreNotFound: the member sees none such here.
    """
    async with engine.database.reading() as tx:
        books = await _list(tx, guild_id, channel_id, member)
    entries = [entry for book in books for entry in book.entries]
    if match := NUMBERED.fullmatch(name.strip()):
        found = [each for each in entries if each.entry.id == int(match["id"])]
    else:
        wanted = name.strip().casefold()
        found = [each for each in entries if title_of(each.entry).casefold() == wanted]
    if not found:
        raise LoreNotFound(name.strip()[:60])
    return found[0]


async def find_named_book(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, name: str
) -> KeptBook:
    """Return the book of a name, whatever its case, or of a number such as #12.

    Raises:
        LoreNotFound: the member sees none such here.
    """
    async with engine.database.reading() as tx:
        books = await _list(tx, guild_id, channel_id, member)
    if match := NUMBERED.fullmatch(name.strip()):
        found = [each for each in books if each.book.id == int(match["id"])]
    else:
        wanted = name.strip().casefold()
        found = [each for each in books if each.book.name.casefold() == wanted]
    if not found:
        raise LoreNotFound(name.strip()[:60])
    return found[0]


async def read_entries(
    engine: Engine, *, guild_id: int, entry_ids: Sequence[int]
) -> list[KeptEntry]:
    """Return those of the entries that are still there: to name what was in a prompt."""
    async with engine.database.reading() as tx:
        return await lore.list_entries(tx, guild_id=guild_id, entry_ids=entry_ids)


def title_of(entry: LoreEntry) -> str:
    """Return how members call an entry: its name, or its first key, or how its text begins."""
    first = entry.keys[0] if entry.keys else " ".join(entry.content.split())[:TITLE_CHARACTERS]
    return entry.name or first or f"#{entry.id}"


async def _list(tx: Transaction, guild_id: int, channel_id: int, member: Member) -> list[KeptBook]:
    story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    homes = [
        LoreHome(LoreScope.CHANNEL, channel_id),
        LoreHome(LoreScope.PERSONA, member.id),
        LoreHome(LoreScope.SERVER),
        *([LoreHome(LoreScope.STORY, story.id)] if story else []),
    ]
    books = await lore.list_books(tx, guild_id=guild_id, homes=homes)
    far = [LoreScope.CHARACTER, *([LoreScope.PERSONA] if member.is_moderator else [])]
    seen = {book.book.id for book in books}
    for scope in far:
        found = await lore.list_books_of_scope(tx, guild_id=guild_id, scope=scope)
        books += [book for book in found if book.book.id not in seen]
    return sorted(books, key=lambda book: (SCOPES.index(book.home.scope), book.book.id))
