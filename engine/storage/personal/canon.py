"""Facts that a member stated, or that quote their turns."""

from sqlalchemy import ColumnElement, delete, or_, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import facts, revisions, spans, turns
from engine.story import TurnKind


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the facts that the member stated or decided about, or that quote their turns."""
    return {
        "facts": select(facts).where(
            facts.c.guild_id == guild_id,
            or_(_theirs(guild_id, member_id), facts.c.decider_id == member_id),
        )
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Take out what holds their words, and their id. Ask before their turns are erased."""
    doomed = select(facts.c.id).where(facts.c.guild_id == guild_id, _theirs(guild_id, member_id))
    await tx.execute(
        update(facts)
        .where(facts.c.guild_id == guild_id, facts.c.supersedes_id.in_(doomed))
        .values(supersedes_id=None)
    )
    gone = await tx.execute(
        delete(facts).where(facts.c.guild_id == guild_id, _theirs(guild_id, member_id))
    )
    decided = await tx.execute(
        update(facts)
        .where(facts.c.guild_id == guild_id, facts.c.decider_id == member_id)
        .values(decider_id=0)
    )
    return {"facts": gone.rowcount + decided.rowcount}


def _theirs(guild_id: int, member_id: int) -> ColumnElement[bool]:
    own_turns = select(turns.c.id).where(
        turns.c.guild_id == guild_id,
        turns.c.author_id == member_id,
        turns.c.kind == TurnKind.HUMAN,
    )
    # Turns of others that were told with the member's words, by an edit.
    edited = (
        select(revisions.c.target_id)
        .join(
            spans,
            (spans.c.guild_id == revisions.c.guild_id) & (spans.c.turn_id == revisions.c.turn_id),
        )
        .where(revisions.c.guild_id == guild_id, spans.c.author_id == member_id)
    )
    return or_(
        facts.c.proposer_id == member_id,
        facts.c.turn_id.in_(own_turns),
        facts.c.turn_id.in_(edited),
    )
