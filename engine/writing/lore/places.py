"""Where lore belongs, who may write it there, and who may change it."""

from engine.errors import CharacterNotFound, LoreNotFound, NoPlaceForLore, NotAllowed, Right
from engine.storage import cast, lore, stories
from engine.storage.database import Transaction
from engine.story import KeptBook, KeptEntry, LoreHome, LoreScope, Member
from engine.writing.rights import require_creator, require_moderator


async def find_home(
    tx: Transaction,
    *,
    guild_id: int,
    channel_id: int,
    scope: LoreScope,
    member: Member,
    character: str = "",
) -> LoreHome:
    """Return the place that a scope means for a member in a channel.

    Raises:
        CharacterNotFound: the server has no character of this name.
        NoPlaceForLore: no story is open here, or no character is named.
    """
    match scope:
        case LoreScope.STORY:
            story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
            if story is None:
                raise NoPlaceForLore(scope)
            return LoreHome(scope, story.id)
        case LoreScope.CHARACTER:
            if not character:
                raise NoPlaceForLore(scope)
            found = await cast.find_character_by_name(tx, guild_id=guild_id, name=character)
            if found is None:
                raise CharacterNotFound(character)
            return LoreHome(scope, found.id)
        case LoreScope.CHANNEL:
            return LoreHome(scope, channel_id)
        case LoreScope.PERSONA:
            return LoreHome(scope, member.id)
        case LoreScope.SERVER:
            return LoreHome(scope)


async def require_may_write(
    tx: Transaction, home: LoreHome, member: Member, *, guild_id: int
) -> None:
    """Refuse a member who may not add lore at a place.

    To a story everybody adds; to a server and a channel moderators do, to a character who made
    it or a moderator, and to a persona only the member whose it is.

    Raises:
        CharacterNotFound: the character is gone.
        NoPlaceForLore: the story is gone.
        NotAllowed: the member may not.
    """
    match home.scope:
        case LoreScope.PERSONA:
            if home.place_id != member.id:
                raise NotAllowed(Right.PERSONA)
        case LoreScope.CHARACTER:
            character = await cast.find_character(tx, guild_id=guild_id, character_id=home.place_id)
            if character is None or not character.name:
                raise CharacterNotFound
            require_creator(character, member)
        case LoreScope.STORY:
            if await stories.find_story(tx, guild_id=guild_id, story_id=home.place_id) is None:
                raise NoPlaceForLore(home.scope)
        case LoreScope.SERVER | LoreScope.CHANNEL:
            require_moderator(member)


async def require_may_change(
    tx: Transaction, book: KeptBook, writer_id: int, member: Member, *, guild_id: int
) -> None:
    """Refuse a member who may not change what `writer_id` wrote in a book.

    In a story that is who wrote it, the story's starter or a moderator; elsewhere, who may write
    there.

    Raises:
        NotAllowed: the member may not.
    """
    home = book.home
    if home.scope is not LoreScope.STORY:
        await require_may_write(tx, home, member, guild_id=guild_id)
        return
    story = await stories.find_story(tx, guild_id=guild_id, story_id=home.place_id)
    allowed = {writer_id, story.starter_id} if story else {writer_id}
    if member.id not in allowed and not member.is_moderator:
        raise NotAllowed(Right.LORE)


async def require_may_remove(
    tx: Transaction, book: KeptBook, writer_id: int, member: Member, *, guild_id: int
) -> None:
    """Refuse a member who may not remove what `writer_id` wrote: moderators may remove all.

    Raises:
        NotAllowed: the member may not.
    """
    if not member.is_moderator:
        await require_may_change(tx, book, writer_id, member, guild_id=guild_id)


async def get_entry(tx: Transaction, *, guild_id: int, entry_id: int) -> tuple[KeptEntry, KeptBook]:
    """Return an entry and its book.

    Raises:
        LoreNotFound: the server has no such entry.
    """
    entry = await lore.find_entry(tx, guild_id=guild_id, entry_id=entry_id)
    if entry is None:
        raise LoreNotFound
    return entry, await get_book(tx, guild_id=guild_id, book_id=entry.book_id)


async def get_book(tx: Transaction, *, guild_id: int, book_id: int) -> KeptBook:
    """Return a book.

    Raises:
        LoreNotFound: the server has no such book.
    """
    book = await lore.find_book(tx, guild_id=guild_id, book_id=book_id)
    if book is None:
        raise LoreNotFound
    return book
