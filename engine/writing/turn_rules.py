"""The turn rules of a story: set, and read as they stand."""

from dataclasses import dataclass

from engine.errors import NotYourTurn, RulesFault, RulesRefused
from engine.runtime import Engine
from engine.storage import ballots, order_clocks, turns
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Ballot, Member, Story, Tally, TurnKind
from engine.story.order import (
    LEAST_EVERY,
    MOST_DEADLINE_HOURS,
    MOST_EVERY,
    Awaited,
    Mode,
    ModelPlace,
    Player,
    PlayerState,
    Standing,
    TurnRules,
    may_write,
)
from engine.writing.head import get_free_head, get_open_story
from engine.writing.order import Order, read_order
from engine.writing.order_clock import end_redo, wind_clock
from engine.writing.rights import require_starter

MODEL_SEAT = Member(0, "")


@dataclass(frozen=True, slots=True)
class OrderState:
    """The order of a story, as one member sees it."""

    story: Story
    rules: TurnRules
    players: tuple[Player, ...]  # who is in the round, the model as well, by seat
    awaited: Awaited
    you: Player | None  # None: the member has not joined
    may_write: bool  # the member; in VOTE, hand in a candidate
    candidate_id: int | None  # in VOTE, the member's own in the vote that is open
    may_name: bool  # the member wrote, and is to name the next
    is_being_written: bool  # the model is writing the newest turn
    deadline_ms: int | None
    vote: Tally | None  # in VOTE, the one that is open


async def set_rules(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    mode: Mode,
    model_place: ModelPlace = ModelPlace.ON_REQUEST,
    every: int = 0,
    deadline_hours: int = 0,
) -> OrderState:
    """Set the rules of the channel's open story. Players and turns stay as they are.

    `every` counts for EVERY_NTH alone. Where a player's turn has a deadline, it begins anew.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAllowed: the member is neither its starter nor a moderator.
        RulesRefused: the rules do not fit together.
    """
    rules = TurnRules(
        mode, model_place, every if model_place is ModelPlace.EVERY_NTH else 0, deadline_hours
    )
    check_rules(rules)
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        require_starter(story, member)
        await orders.save_rules(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            mode=rules.mode,
            model_place=rules.model_place,
            every=rules.every,
            deadline_hours=rules.deadline_hours,
        )
        await _seat_model(tx, story, rules)
        await order_clocks.delete_clocks(tx, guild_id=guild_id, story_id=story.id)
        await change_order(tx, engine, story, member)
        return await state_of(tx, story, member.id)


def check_rules(rules: TurnRules) -> None:
    """Raise RulesRefused for rules that do not fit together."""
    if rules.model_place is ModelPlace.EVERY_NTH and not LEAST_EVERY <= rules.every <= MOST_EVERY:
        raise RulesRefused(RulesFault.EVERY, LEAST_EVERY, MOST_EVERY)
    if not 0 <= rules.deadline_hours <= MOST_DEADLINE_HOURS:
        raise RulesRefused(RulesFault.HOURS, 1, MOST_DEADLINE_HOURS)
    if rules.model_place is ModelPlace.PLAYER and rules.mode is Mode.FREE:
        raise RulesRefused(RulesFault.NEEDS_ORDER)
    if rules.model_place is ModelPlace.STAND_IN:
        if not rules.mode.has_order:
            raise RulesRefused(RulesFault.NEEDS_ORDER)
        if not rules.deadline_hours:
            raise RulesRefused(RulesFault.NEEDS_DEADLINE)


async def _seat_model(tx: Transaction, story: Story, rules: TurnRules) -> None:
    order = await read_order(tx, story)
    assert order is not None
    model = order.find_model()
    plays = rules.model_place is ModelPlace.PLAYER and rules.mode.has_order
    if plays and model is None:
        await orders.add_player(
            tx, guild_id=story.guild_id, story_id=story.id, author=MODEL_SEAT, is_model=True
        )
    elif model is not None and not plays:
        await orders.change_player(
            tx, guild_id=story.guild_id, player_id=model.id, state=PlayerState.LEFT
        )


async def change_order(tx: Transaction, engine: Engine, story: Story, member: Member) -> None:
    """Take a change of rules or players into account: the clock, and what can be redone."""
    now_ms = engine.clock()
    try:
        await get_free_head(tx, story)
    except NotYourTurn:
        pass  # while the model writes there is nothing to redo
    else:
        await end_redo(tx, story, member_id=member.id, now_ms=now_ms)
    await wind_clock(tx, story, now_ms)


async def order_state(
    engine: Engine, *, guild_id: int, channel_id: int, member_id: int
) -> OrderState:
    """Tell whose turn it is in the channel's open story. Without rules it is FREE.

    Raises:
        NoOpenStory: the channel has no open story.
    """
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        return await state_of(tx, story, member_id)


async def state_of(tx: Transaction, story: Story, member_id: int) -> OrderState:
    """Tell whose turn it is in a story, as `order_state` does."""
    order = await read_order(tx, story) or NO_ORDER
    clock = await order_clocks.find_clock(tx, guild_id=story.guild_id, branch_id=story.branch_id)
    try:
        await get_free_head(tx, story)
        is_being_written = False
    except NotYourTurn:
        is_being_written = True
    you = order.find_member(member_id)
    vote = candidate_id = None
    if order.vote is not None:
        vote = await ballots.read_tally(tx, guild_id=story.guild_id, ballot_id=order.vote.id)
        if member_id:  # 0: nobody in particular
            candidate_id = await find_candidate(tx, order.vote, TurnKind.HUMAN, member_id)
    naming = order.awaited.naming
    is_free = not is_being_written
    return OrderState(
        story=story,
        rules=order.rules,
        players=order.playing,
        awaited=order.awaited,
        you=you,
        may_write=(
            is_free and candidate_id is None and may_write(order.rules, order.awaited, member_id)
        ),
        candidate_id=candidate_id,
        may_name=is_free and naming is not None and you is not None and naming.id == you.id,
        is_being_written=is_being_written,
        deadline_ms=clock.deadline_ms if clock else None,
        vote=vote,
    )


async def find_candidate(
    tx: Transaction, vote: Ballot, kind: TurnKind, member_id: int
) -> int | None:
    """Return the candidate of the member's in a vote or, MODEL, the model's."""
    for turn_id in vote.candidate_ids:
        turn = await turns.find_turn(tx, guild_id=vote.guild_id, turn_id=turn_id)
        if turn is None or turn.kind is not kind:
            continue
        if kind is TurnKind.MODEL or turn.author_id == member_id:
            return turn.id
    return None


NO_ORDER = Order(
    rules=TurnRules(),
    players=(),
    standing=Standing(),
    steps=(),
    awaited=Awaited(),
    vote=None,
)
