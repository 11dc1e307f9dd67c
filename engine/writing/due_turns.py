"""Turns that the model writes by itself: each Nth, as a player, standing in, in a vote."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.errors import ContentRefused, NothingDue, NotYourTurn
from engine.runtime import Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import order_clocks, turns
from engine.storage.database import Transaction
from engine.story import Member, MoveKind, Story, Turn, TurnKind, TurnState
from engine.story.order import Due, Player
from engine.writing.draft import Draft
from engine.writing.following import begin_draft, reserve_place
from engine.writing.head import find_story_on_branch, get_free_head, get_open_story, move_story
from engine.writing.order import Order, read_order, record_seat
from engine.writing.passing_over import pass_over_model
from engine.writing.proposing import open_vote
from engine.writing.slot import Slot

BY_ITSELF = Member(0, "")  # nobody asked for the turn


@dataclass(frozen=True, slots=True)
class DueTurn:
    """A turn that the model is to write by itself, after the head as it stands."""

    story: Story  # on the branch on which it is due
    due: Due
    player: Player | None  # whose turn it is; None for NTH and CANDIDATE


async def due_model_turns(engine: Engine) -> list[DueTurn]:
    """Return what the model is to write by itself in the open stories of all servers."""
    async with engine.database.reading() as tx:
        found = []
        for place in await order_clocks.list_self_writing(tx):
            story = await find_story_on_branch(
                tx,
                guild_id=place.guild_id,
                story_id=place.story_id,
                branch_id=place.branch_id,
            )
            due = await _find_due(tx, story) if story else None
            if due is not None:
                found.append(due)
        return found


async def find_due_turn(engine: Engine, *, guild_id: int, channel_id: int) -> DueTurn | None:
    """Return what the model is to write by itself in a channel's open story, if anything.

    Raises:
        NoOpenStory: the channel has no open story.
    """
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        return await _find_due(tx, story)


async def _find_due(tx: Transaction, story: Story) -> DueTurn | None:
    order = await read_order(tx, story)
    if order is None or order.awaited.due is None:
        return None
    try:
        await get_free_head(tx, story)
    except NotYourTurn:
        return None
    return DueTurn(story, order.awaited.due, _player_of(order))


def _player_of(order: Order) -> Player | None:
    takes_a_seat = order.awaited.due in {Due.PLAYER, Due.STAND_IN}
    return order.awaited.player if takes_a_seat else None


@asynccontextmanager
async def write_due_turn(
    engine: Engine, due: DueTurn, *, channel_is_age_restricted: bool, interaction_id: int
) -> AsyncGenerator[Draft]:
    """Let the model write a turn of its own; leaving the block waits until it is written.

    A CANDIDATE's turn has a `ballot_id`. What ends without a word is not tried again: the turn
    goes to the next. `interaction_id` is any number of Discord's or ours that is used once.

    Raises:
        NothingDue: it is not due any more.
        ContentRefused: the story's rating is not allowed in this channel; the turn is skipped.
        QueueFull: too many turns wait; it stays due.
        NotYourTurn: the model is writing already.
    """
    story = due.story
    # The model's own turns share no member's places in the queue.
    writer = Member(-story.id, "")
    with reserve_place(engine, story.guild_id, story.channel_id, writer) as ticket:
        try:
            async with engine.database.writing() as tx:
                story, turn = await _accept(
                    tx,
                    engine,
                    due,
                    channel_is_age_restricted=channel_is_age_restricted,
                    interaction_id=interaction_id,
                )
        except ContentRefused:
            async with engine.database.writing() as tx:
                await pass_over_model(tx, story, engine.clock())
            raise
        draft = begin_draft(engine, story, turn, Slot(ticket))
    yield draft
    await draft.finished()


async def _accept(
    tx: Transaction,
    engine: Engine,
    due: DueTurn,
    *,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> tuple[Story, Turn]:
    now_ms = engine.clock()
    story, order = await _read_still_due(tx, due)
    refuse_unfit(story.rating, channel_is_age_restricted=channel_is_age_restricted)
    player = _player_of(order)
    author = BY_ITSELF
    if due.due is Due.STAND_IN and player is not None:
        author = Member(player.member_id, player.name)
    vote = None
    if due.due is Due.CANDIDATE:
        vote = await open_vote(
            tx, engine, story, BY_ITSELF, kind=TurnKind.MODEL, interaction_id=interaction_id
        )
    turn = await turns.insert_turn(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        parent_id=story.head_turn_id,
        kind=TurnKind.MODEL,
        state=TurnState.ACCEPTED,
        author=author,
        ballot_id=vote.id if vote else None,
        interaction_id=interaction_id,
        now_ms=now_ms,
    )
    await record_seat(tx, turn, player, due=due.due)
    if vote is None:
        await move_story(
            tx,
            story,
            MoveKind.CONTINUE,
            turn.id,
            member_id=author.id,
            interaction_id=interaction_id,
            now_ms=now_ms,
        )
    return story, turn


async def _read_still_due(tx: Transaction, due: DueTurn) -> tuple[Story, Order]:
    story = await find_story_on_branch(
        tx,
        guild_id=due.story.guild_id,
        story_id=due.story.id,
        branch_id=due.story.branch_id,
    )
    if story is None or story.head_turn_id != due.story.head_turn_id:
        raise NothingDue
    await get_free_head(tx, story)
    order = await read_order(tx, story)
    if order is None or order.awaited.due is not due.due or _player_of(order) != due.player:
        raise NothingDue
    return story, order
