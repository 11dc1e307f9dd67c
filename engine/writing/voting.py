"""Choosing between alternatives: by a majority, or by who leads the story."""

from engine.errors import BallotClosed, NotYourTurn, StoryMovedOn, TextRefused, TurnNotFound
from engine.runtime import Engine
from engine.storage import ballots, stories
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import (
    Ballot,
    BallotState,
    Member,
    MoveKind,
    Story,
    StoryState,
    Tally,
    Turn,
    TurnKind,
)
from engine.story.order import Mode
from engine.writing.head import get_turn_and_story, move_story, refuse_ended
from engine.writing.order import read_order
from engine.writing.rights import require_starter
from engine.writing.texts import MOST_TURN_CHARACTERS


async def vote(engine: Engine, *, guild_id: int, turn_id: int, member: Member) -> Tally:
    """Give or change the member's vote; the ballot is decided by more than half of the members.

    Those are who takes part in the story, and who voted. The tally's ballot is DECIDED if this
    vote decided it.

    Raises:
        TurnNotFound: the turn is no alternative.
        NotYourTurn: the model is still writing it.
        TextRefused: it ended without a word.
        BallotClosed: it was decided before, the story went on without it, or it is a member's
            candidate and turns are no longer chosen by vote.
        StoryEnded: the story has ended.
    """
    async with engine.database.writing() as tx:
        turn, _ = await _get_candidate(tx, guild_id=guild_id, turn_id=turn_id)
        assert turn.ballot_id is not None
        await ballots.cast_vote(
            tx,
            guild_id=guild_id,
            ballot_id=turn.ballot_id,
            member_id=member.id,
            turn_id=turn.id,
            now_ms=engine.clock(),
        )
        return await _decide_by_majority(tx, engine, guild_id, turn.ballot_id, member)


async def decide(engine: Engine, *, guild_id: int, turn_id: int, member: Member) -> Turn:
    """Choose an alternative as the next turn, whatever the votes.

    Raises:
        TurnNotFound: the turn is no alternative.
        NotAllowed: the member is neither the story's starter nor a moderator.
        NotYourTurn: the model is still writing it.
        TextRefused: it ended without a word.
        BallotClosed: it was decided before, or the story went on without it.
        StoryEnded: the story has ended.
    """
    async with engine.database.writing() as tx:
        turn, story = await _get_candidate(tx, guild_id=guild_id, turn_id=turn_id)
        require_starter(story, member)
        await choose_candidate(tx, engine, story, turn, member)
        return turn


async def read_tally(engine: Engine, *, guild_id: int, ballot_id: int) -> Tally:
    """Count the votes of a ballot.

    Raises:
        BallotClosed: the server has no such ballot (any more).
    """
    async with engine.database.reading() as tx:
        return await _get_tally(tx, guild_id, ballot_id)


async def candidate_rests(engine: Engine, turn: Turn) -> bool:
    """Whether a candidate cannot be chosen as the story stands; undo or rules may change that.

    Raises:
        BallotClosed: the server has no such ballot (any more).
        TurnNotFound: the turn is no alternative, or no more.
    """
    if turn.ballot_id is None:
        raise TurnNotFound(turn.id)
    async with engine.database.reading() as tx:
        _, story = await get_turn_and_story(tx, guild_id=turn.guild_id, turn_id=turn.id)
        ballot = (await _get_tally(tx, turn.guild_id, turn.ballot_id)).ballot
        return story.state is StoryState.ENDED or await _rests(tx, story, turn, ballot)


async def open_votes(engine: Engine, story: Story, head_turn_id: int | None) -> list[Ballot]:
    """Return the open ballots on the turn after a head, of every branch, oldest first."""
    async with engine.database.reading() as tx:
        return await ballots.list_open_ballots(
            tx, guild_id=story.guild_id, story_id=story.id, head_turn_id=head_turn_id
        )


