"""Turns that the model writes: asked for, tried again, stopped, resumed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from engine.errors import NothingToRetry, StoryMovedOn
from engine.runtime import Ending, Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import order as orders
from engine.storage import turns
from engine.storage.database import Transaction
from engine.storage.moves import list_moves
from engine.story import Member, MoveKind, Outcome, Story, Turn, TurnKind, TurnState
from engine.story.order import Due, Player
from engine.writing.draft import Draft
from engine.writing.finishing import finish_turn
from engine.writing.following import begin_draft, find_turn_of, follow_turn, reserve_place
from engine.writing.head import (
    UNSET,
    ExpectedHead,
    find_newest_turn,
    get_free_head,
    get_open_story,
    get_turn_and_story,
    move_story,
    refuse_ended,
)
from engine.writing.order import check_may_add, record_seat
from engine.writing.rights import require_author
from engine.writing.slot import Slot
from engine.writing.telling import carry_revisions
from engine.writing.texts import MOST_DIRECTION_CHARACTERS, tidy_line


@asynccontextmanager
async def continue_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    direction: str = "",
    expected_head_id: ExpectedHead = UNSET,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> AsyncGenerator[Draft]:
    """Let the model write the next turn; leaving the block waits until it is written.

    The turn is accepted, as a row, when the block is entered, and is written to its end even if
    the block is left by an exception. The same interaction again follows the same turn.

    Raises:
        TextRefused: the direction is too long.
        NoOpenStory: the channel has no open story.
        ContentRefused: the story's rating is not allowed in this channel.
        QueueFull: too many turns wait.
        NotYourTurn: the model is writing already.
        StoryMovedOn: the head is not the expected one.
        ChosenByVote, ModelHasItsPlace, NotAPlayer, OutOfTurn: the turn rules refuse it.
    """
    direction = tidy_line(direction, MOST_DIRECTION_CHARACTERS)
    known = await find_turn_of(engine, guild_id=guild_id, interaction_id=interaction_id)
    if known is not None:
        draft = await follow_turn(engine, guild_id=guild_id, turn_id=known.id)
    else:
        with reserve_place(engine, guild_id, channel_id, member) as ticket:
            async with engine.database.writing() as tx:
                story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
                refuse_unfit(story.rating, channel_is_age_restricted=channel_is_age_restricted)
                await get_free_head(tx, story, expected_head_id)
                player = await check_may_add(tx, story, member, kind=TurnKind.MODEL)
                turn = await _accept(
                    tx,
                    engine,
                    story,
                    kind=MoveKind.CONTINUE,
                    parent_id=story.head_turn_id,
                    member=member,
                    direction=direction,
                    interaction_id=interaction_id,
                    player=player,
                )
            draft = begin_draft(engine, story, turn, Slot(ticket))
    yield draft
    await draft.finished()


@asynccontextmanager
async def retry_turn(
    engine: Engine,
    *,
    guild_id: int,
    turn_id: int,
    member: Member,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> AsyncGenerator[Draft]:
    """Let the model write its newest turn anew, beside the old one, as `continue_story` does.

    A turn that ended without a word can be retried as long as nothing came after it.

    Raises:
        TurnNotFound: the server has no such turn.
        NothingToRetry: a member wrote it.
        StoryEnded: the story has ended.
        ContentRefused: the story's rating is not allowed in this channel.
        NotAllowed: the turn was asked for by somebody else.
        QueueFull: too many turns wait.
        NotYourTurn: the model is writing.
        StoryMovedOn: the turn is not the newest one.
        ModelHasItsPlace, NotAPlayer, OutOfTurn: the turn rules refuse to ask for it anew.
    """
    known = await find_turn_of(engine, guild_id=guild_id, interaction_id=interaction_id)
    if known is not None:
        draft = await follow_turn(engine, guild_id=guild_id, turn_id=known.id)
    else:
        async with engine.database.reading() as tx:
            _, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        with reserve_place(engine, guild_id, story.channel_id, member) as ticket:
            async with engine.database.writing() as tx:
                old, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
                refuse_ended(story)
                refuse_unfit(story.rating, channel_is_age_restricted=channel_is_age_restricted)
                require_author(story, old, member)
                await _refuse_unless_newest(tx, story, old)
                player, due = await _seat_of_retry(tx, story, old, member)
                turn = await _accept(
                    tx,
                    engine,
                    story,
                    kind=MoveKind.RETRY,
                    parent_id=await carry_revisions(
                        tx, story, old.parent_id, interaction_id=interaction_id
                    ),
                    member=member,
                    direction=old.direction,
                    interaction_id=interaction_id,
                    player=player,
                    due=due,
                )
            draft = begin_draft(engine, story, turn, Slot(ticket))
    yield draft
    await draft.finished()


@asynccontextmanager
async def resume_turn(engine: Engine, turn: Turn) -> AsyncGenerator[Draft]:
    """Go on with a turn that was accepted before a restart; leaving the block waits for its end.

    A turn whose text is written already gives a finished draft. The place in the queue is free
    of limits: the turn had one before.

    Raises:
        TurnNotFound: the turn was erased.
    """
    draft = await follow_turn(engine, guild_id=turn.guild_id, turn_id=turn.id)
    yield draft
    await draft.finished()


async def stop_turn(engine: Engine, *, guild_id: int, turn_id: int, member: Member) -> None:
    """Stop the model, in the queue or while it writes; the text so far is the turn.

    A turn that is written already stays as it is.

    Raises:
        TurnNotFound: the server has no such turn.
        NotAllowed: the turn was asked for by somebody else.
    """
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
    require_author(story, turn, member)
    if live := engine.drafts.find(turn.id):
        live.end(Ending.STOP)
    elif turn.is_being_written:  # accepted before a restart and not resumed yet
        await finish_turn(engine, turn, text=turn.text, outcome=Outcome.STOPPED)


async def _refuse_unless_newest(tx: Transaction, story: Story, turn: Turn) -> None:
    if turn.kind is TurnKind.HUMAN or turn.character is not None:  # a line is drafted anew
        raise NothingToRetry
    await get_free_head(tx, story)
    newest = await find_newest_turn(tx, story)
    if newest is not None and newest.id == turn.id:
        return
    moves = await list_moves(tx, guild_id=story.guild_id, branch_id=story.branch_id)
    ended_without_a_word = (
        len(moves) == 1 and moves[0].kind is MoveKind.WITHDRAW and moves[0].from_turn_id == turn.id
    )
    if not ended_without_a_word:
        raise StoryMovedOn(story.head_turn_id)


async def _seat_of_retry(
    tx: Transaction, story: Story, old: Turn, member: Member
) -> tuple[Player | None, Due | None]:
    """Return whose turn it stays; what ended without a word is asked for anew."""
    newest = await find_newest_turn(tx, story)
    if newest is None or newest.id != old.id:
        return await check_may_add(tx, story, member, kind=TurnKind.MODEL), None
    played = await orders.find_played(tx, guild_id=story.guild_id, turn_id=old.id)
    if played is None:
        return None, None
    players = await orders.list_players(tx, guild_id=story.guild_id, story_id=story.id)
    return next((each for each in players if each.id == played[0]), None), played[1]


async def _accept(
    tx: Transaction,
    engine: Engine,
    story: Story,
    *,
    kind: MoveKind,
    parent_id: int | None,
    member: Member,
    direction: str,
    interaction_id: int,
    player: Player | None,
    due: Due | None = None,
) -> Turn:
    turn = await turns.insert_turn(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        parent_id=parent_id,
        kind=TurnKind.MODEL,
        state=TurnState.ACCEPTED,
        author=member,
        direction=direction,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    await record_seat(tx, turn, player, due=due)
    await move_story(
        tx,
        story,
        kind,
        turn.id,
        member_id=member.id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    return turn
