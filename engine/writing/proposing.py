"""VOTE: members, and the model, hand in candidates for the next turn."""

from engine.errors import HandedInAlready, OtherMode, OutOfTurn, StoryMovedOn, VoteFull
from engine.runtime import Engine
from engine.storage import ballots, turns
from engine.storage.database import Transaction
from engine.story import Ballot, Member, Story, Turn, TurnKind, TurnState
from engine.story.order import Due, Mode
from engine.writing.head import UNSET, ExpectedHead, get_free_head, get_open_story
from engine.writing.holding import holding_text
from engine.writing.order import read_order
from engine.writing.order_clock import wind_clock
from engine.writing.texts import MOST_TURN_CHARACTERS, tidy_text
from engine.writing.turn_rules import NO_ORDER, find_candidate

MOST_CANDIDATES = 10


async def propose_candidate(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    text: str,
    expected_head_id: ExpectedHead = UNSET,
    interaction_id: int,
    source_message_id: int | None = None,
) -> Turn:
    """Hand in a text for the next turn of a VOTE; the first one opens the vote.

    The turn's `ballot_id` names the vote. The same interaction again returns the same turn. What
    is refused is held for its author, as with `write_turn`.

    Raises:
        TextRefused: the text is empty or too long.
        NoOpenStory: the channel has no open story.
        OtherMode: the next turn is not chosen by vote.
        OutOfTurn: the next turn is the model's.
        HandedInAlready: the member has a candidate in this vote.
        VoteFull: it has as many as it may.
        StoryMovedOn: the head is not the expected one; the text is held under `held_turn_id`.
        NotYourTurn: the model is writing the turn before it, and no head was expected.
    """
    text = tidy_text(text, MOST_TURN_CHARACTERS)
    async with (
        holding_text(
            engine,
            guild_id=guild_id,
            channel_id=channel_id,
            member=member,
            text=text,
            expected_head_id=expected_head_id,
            interaction_id=interaction_id,
            source_message_id=source_message_id,
        ),
        engine.database.writing() as tx,
    ):
        known = await turns.find_turn_by_interaction(
            tx, guild_id=guild_id, interaction_id=interaction_id
        )
        if known is not None and known.state is not TurnState.HELD:
            return known
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        if known is not None:
            raise StoryMovedOn(story.head_turn_id, held_turn_id=known.id)
        await get_free_head(tx, story, expected_head_id)
        vote = await open_vote(
            tx, engine, story, member, kind=TurnKind.HUMAN, interaction_id=interaction_id
        )
        turn = await turns.insert_turn(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            parent_id=story.head_turn_id,
            kind=TurnKind.HUMAN,
            state=TurnState.WRITTEN,
            author=member,
            text=text,
            ballot_id=vote.id,
            source_message_id=source_message_id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        await wind_clock(tx, story, engine.clock())
        return turn


async def hand_in_held(
    tx: Transaction,
    engine: Engine,
    story: Story,
    held: Turn,
    author: Member,
    *,
    interaction_id: int,
) -> Turn:
    """Make a held text a candidate of its author's.

    Raises:
        OtherMode, OutOfTurn, HandedInAlready, VoteFull: as `propose_candidate`.
    """
    vote = await open_vote(
        tx, engine, story, author, kind=TurnKind.HUMAN, interaction_id=interaction_id
    )
    await turns.adopt_held_turn(
        tx, guild_id=held.guild_id, turn_id=held.id, parent_id=story.head_turn_id
    )
    await ballots.add_candidate(tx, guild_id=held.guild_id, ballot_id=vote.id, turn_id=held.id)
    await wind_clock(tx, story, engine.clock())
    candidate = await turns.find_turn(tx, guild_id=held.guild_id, turn_id=held.id)
    assert candidate is not None
    return candidate


async def open_vote(
    tx: Transaction,
    engine: Engine,
    story: Story,
    member: Member,
    *,
    kind: TurnKind,
    interaction_id: int,
) -> Ballot:
    """Return the vote on the next turn, for a candidate of the member's or, MODEL, the model's.

    Raises:
        OtherMode, OutOfTurn, HandedInAlready, VoteFull: as `propose_candidate`.
    """
    order = await read_order(tx, story) or NO_ORDER
    if order.rules.mode is not Mode.VOTE:
        raise OtherMode(order.rules.mode)
    if order.awaited.due is Due.NTH:
        raise OutOfTurn("", is_model=True)
    if order.vote is not None:
        await _refuse_second(tx, order.vote, member, kind)
        return order.vote
    return await ballots.open_ballot(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        head_turn_id=story.head_turn_id,
        opener_id=member.id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )


async def _refuse_second(tx: Transaction, vote: Ballot, member: Member, kind: TurnKind) -> None:
    candidate_id = await find_candidate(tx, vote, kind, member.id)
    if candidate_id is not None:
        raise HandedInAlready(candidate_id)
    if len(vote.candidate_ids) >= MOST_CANDIDATES:
        raise VoteFull(MOST_CANDIDATES)
