"""Paths of a story: from its beginning to a head, as they are stored and as they are told."""

from collections import defaultdict
from dataclasses import fields

from sqlalchemy import select

from engine.storage.database import Transaction
from engine.storage.rows import select_turns, to_turn
from engine.storage.schema import revisions, spans, turns
from engine.story import Turn, TurnKind
from engine.story.revision import Node, Passage, Revision, Span, tell_passages


async def list_stored(tx: Transaction, *, guild_id: int, head_turn_id: int | None) -> list[Turn]:
    """Return the turns and revisions up to `head_turn_id` as they are stored; none for None."""
    step = select(turns.c.guild_id, turns.c.id, turns.c.parent_id)
    path = step.where(turns.c.guild_id == guild_id, turns.c.id == head_turn_id).cte(
        "path", recursive=True
    )
    path = path.union_all(
        step.join(path, (path.c.guild_id == turns.c.guild_id) & (path.c.parent_id == turns.c.id))
    )
    # Joined by the path's own columns, so that the cost is that of the path, not of the server.
    rows = await tx.execute(
        select_turns()
        .join(path, (path.c.guild_id == turns.c.guild_id) & (path.c.id == turns.c.id))
        .order_by(turns.c.number)
    )
    found = [to_turn(row) for row in rows]
    # A revision has its parent's number, and comes after it.
    found.sort(key=lambda turn: (turn.number, turn.kind is TurnKind.REVISION, turn.id))
    return found


async def list_nodes(tx: Transaction, *, guild_id: int, head_turn_id: int | None) -> list[Node]:
    """Return the raw nodes of a path: turns and revisions, each with the spans kept with it."""
    stored = await list_stored(tx, guild_id=guild_id, head_turn_id=head_turn_id)
    return await nodes_of(tx, stored, guild_id=guild_id) if stored else []


async def list_passages(
    tx: Transaction, *, guild_id: int, head_turn_id: int | None
) -> list[Passage]:
    """Return the passages of a path as they are told, each with who wrote what."""
    return tell_passages(await list_nodes(tx, guild_id=guild_id, head_turn_id=head_turn_id))


async def nodes_of(tx: Transaction, stored: list[Turn], *, guild_id: int) -> list[Node]:
    """Return turns of one story with what is kept of them as revisions, and their spans."""
    story_id = stored[0].story_id
    in_story = select(turns.c.id).where(turns.c.guild_id == guild_id, turns.c.story_id == story_id)
    rows = await tx.execute(
        select(revisions.c.turn_id, *(revisions.c[field.name] for field in fields(Revision))).where(
            revisions.c.guild_id == guild_id, revisions.c.turn_id.in_(in_story)
        )
    )
    found = {turn_id: Revision(*values) for turn_id, *values in rows}
    rows = await tx.execute(
        select(spans.c.turn_id, *(spans.c[field.name] for field in fields(Span)))
        .where(spans.c.guild_id == guild_id, spans.c.turn_id.in_(in_story))
        .order_by(spans.c.turn_id, spans.c.place)
    )
    kept: dict[int, list[Span]] = defaultdict(list)
    for turn_id, *values in rows:
        kept[turn_id].append(Span(*values))
    return [Node(turn, found.get(turn.id), tuple(kept.get(turn.id, ()))) for turn in stored]
