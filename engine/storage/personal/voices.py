"""A member's part in training and comparing voices."""

from sqlalchemy import delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import comparison_votes, comparisons, training_jobs, voice_changes


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the trainings and comparisons that the member asked for, and their votes."""
    return {
        "training_jobs": select(training_jobs).where(
            training_jobs.c.guild_id == guild_id, training_jobs.c.member_id == member_id
        ),
        "voice_changes": select(voice_changes).where(
            voice_changes.c.guild_id == guild_id, voice_changes.c.member_id == member_id
        ),
        "comparisons": select(comparisons).where(
            comparisons.c.guild_id == guild_id, comparisons.c.opener_id == member_id
        ),
        "comparison_votes": select(comparison_votes).where(
            comparison_votes.c.guild_id == guild_id, comparison_votes.c.member_id == member_id
        ),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Delete the member's votes; what they asked for stays, asked for by nobody."""
    cast = await tx.execute(
        delete(comparison_votes).where(
            comparison_votes.c.guild_id == guild_id, comparison_votes.c.member_id == member_id
        )
    )
    asked = await tx.execute(
        update(training_jobs)
        .where(training_jobs.c.guild_id == guild_id, training_jobs.c.member_id == member_id)
        .values(member_id=0)
    )
    changed = await tx.execute(
        update(voice_changes)
        .where(voice_changes.c.guild_id == guild_id, voice_changes.c.member_id == member_id)
        .values(member_id=0)
    )
    opened = await tx.execute(
        update(comparisons)
        .where(comparisons.c.guild_id == guild_id, comparisons.c.opener_id == member_id)
        .values(opener_id=0)
    )
    return {
        "comparison_votes": cast.rowcount,
        "training_jobs": asked.rowcount,
        "voice_changes": changed.rowcount,
        "comparisons": opened.rowcount,
    }
