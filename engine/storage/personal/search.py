"""What the full-text index holds of a member's words.

It is made of the texts of turns and holds nothing of its own: the rows are no part of an export,
and go with every story that the member wrote in. What others wrote there is indexed again.
"""

from sqlalchemy import delete, select

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import turn_words, turns


def own_rows(_guild_id: int, _member_id: int) -> Rows:
    """Select nothing: the turns themselves are exported."""
    return {}


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Take the stories in which the member wrote out of the index. Before the turns are blanked."""
    touched = select(turns.c.story_id).where(
        turns.c.guild_id == guild_id, turns.c.author_id == member_id
    )
    gone = await tx.execute(
        delete(turn_words).where(
            turn_words.c.guild_id == guild_id, turn_words.c.story_id.in_(touched)
        )
    )
    return {"turn_words": gone.rowcount}
