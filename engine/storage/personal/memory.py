"""A member's notes, pins and samples, and the summaries that retell their words."""

from sqlalchemy import delete, select

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import author_notes, pins, style_samples, summaries, turns


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select what the member set, and the summaries that they changed."""
    own = {
        table.name: select(table).where(
            table.c.guild_id == guild_id, table.c.member_id == member_id
        )
        for table in (author_notes, pins, style_samples)
    }
    edited = select(summaries).where(
        summaries.c.guild_id == guild_id, summaries.c.editor_id == member_id
    )
    return {**own, "summaries": edited}


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Take all of it away. Ask before the turns are erased: they tell which stories are theirs.

    A summary of a story in which the member wrote may retell them, and one that joins a summary
    of their words may too: they go, and the model writes them anew.
    """
    gone = {}
    for table in (author_notes, pins, style_samples):
        own = (table.c.guild_id == guild_id) & (table.c.member_id == member_id)
        gone[table.name] = (await tx.execute(delete(table).where(own))).rowcount
    theirs = select(turns.c.story_id).where(
        turns.c.guild_id == guild_id, turns.c.author_id == member_id
    )
    edited = select(summaries.c.story_id).where(
        summaries.c.guild_id == guild_id, summaries.c.editor_id == member_id
    )
    joined = summaries.c.story_id.in_(edited) & (summaries.c.level > 1)
    retold = await tx.execute(
        delete(summaries).where(
            summaries.c.guild_id == guild_id, summaries.c.story_id.in_(theirs) | joined
        )
    )
    changed = await tx.execute(
        delete(summaries).where(
            summaries.c.guild_id == guild_id, summaries.c.editor_id == member_id
        )
    )
    return {**gone, "summaries": retold.rowcount + changed.rowcount}
