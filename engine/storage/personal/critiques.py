"""Texts that a member handed in or wrote, the notes on them, and what they agreed to."""

from sqlalchemy import Select, case, delete, or_, select, type_coerce, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import critique_consents, critique_posts, critiques
from engine.story import CritiqueState, Post


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the critiques that the member asked for or that are of their text.

    With the member's own consents, and where everybody can see such a critique.
    """
    authored = _authored(guild_id, member_id)
    is_theirs = critiques.c.id.in_(authored)
    hidden = {"text", "text_hash", "notes"}  # others' words, where the member only asked
    columns = [
        type_coerce(case((is_theirs, column)), column.type).label(column.name)
        if column.name in hidden
        else column
        for column in critiques.c
    ]
    return {
        "critiques": select(*columns).where(
            critiques.c.guild_id == guild_id,
            or_(critiques.c.requester_id == member_id, is_theirs),
        ),
        "critique_consents": select(critique_consents).where(
            critique_consents.c.guild_id == guild_id, critique_consents.c.author_id == member_id
        ),
        "critique_posts": select(critique_posts).where(
            critique_posts.c.guild_id == guild_id, critique_posts.c.critique_id.in_(authored)
        ),
    }


async def list_shown(tx: Transaction, guild_id: int, member_id: int) -> tuple[Post, ...]:
    """Return where everybody sees critiques of the member's text. Ask before it is erased."""
    rows = await tx.execute(
        select(critique_posts)
        .where(
            critique_posts.c.guild_id == guild_id,
            critique_posts.c.critique_id.in_(_authored(guild_id, member_id)),
        )
        .order_by(critique_posts.c.critique_id, critique_posts.c.part)
    )
    return tuple(Post(0, row.part, row.channel_id, row.message_id) for row in rows)


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Empty the critiques of the member's text; take their id from those of others' texts."""
    authored = _authored(guild_id, member_id)
    await tx.execute(
        delete(critique_posts).where(
            critique_posts.c.guild_id == guild_id, critique_posts.c.critique_id.in_(authored)
        )
    )
    emptied = await tx.execute(
        update(critiques)
        .where(critiques.c.guild_id == guild_id, critiques.c.id.in_(authored))
        .values(text="", text_hash="", notes=None, state=CritiqueState.DELETED)
    )
    await tx.execute(
        update(critiques)
        .where(critiques.c.guild_id == guild_id, critiques.c.requester_id == member_id)
        .values(requester_id=0)
    )
    consents = await tx.execute(
        delete(critique_consents).where(
            critique_consents.c.guild_id == guild_id, critique_consents.c.author_id == member_id
        )
    )
    return {"critiques": emptied.rowcount, "critique_consents": consents.rowcount}


def _authored(guild_id: int, member_id: int) -> Select[int]:
    return select(critique_consents.c.critique_id).where(
        critique_consents.c.guild_id == guild_id, critique_consents.c.author_id == member_id
    )
