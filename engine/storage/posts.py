"""Which messages on Discord show which turn."""

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import select_posts, to_post
from engine.storage.schema import posts
from engine.story import Post


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
