"""What Discord shows of a turn, kept so that a restart finds it again."""

from engine.runtime import Engine
from engine.storage import posts, turns
from engine.story import OpeningCard, Post
from engine.writing.afterwards import begin_chores


async def record_post(engine: Engine, *, guild_id: int, post: Post) -> None:
    """Keep which message shows a part of a turn; the newest message of a part counts."""
    async with engine.database.writing() as tx:
        await posts.record_post(tx, guild_id=guild_id, post=post)


async def list_posts(engine: Engine, *, guild_id: int, turn_id: int) -> list[Post]:
    """Return the posts of a turn in the order of their parts."""
    async with engine.database.reading() as tx:
        return await posts.list_posts(tx, guild_id=guild_id, turn_id=turn_id)


async def record_opening_card(engine: Engine, *, guild_id: int, opening: OpeningCard) -> None:
    """Keep which message opened a story."""
    async with engine.database.writing() as tx:
        await posts.record_opening_card(tx, guild_id=guild_id, opening=opening)


async def find_opening_card(engine: Engine, *, guild_id: int, story_id: int) -> OpeningCard | None:
    """Return the message that opened a story; None when it is not known."""
    async with engine.database.reading() as tx:
        return await posts.find_opening_card(tx, guild_id=guild_id, story_id=story_id)


async def is_opening_card(engine: Engine, *, guild_id: int, message_id: int) -> bool:
    """Whether a message opened a story."""
    async with engine.database.reading() as tx:
        card = await posts.find_opening_card_by_message(
            tx, guild_id=guild_id, message_id=message_id
        )
    return card is not None


async def mark_posted(engine: Engine, *, guild_id: int, turn_id: int) -> None:
    """Note that Discord shows the final form of a written turn."""
    async with engine.database.writing() as tx:
        await turns.mark_posted(tx, guild_id=guild_id, turn_id=turn_id)
        turn = await turns.find_turn(tx, guild_id=guild_id, turn_id=turn_id)
    if turn is not None:
        begin_chores(engine, guild_id=guild_id, story_id=turn.story_id)
