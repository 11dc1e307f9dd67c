"""Drafts of characters' lines: kept until they are posted, or forgotten."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from engine.errors import DraftGone
from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import select_line_drafts, to_line_draft
from engine.storage.schema import draft_originals, line_drafts
from engine.story import LineDraft, Provenance


async def insert_draft(
    tx: Transaction,
    *,
    guild_id: int,
    channel_id: int,
    story_id: int | None,
    character_id: int,
    head_turn_id: int | None,
    member_id: int,
    interaction_id: int,
    number: int,
    direction: str,
    text: str,
    provenance: Provenance | None,
    now_ms: int,
) -> None:
    """Keep a draft; the same number of the same interaction is kept once."""
    await insert_unless_present(
        tx,
        line_drafts,
        guild_id=guild_id,
        channel_id=channel_id,
        story_id=story_id,
        character_id=character_id,
        head_turn_id=head_turn_id,
        member_id=member_id,
        interaction_id=interaction_id,
        number=number,
        direction=direction,
        text=text,
        is_edited=0,
        turn_id=None,
        provenance=provenance,
        created_ms=now_ms,
    )


async def find_draft(tx: Transaction, *, guild_id: int, draft_id: int) -> LineDraft | None:
    row = (
        await tx.execute(
            select_line_drafts().where(
                line_drafts.c.guild_id == guild_id, line_drafts.c.id == draft_id
            )
        )
    ).one_or_none()
    return to_line_draft(row) if row else None


async def list_drafts(tx: Transaction, *, guild_id: int, interaction_id: int) -> list[LineDraft]:
    """Return the drafts that one interaction asked for, in order."""
    rows = await tx.execute(
        select_line_drafts()
        .where(line_drafts.c.guild_id == guild_id, line_drafts.c.interaction_id == interaction_id)
        .order_by(line_drafts.c.number)
    )
    return [to_line_draft(row) for row in rows]


async def edit_draft(tx: Transaction, *, guild_id: int, draft_id: int, text: str) -> None:
    """Put the member's text in place of a draft's that is not posted."""
    await tx.execute(
        update(line_drafts)
        .where(
            line_drafts.c.guild_id == guild_id,
            line_drafts.c.id == draft_id,
            line_drafts.c.turn_id.is_(None),
            line_drafts.c.text != text,
        )
        .values(text=text, is_edited=1)
    )


async def follow_head(
    tx: Transaction, *, guild_id: int, draft_id: int, story_id: int | None, head_turn_id: int | None
) -> None:
    """Let the draft follow another turn than the one that it was written to follow."""
    await tx.execute(
        update(line_drafts)
        .where(line_drafts.c.guild_id == guild_id, line_drafts.c.id == draft_id)
        .values(story_id=story_id, head_turn_id=head_turn_id)
    )


async def mark_used(tx: Transaction, *, guild_id: int, draft_id: int, turn_id: int) -> None:
    """Note the turn that a draft became; it becomes one only.

    Raises:
        DraftGone: it is one already, or it was forgotten.
    """
    used = await tx.execute(
        update(line_drafts)
        .where(
            line_drafts.c.guild_id == guild_id,
            line_drafts.c.id == draft_id,
            line_drafts.c.turn_id.is_(None),
        )
        .values(turn_id=turn_id)
    )
    if used.rowcount != 1:
        raise DraftGone


async def forget_drafts(tx: Transaction, *, guild_id: int, before_ms: int) -> int:
    """Delete a server's drafts that are older; return how many."""
    old = select(line_drafts.c.id).where(
        line_drafts.c.guild_id == guild_id, line_drafts.c.created_ms < before_ms
    )
    await tx.execute(
        delete(draft_originals).where(
            draft_originals.c.guild_id == guild_id, draft_originals.c.draft_id.in_(old)
        )
    )
    gone = await tx.execute(
        delete(line_drafts).where(
            line_drafts.c.guild_id == guild_id, line_drafts.c.created_ms < before_ms
        )
    )
    return gone.rowcount


async def list_servers_with_drafts(tx: Transaction) -> Sequence[int]:
    """Return ALL servers that drafts are kept of: for forgetting, at the start of the bot."""
    return (await tx.execute(select(line_drafts.c.guild_id).distinct())).scalars().all()