async def _rests(tx: Transaction, story: Story, turn: Turn, ballot: Ballot) -> bool:
    if (ballot.branch_id, ballot.head_turn_id) != (story.branch_id, story.head_turn_id):
        return True
    rules = await orders.find_rules(tx, guild_id=story.guild_id, story_id=story.id)
    return turn.kind is TurnKind.HUMAN and (rules is None or rules.mode is not Mode.VOTE)


async def _get_candidate(tx: Transaction, *, guild_id: int, turn_id: int) -> tuple[Turn, Story]:
    turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
    if turn.ballot_id is None:
        raise TurnNotFound(turn_id)
    refuse_ended(story)
    ballot = (await _get_tally(tx, guild_id, turn.ballot_id)).ballot
    if ballot.state is BallotState.DECIDED or await _rests(tx, story, turn, ballot):
        raise BallotClosed(ballot.chosen_turn_id)
    if turn.is_being_written:
        raise NotYourTurn(turn.id)
    if not turn.text:
        raise TextRefused(0, MOST_TURN_CHARACTERS)
    return turn, story


async def _get_tally(tx: Transaction, guild_id: int, ballot_id: int) -> Tally:
    tally = await ballots.read_tally(tx, guild_id=guild_id, ballot_id=ballot_id)
    if tally is None:
        raise BallotClosed(None)
    return tally


async def _decide_by_majority(
    tx: Transaction, engine: Engine, guild_id: int, ballot_id: int, member: Member
) -> Tally:
    tally = await _get_tally(tx, guild_id, ballot_id)
    ballot = tally.ballot
    electorate = await ballots.list_voters(tx, guild_id=guild_id, ballot_id=ballot_id)
    participants = await stories.list_participants(tx, guild_id=guild_id, story_id=ballot.story_id)
    electorate |= await _list_players(tx, ballot) or {each for each, _, _ in participants}
    most = max(tally.votes)
    if ballot.state is BallotState.OPEN and 2 * most > len(electorate):
        chosen_id = ballot.candidate_ids[tally.votes.index(most)]
        chosen, story = await _get_candidate(tx, guild_id=guild_id, turn_id=chosen_id)
        await choose_candidate(tx, engine, story, chosen, member)
        tally = await _get_tally(tx, guild_id, ballot_id)
    return tally


async def choose_candidate(
    tx: Transaction, engine: Engine, story: Story, turn: Turn, member: Member
) -> None:
    """Make a written candidate of the story's head the next turn.

    Raises:
        BallotClosed: it was decided before, the story went on, or the turn passed to somebody
            else since the candidate was asked for.
    """
    assert turn.ballot_id is not None
    await _refuse_out_of_turn(tx, story, turn)
    await ballots.decide_ballot(
        tx, guild_id=story.guild_id, ballot_id=turn.ballot_id, chosen_turn_id=turn.id
    )
    try:
        await move_story(
            tx,
            story,
            MoveKind.CHOOSE,
            turn.id,
            member_id=member.id,
            interaction_id=None,
            now_ms=engine.clock(),
        )
    except StoryMovedOn:
        raise BallotClosed(None) from None


async def _refuse_out_of_turn(tx: Transaction, story: Story, turn: Turn) -> None:
    played = await orders.find_played(tx, guild_id=turn.guild_id, turn_id=turn.id)
    if played is None or played[0] is None:
        return
    order = await read_order(tx, story)
    awaited = order.awaited.player if order is not None else None
    if order is not None and (awaited is None or awaited.id != played[0]):
        raise BallotClosed(None)


async def _list_players(tx: Transaction, ballot: Ballot) -> set[int]:
    """Return the members who take part in the order of a story that goes by votes."""
    it = {"guild_id": ballot.guild_id, "story_id": ballot.story_id}
    rules = await orders.find_rules(tx, **it)
    if rules is None or rules.mode is not Mode.VOTE:
        return set()
    players = await orders.list_players(tx, **it)
    return {each.member_id for each in players if each.is_playing and not each.is_model}
