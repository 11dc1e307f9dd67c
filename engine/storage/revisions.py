"""Revisions of told texts, and the spans that are kept with turns."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from engine.storage.database import Transaction
from engine.storage.schema import draft_originals, line_drafts, revisions, spans
from engine.storage.turns import insert_turn
from engine.story import Member, Story, Turn, TurnKind, TurnState
from engine.story.revision import Revision, Span


async def insert_revision(
    tx: Transaction,
    story: Story,
    revision: Revision,
    *,
    guild_id: int,
    kept: Sequence[Span] = (),
    member: Member,
    interaction_id: int,
    ordinal: int = 0,
    now_ms: int,
) -> Turn:
    """Add a revision below the story's head; the head stays. `kept` is the text of an edit."""
    turn = await insert_turn(
        tx,
        guild_id=guild_id,
        story_id=story.id,
        parent_id=story.head_turn_id,
        kind=TurnKind.REVISION,
        state=TurnState.POSTED,  # it has no message of its own
        author=member,
        interaction_id=interaction_id,
        ordinal=ordinal,
        now_ms=now_ms,
    )
    await tx.execute(
        insert(revisions).values(
            guild_id=guild_id,
            turn_id=turn.id,
            kind=revision.kind,
            target_id=revision.target_id,
            other_id=revision.other_id,
            at=revision.at,
        )
    )
    await insert_spans(tx, guild_id=guild_id, turn_id=turn.id, kept=kept)
    return turn


async def insert_spans(
    tx: Transaction, *, guild_id: int, turn_id: int, kept: Sequence[Span]
) -> None:
    """Keep who wrote what of a text, in its order."""
    if kept:
        await tx.execute(
            insert(spans),
            [
                {
                    "guild_id": guild_id,
                    "turn_id": turn_id,
                    "place": place,
                    "hand": span.hand,
                    "author_id": span.author_id,
                    "name": span.name,
                    "text": span.text,
                }
                for place, span in enumerate(kept)
            ],
        )


async def find_revision(tx: Transaction, *, guild_id: int, turn_id: int) -> Revision | None:
    """Return what a turn of kind REVISION does."""
    row = (
        await tx.execute(
            select(
                revisions.c.kind, revisions.c.target_id, revisions.c.other_id, revisions.c.at
            ).where(revisions.c.guild_id == guild_id, revisions.c.turn_id == turn_id)
        )
    ).one_or_none()
    return Revision(*row) if row else None


async def keep_original(tx: Transaction, *, guild_id: int, draft_id: int, text: str) -> None:
    """Keep what the model drafted before a member edits it; the first text counts."""
    if await find_original(tx, guild_id=guild_id, draft_id=draft_id) is None:
        await tx.execute(
            insert(draft_originals).values(guild_id=guild_id, draft_id=draft_id, text=text)
        )


async def find_original(tx: Transaction, *, guild_id: int, draft_id: int) -> str | None:
    """Return what the model drafted, None for a draft that nobody edited."""
    original: str | None = await tx.scalar(
        select(draft_originals.c.text)
        .join(
            line_drafts,
            (line_drafts.c.guild_id == draft_originals.c.guild_id)
            & (line_drafts.c.id == draft_originals.c.draft_id),
        )
        .where(draft_originals.c.guild_id == guild_id, draft_originals.c.draft_id == draft_id)
    )
    return original


async def is_revised(tx: Transaction, *, guild_id: int, turn_id: int) -> bool:
    """Whether any revision, on any branch, is of this turn."""
    found = await tx.scalar(
        select(revisions.c.turn_id)
        .where(
            revisions.c.guild_id == guild_id,
            (revisions.c.target_id == turn_id) | (revisions.c.other_id == turn_id),
        )
        .limit(1)
    )
    return found is not None


async def list_roots(tx: Transaction, *, guild_id: int, turn_id: int) -> list[int]:
    """Return the written turns that a revision changes; none for what is no revision."""
    first = await find_revision(tx, guild_id=guild_id, turn_id=turn_id)
    if first is None:
        return []
    roots: list[int] = []
    for passage_id in (first.target_id, first.other_id):
        root = passage_id
        while root is not None:  # the second half of a split has the id of the split
            above = await find_revision(tx, guild_id=guild_id, turn_id=root)
            if above is None:
                roots.append(root)
                break
            root = above.target_id
    return list(dict.fromkeys(roots))
