"""The lore that a member wrote or brought in."""

from sqlalchemy import ColumnElement, delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import card_books, lore_entries, lorebooks
from engine.story import Lorebook, LoreScope


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the books that the member made, and the entries that the member wrote."""
    return {
        "lorebooks": select(lorebooks).where(
            lorebooks.c.guild_id == guild_id, lorebooks.c.member_id == member_id
        ),
        "lore_entries": select(lore_entries).where(
            lore_entries.c.guild_id == guild_id, lore_entries.c.member_id == member_id
        ),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Delete the member's entries and persona; books with others' entries stay, without a name."""
    own = (lorebooks.c.guild_id == guild_id) & (lorebooks.c.member_id == member_id)
    persona = select(lorebooks.c.id).where(own, lorebooks.c.scope == LoreScope.PERSONA)
    entries = await tx.execute(
        delete(lore_entries).where(
            lore_entries.c.guild_id == guild_id,
            (lore_entries.c.member_id == member_id) | lore_entries.c.book_id.in_(persona),
        )
    )
    full = select(lore_entries.c.book_id).where(lore_entries.c.guild_id == guild_id)
    is_empty: ColumnElement[bool] = own & lorebooks.c.id.not_in(full)
    await tx.execute(
        update(card_books)
        .where(
            card_books.c.guild_id == guild_id,
            card_books.c.book_id.in_(select(lorebooks.c.id).where(is_empty)),
        )
        .values(book_id=None)
    )
    gone = await tx.execute(delete(lorebooks).where(is_empty))
    blanked = await tx.execute(
        update(lorebooks).where(own).values(member_id=0, member_name="", name="", book=Lorebook())
    )
    return {"lore_entries": entries.rowcount, "lorebooks": gone.rowcount + blanked.rowcount}
