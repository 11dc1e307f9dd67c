import asyncio

import pytest

from engine.errors import (
    BallotClosed,
    GenerationFailed,
    NotAllowed,
    NotYourTurn,
    Right,
    StoryEnded,
    TextRefused,
    TurnNotFound,
)
from engine.model.queue import QueueLimits, TurnQueue
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import BallotState, Member, Tally, Turn
from engine.writing import Waiting, decide, end_story, follow_ballot, read_tally, vote
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import Breaks, ScriptedModel


async def vote_for(desk: Desk, turn: Turn, member: Member) -> Tally:
    return await vote(desk.engine, guild_id=GUILD, turn_id=turn.id, member=member)


async def written_by_three(desk: Desk) -> Turn:
    """Let Ann, Bo and Cy take part; return the head."""
    for member in (ANN, BO):
        await desk.write(f"{member.name} was here.", member)
    return await desk.write("Cy was here.", CY)


async def test_three_alternatives_differ_and_leave_the_head_alone(
    desk: Desk, model: ScriptedModel
) -> None:
    head = await desk.write("The lamp was lit.")
    candidates = await desk.offer()
    assert len({turn.text for turn in candidates}) == 3
    assert {turn.parent_id for turn in candidates} == {head.id}
    assert await desk.texts() == ["The lamp was lit."]
    assert len({request.messages for request in model.requests}) == 1


async def test_alternatives_take_one_place_in_the_queue_until_the_last_is_written(
    database: Database, storage_settings: EngineSettings, gate: Gate
) -> None:
    model = ScriptedModel(["One.", "Two words.", "Three words now.", "Other."], sleep=gate)
    queue = TurnQueue(1, QueueLimits(2, 2, 2, 2))
    async with engine_over(database, model, storage_settings, queue=queue) as engine:
        desk, other = Desk(engine), Desk(engine)
        for each in (desk, other):
            await each.start()
        gate.shut()
        async with desk.offering() as alternatives, other.drafting(BO) as waiting:
            progress = aiter(waiting)
            assert await anext(progress) == Waiting(1, None)
            gate.let(1)
            written = [asyncio.ensure_future(each.finished()) for each in alternatives.drafts]
            await asyncio.wait(written, return_when=asyncio.FIRST_COMPLETED)  # any may be first
            while len(model.requests) < 3:
                await asyncio.sleep(0.01)
            gate.let(4)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(progress), 0.1)
            gate.let(1)
            await asyncio.gather(*written)
            gate.open()
        assert (await waiting.finished()).text == "Other."


async def test_the_first_alternative_reads_the_prompt_before_the_others_ask(
    desk: Desk, model: ScriptedModel, gate: Gate
) -> None:
    gate.shut()
    async with desk.offering():
        while not model.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert len(model.requests) == 1
        gate.let(1)
        while len(model.requests) < 3:
            await asyncio.sleep(0.01)
        gate.open()


async def test_the_same_interaction_offers_once(desk: Desk, model: ScriptedModel) -> None:
    interaction_id = new_id()
    async with (
        desk.offering(interaction_id=interaction_id) as first,
        desk.offering(interaction_id=interaction_id) as second,
    ):
        assert first.ballot == second.ballot
        assert [draft.turn.id for draft in second.drafts] == list(first.ballot.candidate_ids)
    assert len(model.requests) == 3


