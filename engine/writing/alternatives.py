"""Three drafts of the next turn, between which the members choose."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from engine.errors import BallotClosed, ChosenByVote
from engine.runtime import Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import ballots, turns
from engine.storage.database import Transaction
from engine.story import (
    Ballot,
    Member,
    Story,
    Turn,
    TurnKind,
    TurnState,
)
from engine.story.order import Player
from engine.writing.draft import Alternatives, Draft
from engine.writing.following import begin_draft, find_turn_of, follow_turn, reserve_place
from engine.writing.head import (
    UNSET,
    ExpectedHead,
    get_free_head,
    get_open_story,
)
from engine.writing.order import check_may_add, record_seat
from engine.writing.order_clock import wind_clock
from engine.writing.proposing import open_vote
from engine.writing.slot import Slot

CANDIDATES = 3


@asynccontextmanager
async def offer_alternatives(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    expected_head_id: ExpectedHead = UNSET,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> AsyncGenerator[Alternatives]:
    """Let the model write the next turn three times over; leaving the block waits for all.

    The head stays where it is until one is chosen. All three take one place in the queue. The
    same interaction again follows the same drafts. Where turns are chosen by vote, the model
    writes one candidate, and the ballot is the vote with the members' candidates.

    Raises:
        NoOpenStory: the channel has no open story.
        ContentRefused: the story's rating is not allowed in this channel.
        QueueFull: too many turns wait.
        NotYourTurn: the model is writing.
        StoryMovedOn: the head is not the expected one.
        HandedInAlready, VoteFull: the vote takes no (further) candidate of the model's.
        ModelHasItsPlace, NotAPlayer, OutOfTurn: the turn rules refuse it.
    """
    known = await find_turn_of(engine, guild_id=guild_id, interaction_id=interaction_id)
    if known is not None and known.ballot_id is not None:
        alternatives = await follow_ballot(engine, guild_id=guild_id, ballot_id=known.ballot_id)
    else:
        with reserve_place(engine, guild_id, channel_id, member) as ticket:
            async with engine.database.writing() as tx:
                story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
                refuse_unfit(story.rating, channel_is_age_restricted=channel_is_age_restricted)
                await get_free_head(tx, story, expected_head_id)
                ballot, candidates = await _accept(tx, engine, story, member, interaction_id)
            slot = Slot(ticket, drafts=len(candidates))
            begun = {turn.id: begin_draft(engine, story, turn, slot) for turn in candidates}
            alternatives = await _follow(engine, ballot, begun)
    yield alternatives
    for draft in alternatives.drafts:
        await draft.finished()


async def follow_ballot(engine: Engine, *, guild_id: int, ballot_id: int) -> Alternatives:
    """Follow all candidates of a ballot where they stand.

    Raises:
        BallotClosed: the server has no such ballot (any more).
    """
    async with engine.database.reading() as tx:
        ballot = await ballots.find_ballot(tx, guild_id=guild_id, ballot_id=ballot_id)
    if ballot is None:
        raise BallotClosed(None)
    return await _follow(engine, ballot, {})


async def _follow(engine: Engine, ballot: Ballot, begun: Mapping[int, Draft]) -> Alternatives:
    drafts = [
        begun.get(turn_id) or await follow_turn(engine, guild_id=ballot.guild_id, turn_id=turn_id)
        for turn_id in ballot.candidate_ids
    ]
    return Alternatives(ballot, tuple(drafts))


async def _accept(
    tx: Transaction, engine: Engine, story: Story, member: Member, interaction_id: int
) -> tuple[Ballot, list[Turn]]:
    ballot, player, number = await _open_ballot(tx, engine, story, member, interaction_id)
    candidates = [
        await turns.insert_turn(
            tx,
            guild_id=story.guild_id,
            story_id=story.id,
            parent_id=story.head_turn_id,
            kind=TurnKind.MODEL,
            state=TurnState.ACCEPTED,
            author=member,
            ballot_id=ballot.id,
            interaction_id=interaction_id,
            ordinal=ordinal,
            now_ms=engine.clock(),
        )
        for ordinal in range(number)
    ]
    for candidate in candidates:
        await record_seat(tx, candidate, player)
    await wind_clock(tx, story, engine.clock())
    filled = await ballots.find_ballot(tx, guild_id=story.guild_id, ballot_id=ballot.id)
    assert filled is not None
    return filled, candidates


async def _open_ballot(
    tx: Transaction, engine: Engine, story: Story, member: Member, interaction_id: int
) -> tuple[Ballot, Player | None, int]:
    """Return the ballot, whose turn it is about, and how many alternatives the model writes."""
    try:
        player = await check_may_add(tx, story, member, kind=TurnKind.MODEL)
    except ChosenByVote:
        vote = await open_vote(
            tx, engine, story, member, kind=TurnKind.MODEL, interaction_id=interaction_id
        )
        return vote, None, 1
    ballot = await ballots.open_ballot(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        head_turn_id=story.head_turn_id,
        opener_id=member.id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    return ballot, player, CANDIDATES
