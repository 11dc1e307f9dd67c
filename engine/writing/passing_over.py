"""Turns of the model's own that come to nothing: the order goes on without them."""

from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Story, Turn
from engine.story.order import Due, StepKind, next_player
from engine.writing.order import Order, read_order
from engine.writing.order_clock import record_step


async def pass_over_model(tx: Transaction, story: Story, now_ms: int) -> None:
    """Let the order go on without the turn that the model is to write by itself at the head."""
    order = await read_order(tx, story)
    if order is None or order.awaited.due in {None, Due.CANDIDATE}:
        return
    if order.awaited.due is Due.NTH:
        await _record(tx, story, order, StepKind.SKIP_MODEL, now_ms)
    elif order.awaited.due is Due.PLAYER:
        await _record(tx, story, order, StepKind.SKIP, now_ms)
    else:
        await _record(tx, story, order, StepKind.OVERDUE, now_ms)


async def pass_over_withdrawn(tx: Transaction, story: Story, turn: Turn, now_ms: int) -> None:
    """Pass over the model where its own turn ended without a word; `story` is without it."""
    if await _is_due_turn(tx, turn):
        await pass_over_model(tx, story, now_ms)


async def pass_over_undone(tx: Transaction, story: Story, turn: Turn, now_ms: int) -> None:
    """Pass over the model where its own turn was undone, or it would write at once again.

    A turn in which it stood in is its player's once more. `story` is without the turn.
    """
    if not await _is_due_turn(tx, turn):
        return
    order = await read_order(tx, story)
    if order is not None and order.awaited.due is Due.STAND_IN:
        await record_step(
            tx,
            story,
            order,
            StepKind.HAND_OVER,
            to=order.awaited.player,
            ends_redo=False,
            now_ms=now_ms,
        )
    else:
        await pass_over_model(tx, story, now_ms)


async def _is_due_turn(tx: Transaction, turn: Turn) -> bool:
    played = await orders.find_played(tx, guild_id=turn.guild_id, turn_id=turn.id)
    return played is not None and played[1] is not None


async def _record(tx: Transaction, story: Story, order: Order, kind: StepKind, now_ms: int) -> None:
    to = None
    if kind is not StepKind.SKIP_MODEL:
        to = next_player(order.players, order.awaited.player, order.standing)
    await record_step(tx, story, order, kind, to=to, ends_redo=False, now_ms=now_ms)
