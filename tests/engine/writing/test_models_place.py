"""The model in the order: each Nth turn, as a player, standing in, in a vote."""

from collections.abc import AsyncGenerator

import pytest

from engine.errors import (
    ContentRefused,
    HandedInAlready,
    NothingDue,
    NotYourTurn,
    OutOfTurn,
    PlayerNotFound,
)
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Outcome, Rating, TurnKind, TurnState
from engine.story.order import Due, Mode, ModelPlace
from engine.writing import (
    Passed,
    PassedKind,
    due_model_turns,
    find_due_turn,
    pass_overdue,
    resume_turn,
    stop_turn,
    unfinished_turns,
    write_due_turn,
)
from tests.fakes.desk import ANN, BO, CY, GUILD, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import Table, table_over


@pytest.fixture
async def table(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> AsyncGenerator[Table]:
    async with table_over(database, model, storage_settings) as opened:
        yield opened


async def pass_hours(table: Table, hours: float) -> list[PassedKind]:
    table.clock.pass_hours(hours)
    passed: list[Passed] = await pass_overdue(table.engine)
    return [each.kind for each in passed]


@pytest.mark.parametrize("mode", [Mode.FREE, Mode.ROUND_ROBIN, Mode.BLIND])
async def test_every_third_turn_is_the_models(table: Table, mode: Mode) -> None:
    await table.begin(mode, ANN, BO, model_place=ModelPlace.EVERY_NTH, every=3)
    await table.write("One.", ANN)
    assert await find_due_turn(table.engine, **table.where) is None
    await table.write("Two.", BO)
    with pytest.raises(OutOfTurn) as refusal:
        await table.write("Three.", ANN)
    assert refusal.value.is_model
    turn = await table.let_model_write()
    assert (turn.kind, turn.author_id, turn.number) == (TurnKind.MODEL, 0, 3)
    assert await find_due_turn(table.engine, **table.where) is None
    await table.write("Four.", ANN)
    await table.write("Five.", BO)
    assert (await table.let_model_write()).number == 6


async def test_a_name_given_in_popcorn_holds_over_the_models_turn(table: Table) -> None:
    await table.begin(Mode.POPCORN, ANN, BO, CY, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.", ANN)
    await table.name(CY)
    await table.let_model_write()
    assert await table.whose() == "Cy"


async def test_the_model_plays_in_its_seat_and_never_follows_itself(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, model_place=ModelPlace.PLAYER)
    assert await find_due_turn(table.engine, **table.where) is None, "it does not play alone"
    for member in (ANN, BO):
        await table.join(member)
    assert await table.whose() == "the model", "it took the first seat"
    await table.let_model_write()
    await table.write("Two.", ANN)
    await table.write("Three.", BO)
    await table.let_model_write()
    with pytest.raises(PlayerNotFound):
        await table.hand_over(None)
    await table.leave(ANN)
    await table.write("Five.", BO)
    assert await table.whose() == "the model"


async def test_the_model_is_named_in_popcorn_and_the_order_of_seats_follows_it(
    table: Table,
) -> None:
    await table.begin(Mode.POPCORN, ANN, BO)
    await table.rules(Mode.POPCORN, model_place=ModelPlace.PLAYER)
    await table.write("One.", ANN)
    await table.name(None)
    await table.let_model_write()
    assert await table.whose() == "Ann"


async def test_a_due_turn_without_a_word_is_passed_over(
    database: Database, storage_settings: EngineSettings
) -> None:
    for place in (ModelPlace.PLAYER, ModelPlace.EVERY_NTH):
        model = ScriptedModel(["", "And so on."])
        async with table_over(database, model, storage_settings) as table:
            await table.begin(Mode.ROUND_ROBIN, ANN, BO)
            await table.rules(Mode.ROUND_ROBIN, model_place=place, every=2)
            await table.write("One.", ANN)
            if place is ModelPlace.PLAYER:
                await table.write("Two.", BO)
            before = await table.texts()
            failed = await table.let_model_write()
            assert failed.outcome is Outcome.FAILED
            assert await table.texts() == before
            assert await find_due_turn(table.engine, **table.where) is None
            assert await table.whose() == ("Ann" if place is ModelPlace.PLAYER else "Bo")


async def test_an_undone_turn_of_the_models_own_is_not_written_again_but_redone(
    table: Table,
) -> None:
    await table.begin(Mode.FREE, ANN, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    own = await table.let_model_write()
    await table.undo()
    assert await find_due_turn(table.engine, **table.where) is None
    assert (await table.redo()).id == own.id
    await table.undo()
    await table.write("Two.")
    assert await find_due_turn(table.engine, **table.where) is not None


async def test_the_model_stands_in_for_an_overdue_player_who_agreed(table: Table) -> None:
    await table.begin(
        Mode.ROUND_ROBIN, ANN, BO, CY, model_place=ModelPlace.STAND_IN, deadline_hours=24
    )
    await table.agree(BO)
    await table.write("One.", ANN)
    assert await pass_hours(table, 23) == []
    assert await pass_hours(table, 2) == [PassedKind.STANDS_IN]
    assert await pass_hours(table, 0) == []
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    assert due.due is Due.STAND_IN
    turn = await table.let_model_write()
    assert (turn.kind, turn.author_id, turn.author_name) == (TurnKind.MODEL, BO.id, "Bo")
    assert await table.whose() == "Cy"
    await table.undo(BO)
    assert await table.whose() == "Bo", "it is Bo's own turn again"


async def test_who_comes_back_in_time_writes_instead_of_the_model(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, model_place=ModelPlace.STAND_IN, deadline_hours=1)
    await table.agree(ANN)
    assert await pass_hours(table, 2) == [PassedKind.STANDS_IN]
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    await table.write("Here I am.", ANN)
    with pytest.raises(NothingDue):
        async with write_due_turn(
            table.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
        ):
            pass
    assert await table.texts() == ["Here I am."]


async def test_the_model_stands_in_for_nobody_who_did_not_agree(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, model_place=ModelPlace.STAND_IN, deadline_hours=1)
    await table.agree(ANN)
    await table.agree(ANN, agrees=False)
    assert await pass_hours(table, 2) == [PassedKind.SKIPPED]
    assert await table.whose() == "Bo"
    assert await find_due_turn(table.engine, **table.where) is None


async def test_the_model_does_not_write_on_and_on_for_absent_players(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, model_place=ModelPlace.STAND_IN, deadline_hours=1)
    for member in (ANN, BO):
        await table.agree(member)
    await pass_hours(table, 2)
    await table.let_model_write()
    assert await pass_hours(table, 2) == [PassedKind.SKIPPED]
    assert await pass_hours(table, 2) == [PassedKind.SKIPPED]
    assert await pass_hours(table, 200) == [], "everybody let it pass: the story rests"
    assert (await table.state()).deadline_ms is None
    await table.write("I am back.", BO)
    assert (await table.state()).deadline_ms is not None


async def test_a_due_turn_is_begun_once_and_found_again_after_a_restart(
    table: Table, gate: Gate
) -> None:
    await table.begin(Mode.FREE, ANN, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    [due] = await due_model_turns(table.engine)
    assert due.story.channel_id == table.channel_id
    gate.shut()
    fields = {"channel_is_age_restricted": False}
    async with write_due_turn(table.engine, due, **fields, interaction_id=new_id()) as draft:
        assert await due_model_turns(table.engine) == []
        with pytest.raises((NotYourTurn, NothingDue)):
            async with write_due_turn(table.engine, due, **fields, interaction_id=new_id()):
                pass
        [(_, left)] = [
            each for each in await unfinished_turns(table.engine) if each[1].id == draft.turn.id
        ]
        gate.open()
    async with resume_turn(table.engine, left) as again:
        assert (await again.finished()).state is TurnState.WRITTEN
    assert len(await table.texts()) == 2


async def test_a_stopped_due_turn_keeps_its_words(table: Table, gate: Gate) -> None:
    await table.begin(Mode.FREE, ANN, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    gate.shut()
    async with write_due_turn(
        table.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
    ) as draft:
        await stop_turn(table.engine, guild_id=GUILD, turn_id=draft.turn.id, member=ANN)
        gate.open()
    assert await find_due_turn(table.engine, **table.where) is None


async def test_what_does_not_fit_the_channel_is_passed_over(table: Table) -> None:
    await table.start(rating=Rating.MATURE, channel_is_age_restricted=True)
    await table.rules(Mode.FREE, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    with pytest.raises(ContentRefused):
        async with write_due_turn(
            table.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
        ):
            pass
    assert await find_due_turn(table.engine, **table.where) is None
    await table.write("Two.")


async def test_in_a_vote_the_model_hands_in_once_a_round(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO, model_place=ModelPlace.PLAYER)
    assert await find_due_turn(table.engine, **table.where) is None
    await table.propose("Ann's.", ANN)
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    assert due.due is Due.CANDIDATE
    candidate = await table.let_model_write()
    assert candidate.ballot_id is not None
    assert await find_due_turn(table.engine, **table.where) is None
    state = await table.state()
    assert state.vote is not None
    assert candidate.id in state.vote.ballot.candidate_ids
    assert await table.texts() == []


async def test_in_a_vote_the_model_is_asked_for_one_candidate(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    await table.propose("Bo's.", BO)
    candidates = await table.offer(ANN)
    assert [turn.kind for turn in candidates] == [TurnKind.HUMAN, TurnKind.MODEL]
    with pytest.raises(HandedInAlready):
        await table.offer(BO)


async def test_what_was_skipped_since_it_was_looked_up_is_not_due(table: Table) -> None:
    await table.begin(Mode.FREE, ANN, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    due = await find_due_turn(table.engine, **table.where)
    assert due is not None
    await table.skip(ANN)
    with pytest.raises(NothingDue):
        async with write_due_turn(
            table.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
        ):
            pass
    assert await table.texts() == ["One."]
