"""Since when somebody is awaited on a branch, and until when.

The one thing of the order that is kept: wound whenever the head moves or the order is changed.
"""

from engine.storage import moves, order_clocks
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.storage.order_clocks import Clock
from engine.story import MoveKind, Story
from engine.story.order import Due, Player, StepKind
from engine.writing.order import Order, read_order

HOUR_MS = 3_600_000
REMINDED_AFTER_HOURS = 24  # without a deadline; else after half of it


async def record_step(
    tx: Transaction,
    story: Story,
    order: Order,
    kind: StepKind,
    *,
    to: Player | None,
    member_id: int = 0,
    interaction_id: int | None = None,
    ends_redo: bool = True,
    now_ms: int,
) -> None:
    """Note what is done about the order at the story's free head, and wind the clock.

    What a member or a deadline does ends what could be redone; `ends_redo` says otherwise.
    """
    awaited = order.awaited.player or order.awaited.naming
    await orders.insert_step(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        anchor_turn_id=order.standing.anchor_turn_id,
        kind=kind,
        player_id=awaited.id if awaited else None,
        to_player_id=to.id if to else None,
        member_id=member_id,
        interaction_id=interaction_id,
        now_ms=now_ms,
    )
    if ends_redo:
        await end_redo(tx, story, member_id=member_id, now_ms=now_ms)
    await wind_clock(tx, story, now_ms, again=True)


async def end_redo(tx: Transaction, story: Story, *, member_id: int, now_ms: int) -> None:
    """Let nothing be redone at the story's free head: it would come out of turn."""
    await moves.move_head(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        kind=MoveKind.ORDER,
        expected=story.head_turn_id,
        to=story.head_turn_id,
        member_id=member_id,
        interaction_id=None,
        now_ms=now_ms,
    )


async def wind_clock(tx: Transaction, story: Story, now_ms: int, *, again: bool = False) -> None:
    """Start the clock of the story's branch, unless the same is awaited as before."""
    order = await read_order(tx, story)
    if order is None:
        return
    clock = await order_clocks.find_clock(tx, guild_id=story.guild_id, branch_id=story.branch_id)
    if clock is None or again or not is_same(clock, order):
        await save_clock(tx, story, order, now_ms)


def is_same(clock: Clock, order: Order) -> bool:
    """Whether a clock runs for what is awaited."""
    kept = (clock.anchor_turn_id, clock.player_id, clock.ballot_id, clock.due)
    return kept == _awaits(order)


def _awaits(order: Order) -> tuple[int | None, int | None, int | None, Due | None]:
    awaited = order.awaited.player or order.awaited.naming
    return (
        order.standing.anchor_turn_id,
        awaited.id if awaited else None,
        order.vote.id if order.vote else None,
        order.awaited.due if order.awaited.due is not Due.CANDIDATE else None,
    )


async def save_clock(tx: Transaction, story: Story, order: Order, since_ms: int) -> None:
    """Let the clock of the story's branch run for what is awaited, since `since_ms`."""
    anchor_turn_id, player_id, ballot_id, due = _awaits(order)
    hours = order.rules.deadline_hours
    runs = player_id is not None or ballot_id is not None or due is not None
    deadline_ms = None
    if hours and runs and not _rests(order):
        deadline_ms = since_ms + hours * HOUR_MS
    await order_clocks.save_clock(
        tx,
        guild_id=story.guild_id,
        branch_id=story.branch_id,
        anchor_turn_id=anchor_turn_id,
        player_id=player_id,
        ballot_id=ballot_id,
        due=due,
        since_ms=since_ms,
        deadline_ms=deadline_ms,
        reminder_ms=_reminder_ms(order, since_ms),
    )


async def renew_reminder(tx: Transaction, story: Story, now_ms: int) -> None:
    """Set the reminder of what is awaited, if its time is still to come; the rest stays."""
    order = await read_order(tx, story)
    clock = await order_clocks.find_clock(tx, guild_id=story.guild_id, branch_id=story.branch_id)
    if order is None or clock is None or not is_same(clock, order):
        return
    reminder_ms = _reminder_ms(order, clock.since_ms)
    if reminder_ms is not None and reminder_ms <= now_ms:
        reminder_ms = clock.reminder_ms
    await order_clocks.set_reminder(
        tx, guild_id=story.guild_id, branch_id=story.branch_id, reminder_ms=reminder_ms
    )


def _reminder_ms(order: Order, since_ms: int) -> int | None:
    if not any(player.wants_reminder for player in list_awaited(order)):
        return None
    hours = order.rules.deadline_hours
    return since_ms + int((hours / 2 if hours else REMINDED_AFTER_HOURS) * HOUR_MS)


def list_awaited(order: Order) -> list[Player]:
    """Return the members who are awaited: one, or in a vote all who take part."""
    if order.vote is not None:
        return [player for player in order.playing if not player.is_model]
    awaited = order.awaited.player or order.awaited.naming
    return [] if awaited is None or awaited.is_model else [awaited]


def _rests(order: Order) -> bool:
    """Whether everybody let a deadline pass: then the story waits without one."""
    people = sum(not player.is_model for player in order.playing)
    passed = sum(step.kind is StepKind.OVERDUE for step in order.steps)
    return passed >= max(people, 1)
