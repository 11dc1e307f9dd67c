"""Which messages on Discord show which turn, and which one opened which story."""

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import select_opening_cards, select_posts, to_opening_card, to_post
from engine.storage.schema import opening_cards, posts
from engine.story import OpeningCard, Post


async def record_post(tx: Transaction, *, guild_id: int, post: Post) -> None:
    """Keep which message shows a part of a turn; the newest message of a part counts."""
    statement = insert_into(tx, posts).values(
        guild_id=guild_id,
        turn_id=post.turn_id,
        part=post.part,
        channel_id=post.channel_id,
        message_id=post.message_id,
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[posts.c.guild_id, posts.c.turn_id, posts.c.part],
            set_={"channel_id": post.channel_id, "message_id": post.message_id},
        )
    )


async def list_posts(tx: Transaction, *, guild_id: int, turn_id: int) -> list[Post]:
    """Return the posts of a turn in the order of their parts."""
    rows = await tx.execute(
        select_posts()
        .where(posts.c.guild_id == guild_id, posts.c.turn_id == turn_id)
        .order_by(posts.c.part)
    )
    return [to_post(row) for row in rows]


async def record_opening_card(tx: Transaction, *, guild_id: int, opening: OpeningCard) -> None:
    """Keep which message opened a story; the newest one counts."""
    statement = insert_into(tx, opening_cards).values(
        guild_id=guild_id,
        story_id=opening.story_id,
        channel_id=opening.channel_id,
        message_id=opening.message_id,
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[opening_cards.c.guild_id, opening_cards.c.story_id],
            set_={"channel_id": opening.channel_id, "message_id": opening.message_id},
        )
    )


async def find_opening_card(tx: Transaction, *, guild_id: int, story_id: int) -> OpeningCard | None:
    """Return the message that opened a story; None when it is not known."""
    query = select_opening_cards().where(
        opening_cards.c.guild_id == guild_id, opening_cards.c.story_id == story_id
    )
    row = (await tx.execute(query)).one_or_none()
    return to_opening_card(row) if row else None


async def find_opening_card_by_message(
    tx: Transaction, *, guild_id: int, message_id: int
) -> OpeningCard | None:
    """Return the card that a message is, if it opened a story."""
    query = select_opening_cards().where(
        opening_cards.c.guild_id == guild_id, opening_cards.c.message_id == message_id
    )
    row = (await tx.execute(query)).one_or_none()
    return to_opening_card(row) if row else None
