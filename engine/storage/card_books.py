"""The lorebooks that came with characters' cards: each is brought in once."""

from collections.abc import Sequence

from sqlalchemy import select, update

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.schema import card_books, cards


async def list_untaken_cards(
    tx: Transaction, *, guild_id: int, character_ids: Sequence[int]
) -> list[tuple[int, str]]:
    """Return the cards, by their characters' ids, whose books were not brought in yet."""
    taken = select(card_books.c.character_id).where(card_books.c.guild_id == guild_id)
    rows = await tx.execute(
        select(cards.c.character_id, cards.c.card)
        .where(
            cards.c.guild_id == guild_id,
            cards.c.character_id.in_(character_ids),
            cards.c.character_id.not_in(taken),
        )
        .order_by(cards.c.character_id)
    )
    return [(row[0], row[1]) for row in rows]


async def note_card_book(
    tx: Transaction, *, guild_id: int, character_id: int, book_id: int | None
) -> bool:
    """Note that a card's book was brought in, as which; return False if it was already."""
    statement = insert_into(tx, card_books).values(
        guild_id=guild_id, character_id=character_id, book_id=book_id
    )
    return bool((await tx.execute(statement.on_conflict_do_nothing())).rowcount)


async def name_card_book(
    tx: Transaction, *, guild_id: int, character_id: int, book_id: int
) -> None:
    """Note as which book a card's was brought in."""
    await tx.execute(
        update(card_books)
        .where(card_books.c.guild_id == guild_id, card_books.c.character_id == character_id)
        .values(book_id=book_id)
    )


async def find_card_book(tx: Transaction, *, guild_id: int, character_id: int) -> int | None:
    """Return as which book a card's was brought in; None also once it was removed."""
    found: int | None = await tx.scalar(
        select(card_books.c.book_id).where(
            card_books.c.guild_id == guild_id, card_books.c.character_id == character_id
        )
    )
    return found
