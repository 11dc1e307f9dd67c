"""VOTE: candidates from members, chosen by votes or by the deadline."""

import pytest

from engine.errors import (
    BallotClosed,
    ChosenByVote,
    HandedInAlready,
    OtherMode,
    StoryMovedOn,
    VoteFull,
)
from engine.story import BallotState, Member, TurnState
from engine.story.order import Mode
from engine.writing import (
    MOST_CANDIDATES,
    PassedKind,
    add_held_turn,
    decide,
    get_turn,
    pass_overdue,
    vote,
)
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, new_id
from tests.fakes.table import Table


async def cast(table: Table, turn_id: int, *members: Member) -> BallotState:
    for member in members:
        tally = await vote(table.engine, guild_id=GUILD, turn_id=turn_id, member=member)
    return tally.ballot.state


async def test_more_than_half_of_the_players_choose(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO, CY)
    anns = await table.propose("Ann's.", ANN)
    bos = await table.propose("Bo's.", BO)
    assert anns.ballot_id == bos.ballot_id is not None
    assert await cast(table, bos.id, ANN) is BallotState.OPEN
    assert await cast(table, bos.id, BO) is BallotState.DECIDED
    assert await table.texts() == ["Bo's."]
    nexts = await table.propose("Next.", ANN)
    assert nexts.ballot_id != bos.ballot_id
    assert nexts.parent_id == bos.id


async def test_whoever_writes_straight_has_the_text_kept_as_a_candidate_to_be(
    table: Table,
) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    with pytest.raises(ChosenByVote) as refusal:
        await table.write("Straight.", ANN, expected_head_id=None)
    held_id = refusal.value.held_turn_id
    assert held_id is not None
    with pytest.raises(ChosenByVote):
        await table.continue_()
    candidate = await add_held_turn(
        table.engine, guild_id=GUILD, turn_id=held_id, member=ANN, interaction_id=new_id()
    )
    assert candidate.ballot_id is not None
    assert candidate.state is TurnState.WRITTEN
    assert await table.texts() == []
    assert await cast(table, candidate.id, ANN, BO) is BallotState.DECIDED
    assert await table.texts() == ["Straight."]


async def test_there_is_one_candidate_each_and_the_second_is_kept(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    first = await table.propose("First.", ANN)
    with pytest.raises(HandedInAlready) as refusal:
        await table.propose("Second.", ANN)
    assert refusal.value.turn_id == first.id
    assert refusal.value.held_turn_id is not None
    _, kept = await get_turn(table.engine, guild_id=GUILD, turn_id=refusal.value.held_turn_id)
    assert (kept.text, kept.state) == ("Second.", TurnState.HELD)


async def test_a_vote_has_a_largest_number_of_candidates(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN)
    for number in range(MOST_CANDIDATES):
        await table.propose("Mine.", Member(100 + number, "M"))
    with pytest.raises(VoteFull):
        await table.propose("Mine too.", ANN)


async def test_a_candidate_written_after_another_head_is_kept(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN)
    chosen = await table.propose("One.", ANN)
    await decide(table.engine, guild_id=GUILD, turn_id=chosen.id, member=ANN)
    with pytest.raises(StoryMovedOn) as refusal:
        await table.propose("Late.", BO, expected_head_id=None)
    assert refusal.value.held_turn_id is not None


async def test_elsewhere_nothing_is_handed_in(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN)
    with pytest.raises(OtherMode) as refusal:
        await table.propose("Mine.", ANN)
    assert refusal.value.held_turn_id is not None


async def test_the_same_interaction_hands_in_once(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    interaction_id = new_id()
    first = await table.propose("Mine.", ANN, interaction_id=interaction_id)
    assert await table.propose("Mine.", ANN, interaction_id=interaction_id) == first


async def test_the_deadline_closes_a_vote_for_the_most_votes_once(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO, CY, MO, deadline_hours=2)
    assert (await table.state()).deadline_ms is None, "no vote is open yet"
    await table.propose("Ann's.", ANN)
    bos = await table.propose("Bo's.", BO)
    await cast(table, bos.id, CY)
    table.clock.pass_hours(1.9)
    assert await pass_overdue(table.engine) == []
    table.clock.pass_hours(0.2)
    [passed] = await pass_overdue(table.engine)
    assert (passed.kind, passed.turn and passed.turn.id) == (PassedKind.VOTED, bos.id)
    assert passed.story.head_turn_id == bos.id
    assert await pass_overdue(table.engine) == []
    assert await table.texts() == ["Bo's."]


async def test_of_equals_the_first_that_was_handed_in_wins(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO, CY, deadline_hours=2)
    await table.propose("Ann's.", ANN)
    await table.propose("Bo's.", BO)
    table.clock.pass_hours(3)
    await pass_overdue(table.engine)
    assert await table.texts() == ["Ann's."]


async def test_an_undone_choice_opens_no_closed_vote_again(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    mine = await table.propose("Ann's.", ANN)
    await cast(table, mine.id, ANN, BO)
    await table.undo(ANN)
    with pytest.raises(BallotClosed):
        await cast(table, mine.id, ANN)
    again = await table.propose("Better.", ANN)
    assert again.ballot_id != mine.ballot_id
