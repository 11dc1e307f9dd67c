import pytest

from engine.errors import BallotClosed, TurnNotFound
from engine.storage import Database, Transaction, ballots
from engine.story import Ballot, BallotState, Tally, Turn
from tests.engine.storage.samples import (
    ADA,
    BEA,
    GUILD,
    NOW,
    add_model_turn,
    add_story,
    add_turn,
    new_interaction,
)


async def open_with_three(tx: Transaction) -> tuple[Ballot, list[Turn]]:
    story = await add_story(tx)
    head = await add_turn(tx, story)
    interaction_id = new_interaction()
    facts = {"head_turn_id": head.id, "opener_id": ADA.id, "interaction_id": interaction_id}
    it = {"guild_id": GUILD, "story_id": story.id, "branch_id": story.branch_id}
    opened = [await ballots.open_ballot(tx, now_ms=NOW, **it, **facts) for _ in range(2)]
    assert opened[0] == opened[1]
    candidates = [
        await add_model_turn(
            tx,
            story,
            head.id,
            interaction_id=interaction_id,
            ordinal=ordinal,
            ballot_id=opened[0].id,
        )
        for ordinal in range(3)
    ]
    ballot = await ballots.find_ballot(tx, guild_id=GUILD, ballot_id=opened[0].id)
    assert ballot is not None
    return ballot, candidates


async def vote(tx: Transaction, ballot: Ballot, member_id: int, turn_id: int) -> None:
    await ballots.cast_vote(
        tx,
        guild_id=GUILD,
        ballot_id=ballot.id,
        member_id=member_id,
        turn_id=turn_id,
        now_ms=NOW,
    )


async def test_a_ballot_lists_its_candidates_in_the_order_shown(database: Database) -> None:
    async with database.writing() as tx:
        ballot, candidates = await open_with_three(tx)
    assert ballot.candidate_ids == tuple(turn.id for turn in candidates)
    assert (ballot.state, ballot.chosen_turn_id) == (BallotState.OPEN, None)
    assert {turn.ballot_id for turn in candidates} == {ballot.id}
    assert {turn.parent_id for turn in candidates} == {ballot.head_turn_id}


async def test_a_member_has_one_vote_and_may_change_it(database: Database) -> None:
    async with database.writing() as tx:
        ballot, (first, second, _) = await open_with_three(tx)
        await vote(tx, ballot, ADA.id, first.id)
        await vote(tx, ballot, BEA.id, first.id)
        await vote(tx, ballot, ADA.id, second.id)
    async with database.reading() as tx:
        tally = await ballots.read_tally(tx, guild_id=GUILD, ballot_id=ballot.id)
    assert tally == Tally(ballot, (1, 1, 0))


async def test_only_candidates_can_be_voted_for(database: Database) -> None:
    async with database.writing() as tx:
        ballot, _ = await open_with_three(tx)
        assert ballot.head_turn_id is not None
        with pytest.raises(TurnNotFound):
            await vote(tx, ballot, ADA.id, ballot.head_turn_id)
        with pytest.raises(TurnNotFound):
            await ballots.decide_ballot(
                tx, guild_id=GUILD, ballot_id=ballot.id, chosen_turn_id=ballot.head_turn_id
            )


async def test_a_ballot_is_decided_once(database: Database) -> None:
    async with database.writing() as tx:
        ballot, (first, second, _) = await open_with_three(tx)
        await ballots.decide_ballot(
            tx, guild_id=GUILD, ballot_id=ballot.id, chosen_turn_id=second.id
        )
        with pytest.raises(BallotClosed) as refusal:
            await ballots.decide_ballot(
                tx, guild_id=GUILD, ballot_id=ballot.id, chosen_turn_id=first.id
            )
        assert refusal.value.chosen_turn_id == second.id
        with pytest.raises(BallotClosed):
            await vote(tx, ballot, ADA.id, first.id)
        found = await ballots.find_ballot(tx, guild_id=GUILD, ballot_id=ballot.id)
    assert found is not None
    assert (found.state, found.chosen_turn_id) == (BallotState.DECIDED, second.id)
