"""What the path to a head says about the order of turns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, false, literal, or_, select

from engine.storage.database import Transaction
from engine.storage.rows import AnyRow
from engine.storage.schema import lines, played_turns, turns
from engine.story import TurnKind
from engine.story.order import Due, Standing


async def look_back(
    tx: Transaction, *, guild_id: int, head_turn_id: int | None, every: int = 0, seats: bool = True
) -> Standing:
    """Look back from a head: over `every` turns, and to the newest that was some player's.

    Without `seats` no player is looked for. The cost is that of the way back, not of the path.
    """
    if head_turn_id is None:
        return Standing()
    rows = await tx.execute(_way_back(guild_id, head_turn_id, every, seats=seats))
    return _standing([row for row in rows if row.kind is not TurnKind.REVISION])


def _way_back(guild_id: int, head_turn_id: int, every: int, *, seats: bool) -> Select[Any]:
    is_turn = case((turns.c.kind == TurnKind.REVISION, 0), else_=1)
    is_seated = case((played_turns.c.player_id.is_not(None), 1), else_=0)
    played = (played_turns.c.guild_id == turns.c.guild_id) & (played_turns.c.turn_id == turns.c.id)
    begin = (
        select(
            turns.c.id,
            turns.c.parent_id,
            is_turn.label("depth"),
            is_seated.label("found"),
            literal(1).label("step"),
        )
        .select_from(turns.outerjoin(played_turns, played))
        .where(turns.c.guild_id == guild_id, turns.c.id == head_turn_id)
        .cte("way", recursive=True)
    )
    # An Nth turn of the model is no anchor, so one more turn than are counted is looked at.
    goes_on = or_(begin.c.depth < max(every, 1) + 1, (begin.c.found == 0) if seats else false())
    way = begin.union_all(
        select(
            turns.c.id,
            turns.c.parent_id,
            begin.c.depth + is_turn,
            case((begin.c.found == 1, 1), else_=is_seated),
            begin.c.step + 1,
        )
        .select_from(
            begin.join(
                turns, (turns.c.guild_id == guild_id) & (turns.c.id == begin.c.parent_id)
            ).outerjoin(played_turns, played)
        )
        .where(goes_on)
    )
    return (
        select(
            turns.c.id,
            turns.c.kind,
            played_turns.c.player_id,
            played_turns.c.due,
            lines.c.character_id,
        )
        .select_from(
            way.join(turns, (turns.c.guild_id == guild_id) & (turns.c.id == way.c.id))
            .outerjoin(played_turns, played)
            .outerjoin(
                lines, (lines.c.guild_id == turns.c.guild_id) & (lines.c.turn_id == turns.c.id)
            )
        )
        .order_by(way.c.step)
    )


def _standing(newest_first: Sequence[AnyRow]) -> Standing:
    is_model = [row.kind is TurnKind.MODEL and row.character_id is None for row in newest_first]
    anchor = next((row.id for row in newest_first if row.due is not Due.NTH), None)
    seat = next((row.player_id for row in newest_first if row.player_id is not None), None)
    return Standing(
        anchor_turn_id=anchor,
        last_player_id=seat,
        is_after_model=bool(is_model) and is_model[0],
        turns_since_model=is_model.index(True) if True in is_model else len(is_model),
    )