async def test_the_only_writer_decides_with_one_vote(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    candidates = await desk.offer()
    tally = await vote_for(desk, candidates[2], ANN)
    assert (tally.votes, tally.ballot.state, tally.ballot.chosen_turn_id) == (
        (0, 0, 1),
        BallotState.DECIDED,
        candidates[2].id,
    )
    assert await desk.texts() == ["The lamp was lit.", candidates[2].text]


async def test_more_than_half_of_those_who_take_part_decide(desk: Desk) -> None:
    await written_by_three(desk)
    first, second, third = await desk.offer()
    assert (await vote_for(desk, first, ANN)).votes == (1, 0, 0)
    assert (await vote_for(desk, second, BO)).ballot.state is BallotState.OPEN
    tally = await vote_for(desk, second, ANN)  # a vote can be changed
    assert (tally.votes, tally.ballot.chosen_turn_id) == ((0, 2, 0), second.id)
    assert (await desk.texts())[-1] == second.text
    with pytest.raises(BallotClosed) as refusal:
        await vote_for(desk, third, CY)
    assert refusal.value.chosen_turn_id == second.id


async def test_who_votes_takes_part(desk: Desk) -> None:
    await desk.write("The lamp was lit.", ANN)
    first, second, _ = await desk.offer()
    assert (await vote_for(desk, first, BO)).ballot.state is BallotState.OPEN
    assert (await vote_for(desk, second, CY)).ballot.state is BallotState.OPEN
    tally = await vote_for(desk, first, CY)
    assert tally.ballot.chosen_turn_id == first.id


async def test_two_last_votes_at_once_decide(desk: Desk) -> None:
    await written_by_three(desk)
    first, _, _ = await desk.offer()
    await asyncio.gather(vote_for(desk, first, ANN), vote_for(desk, first, BO))
    tally = await read_tally(desk.engine, guild_id=GUILD, ballot_id=first.ballot_id or 0)
    assert (tally.votes, tally.ballot.chosen_turn_id) == ((2, 0, 0), first.id)


async def test_the_starter_or_a_moderator_may_decide(desk: Desk) -> None:
    await desk.write("The lamp was lit.", BO)
    for member in (ANN, MO):
        first, second, _ = await desk.offer(BO)
        with pytest.raises(NotAllowed) as refusal:
            await decide(desk.engine, guild_id=GUILD, turn_id=first.id, member=BO)
        assert refusal.value.needed is Right.STARTER
        await decide(desk.engine, guild_id=GUILD, turn_id=second.id, member=member)
        assert (await desk.texts())[-1] == second.text


async def test_a_ballot_is_closed_when_the_story_goes_on_without_it(desk: Desk) -> None:
    first, _, _ = await desk.offer()
    await desk.write("We cannot wait.")
    with pytest.raises(BallotClosed) as refusal:
        await vote_for(desk, first, ANN)
    assert refusal.value.chosen_turn_id is None
    with pytest.raises(BallotClosed):
        await decide(desk.engine, guild_id=GUILD, turn_id=first.id, member=ANN)
    await desk.undo()
    await vote_for(desk, first, ANN)  # as it stood, so it can be decided
    assert await desk.texts() == [first.text]


async def test_a_choice_is_undone_and_redone_like_any_turn(desk: Desk) -> None:
    first, _, _ = await desk.offer()
    await vote_for(desk, first, ANN)
    await desk.undo()
    assert await desk.texts() == []
    await desk.redo()
    assert await desk.texts() == [first.text]


async def test_votes_wait_until_the_alternative_is_written(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.offering() as alternatives:
        with pytest.raises(NotYourTurn):
            await vote_for(desk, alternatives.drafts[0].turn, ANN)
        gate.open()


async def test_an_alternative_that_failed_without_a_word_cannot_be_chosen(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel([Breaks(GenerationFailed("broke")), "Two.", "Three."])
    async with engine_over(database, model, storage_settings) as engine:
        desk = Desk(engine)
        await desk.start()
        candidates = await desk.offer()
        (failed,) = [turn for turn in candidates if not turn.text]
        with pytest.raises(TextRefused):
            await vote_for(desk, failed, ANN)
        with pytest.raises(TextRefused):
            await decide(engine, guild_id=GUILD, turn_id=failed.id, member=ANN)
        assert await desk.texts() == []


async def test_only_alternatives_are_voted_for(desk: Desk) -> None:
    turn = await desk.continue_()
    for turn_id in (turn.id, 12345):
        with pytest.raises(TurnNotFound):
            await vote(desk.engine, guild_id=GUILD, turn_id=turn_id, member=ANN)
    first, _, _ = await desk.offer()
    with pytest.raises(TurnNotFound):
        await vote(desk.engine, guild_id=GUILD + 1, turn_id=first.id, member=ANN)


async def test_an_ended_story_takes_no_votes(desk: Desk) -> None:
    first, _, _ = await desk.offer()
    await end_story(desk.engine, **desk.where, member=ANN)
    with pytest.raises(StoryEnded):
        await vote_for(desk, first, ANN)


async def test_a_ballot_is_followed_where_it_stands(desk: Desk) -> None:
    candidates = await desk.offer()
    ballot_id = candidates[0].ballot_id or 0
    alternatives = await follow_ballot(desk.engine, guild_id=GUILD, ballot_id=ballot_id)
    assert [await draft.finished() for draft in alternatives.drafts] == candidates
    for missing in (follow_ballot, read_tally):
        with pytest.raises(BallotClosed):
            await missing(desk.engine, guild_id=GUILD + 1, ballot_id=ballot_id)
