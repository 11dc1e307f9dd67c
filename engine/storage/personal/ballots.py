"""A member's ballots and votes."""

from sqlalchemy import delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import ballots, votes


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the ballots that the member opened, and their votes."""
    return {
        "ballots": select(ballots).where(
            ballots.c.guild_id == guild_id, ballots.c.opener_id == member_id
        ),
        "votes": select(votes).where(votes.c.guild_id == guild_id, votes.c.member_id == member_id),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Delete the member's votes; their ballots stay, opened by nobody."""
    cast = await tx.execute(
        delete(votes).where(votes.c.guild_id == guild_id, votes.c.member_id == member_id)
    )
    opened = await tx.execute(
        update(ballots)
        .where(ballots.c.guild_id == guild_id, ballots.c.opener_id == member_id)
        .values(opener_id=0)
    )
    return {"votes": cast.rowcount, "ballots": opened.rowcount}
