"""What comes with time: overdue turns pass on, votes close, reminders come due."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors import NotYourTurn
from engine.runtime import Engine
from engine.storage import ballots, order_clocks, turns
from engine.storage.database import Transaction
from engine.storage.order_clocks import Waiting
from engine.story import Member, Story, StoryState, Turn
from engine.story.order import Awaited, Due, ModelPlace, Player, StepKind, next_player
from engine.writing.head import find_story_on_branch, get_free_head
from engine.writing.order import Order, read_order
from engine.writing.order_clock import is_same, list_awaited, record_step, wind_clock
from engine.writing.voting import choose_candidate

NOBODY = Member(0, "")


class PassedKind(StrEnum):
    """What a deadline did."""

    SKIPPED = "skipped"  # the player's turn went to the next
    STANDS_IN = "stands_in"  # the model is to write in the player's place
    UNNAMED = "unnamed"  # nobody was named: the order of seats decided
    MODEL_SKIPPED = "model_skipped"  # the model did not write
    VOTED = "voted"  # the vote closed, and `turn` is the next


@dataclass(frozen=True, slots=True)
class Passed:
    """One deadline that passed, and what is awaited now."""

    story: Story  # on its branch, with the head as it is now
    kind: PassedKind
    player: Player | None  # who was awaited
    awaited: Awaited
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A member who asked to be reminded, and whose turn or vote it is."""

    story: Story
    member_id: int
    is_vote: bool
    deadline_ms: int | None


async def next_deadline(engine: Engine) -> int | None:
    """Return when `pass_overdue` or `take_reminders` next has something to do, of all servers.

    In epoch milliseconds; it may lie in the past. None: nothing is awaited.
    """
    async with engine.database.reading() as tx:
        return await order_clocks.find_next_time(tx)


async def pass_overdue(engine: Engine) -> list[Passed]:
    """Let every deadline that has passed take effect, once, on all servers."""
    async with engine.database.reading() as tx:
        waiting = await order_clocks.list_overdue(tx, now_ms=engine.clock())
    passed = []
    for place in waiting:
        async with engine.database.writing() as tx:
            one = await _pass(tx, engine, place)
        if one is not None:
            passed.append(one)
    return passed


async def take_reminders(engine: Engine) -> list[Reminder]:
    """Return whom to remind now, on all servers; each is returned once and never again."""
    async with engine.database.reading() as tx:
        waiting = await order_clocks.list_reminders(tx, now_ms=engine.clock())
    reminders = []
    for place in waiting:
        async with engine.database.writing() as tx:
            reminders += await _take(tx, engine, place)
    return reminders


async def _pass(tx: Transaction, engine: Engine, place: Waiting) -> Passed | None:
    now_ms = engine.clock()
    found = await _read(tx, place)
    if found is None:
        return None
    story, order = found
    clock = await order_clocks.find_clock(tx, guild_id=place.guild_id, branch_id=place.branch_id)
    if clock is None or clock.deadline_ms is None or clock.deadline_ms > now_ms:
        return None
    if not is_same(clock, order) or await _is_being_written(tx, story):
        await wind_clock(tx, story, now_ms, again=True)
        return None
    player = order.awaited.player or order.awaited.naming
    turn = None
    if order.vote is not None:
        kind = PassedKind.VOTED
        turn = await _close_vote(tx, engine, story, order)
        if turn is None:
            await wind_clock(tx, story, now_ms, again=True)
            return None
    else:
        kind = await _step_on(tx, story, order, now_ms)
    story, order = await _read(tx, place) or (story, order)
    return Passed(story, kind, player, order.awaited, turn)


async def _read(tx: Transaction, place: Waiting) -> tuple[Story, Order] | None:
    story = await find_story_on_branch(
        tx, guild_id=place.guild_id, story_id=place.story_id, branch_id=place.branch_id
    )
    if story is None or story.state is StoryState.ENDED:
        return None
    order = await read_order(tx, story)
    return (story, order) if order is not None else None


async def _is_being_written(tx: Transaction, story: Story) -> bool:
    try:
        await get_free_head(tx, story)
    except NotYourTurn:
        return True
    return False


async def _step_on(tx: Transaction, story: Story, order: Order, now_ms: int) -> PassedKind:
    awaited = order.awaited
    if awaited.due is Due.NTH:
        await record_step(tx, story, order, StepKind.SKIP_MODEL, to=None, now_ms=now_ms)
        return PassedKind.MODEL_SKIPPED
    whose = awaited.player or awaited.naming
    if whose is not None and _stands_in(order, whose):
        await record_step(tx, story, order, StepKind.STAND_IN, to=whose, now_ms=now_ms)
        return PassedKind.STANDS_IN
    to = next_player(order.players, whose, order.standing)
    await record_step(tx, story, order, StepKind.OVERDUE, to=to, now_ms=now_ms)
    if awaited.naming is not None:
        return PassedKind.UNNAMED
    return PassedKind.MODEL_SKIPPED if whose and whose.is_model else PassedKind.SKIPPED


def _stands_in(order: Order, whose: Player) -> bool:
    """Whether the model writes in an overdue player's place: once, and never after itself."""
    return (
        order.rules.model_place is ModelPlace.STAND_IN
        and order.awaited.naming is None
        and order.awaited.due is None
        and whose.may_be_stood_in
        and not order.standing.is_after_model
    )


async def _close_vote(tx: Transaction, engine: Engine, story: Story, order: Order) -> Turn | None:
    """Choose what has most votes, of equals what was handed in first; None: nothing can be."""
    assert order.vote is not None
    tally = await ballots.read_tally(tx, guild_id=story.guild_id, ballot_id=order.vote.id)
    assert tally is not None
    ranked = sorted(
        zip(tally.votes, tally.ballot.candidate_ids, strict=True),
        key=lambda each: (-each[0], each[1]),
    )
    for _, turn_id in ranked:
        turn = await turns.find_turn(tx, guild_id=story.guild_id, turn_id=turn_id)
        if turn is not None and turn.text and not turn.is_being_written:
            await choose_candidate(tx, engine, story, turn, NOBODY)
            return turn
    return None


async def _take(tx: Transaction, engine: Engine, place: Waiting) -> list[Reminder]:
    it = {"guild_id": place.guild_id, "branch_id": place.branch_id}
    clock = await order_clocks.find_clock(tx, **it)
    if clock is None or clock.reminder_ms is None or clock.reminder_ms > engine.clock():
        return []
    await order_clocks.set_reminder(tx, **it, reminder_ms=None)
    found = await _read(tx, place)
    if found is None or not is_same(clock, found[1]):
        return []
    story, order = found
    voters: set[int] = set()
    if order.vote is not None:
        voters = await ballots.list_voters(tx, guild_id=place.guild_id, ballot_id=order.vote.id)
    return [
        Reminder(story, player.member_id, order.vote is not None, clock.deadline_ms)
        for player in list_awaited(order)
        if player.wants_reminder and player.member_id not in voters
    ]
