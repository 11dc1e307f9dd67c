"""Deadlines and reminders: each once, also after a restart and a jump of the clock."""

from engine.settings import EngineSettings
from engine.storage import Database
from engine.story.order import Mode, ModelPlace
from engine.writing import (
    PassedKind,
    end_story,
    next_deadline,
    pass_overdue,
    take_reminders,
    vote,
)
from tests.fakes.desk import ANN, BO, CY, GUILD
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import HOUR_MS, Table, table_over


async def test_an_overdue_turn_goes_to_the_next_once(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY, deadline_hours=24)
    assert await next_deadline(table.engine) is not None
    table.clock.pass_hours(24)
    [passed] = await pass_overdue(table.engine)
    assert passed.kind is PassedKind.SKIPPED
    assert passed.player is not None
    assert passed.player.name == "Ann"
    assert passed.awaited.player is not None
    assert passed.awaited.player.name == "Bo"
    assert await pass_overdue(table.engine) == []
    deadline_ms = (await table.state()).deadline_ms
    assert deadline_ms is not None
    assert 23 * HOUR_MS < deadline_ms - table.clock.now_ms <= 24 * HOUR_MS


async def test_a_turn_begins_its_time_anew_and_so_does_an_undo(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=24)
    await table.write("One.", ANN)
    table.clock.pass_hours(23)
    await table.write("Two.", BO)
    await table.undo(BO)
    table.clock.pass_hours(2)
    assert await pass_overdue(table.engine) == [], "Bo has had two hours"
    table.clock.pass_hours(23)
    assert [each.kind for each in await pass_overdue(table.engine)] == [PassedKind.SKIPPED]


async def test_joining_begins_the_time_where_nobody_was_awaited(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, deadline_hours=1)
    assert await next_deadline(table.engine) is None
    table.clock.pass_hours(50)
    await table.join(ANN)
    assert await pass_overdue(table.engine) == []


async def test_who_is_to_name_and_does_not_leaves_it_to_the_seats(table: Table) -> None:
    await table.begin(Mode.POPCORN, ANN, BO, CY, deadline_hours=1)
    await table.write("One.", ANN)
    table.clock.pass_hours(2)
    assert [each.kind for each in await pass_overdue(table.engine)] == [PassedKind.UNNAMED]
    assert await table.whose() == "Bo"


async def test_no_deadline_falls_while_the_model_writes(table: Table, gate: Gate) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=1)
    gate.shut()
    async with table.drafting(ANN):
        table.clock.pass_hours(2)
        assert await pass_overdue(table.engine) == []
        gate.open()
    assert await table.whose() == "Bo"


async def test_an_ended_story_has_no_deadline(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=1)
    await end_story(table.engine, **table.where, member=ANN)
    assert await next_deadline(table.engine) is None
    table.clock.pass_hours(2)
    assert await pass_overdue(table.engine) == []


async def test_a_clock_that_jumps_back_only_waits_longer(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=2)
    table.clock.pass_hours(-1)
    table.clock.pass_hours(2)
    assert await pass_overdue(table.engine) == []
    table.clock.pass_hours(1)
    assert len(await pass_overdue(table.engine)) == 1


async def test_a_new_process_finds_the_deadline_of_the_old(
    database: Database, storage_settings: EngineSettings
) -> None:
    async with table_over(database, ScriptedModel(), storage_settings) as old:
        await old.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=1)
    async with table_over(database, ScriptedModel(), storage_settings) as new:
        assert await pass_overdue(new.engine) == []
        new.clock.pass_hours(2)
        assert len(await pass_overdue(new.engine)) == 1


async def test_nobody_is_reminded_who_did_not_ask(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=24)
    table.clock.pass_hours(13)
    assert await take_reminders(table.engine) == []


async def test_who_asked_is_reminded_once_after_half_of_the_time(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, deadline_hours=24)
    await table.remind(ANN)
    table.clock.pass_hours(11)
    assert await take_reminders(table.engine) == []
    table.clock.pass_hours(2)
    [reminder] = await take_reminders(table.engine)
    assert (reminder.member_id, reminder.is_vote) == (ANN.id, False)
    assert reminder.deadline_ms == (await table.state()).deadline_ms
    assert await take_reminders(table.engine) == []
    await table.write("One.", ANN)
    table.clock.pass_hours(13)
    assert await take_reminders(table.engine) == [], "Bo did not ask"


async def test_without_a_deadline_a_reminder_comes_after_a_day(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    await table.remind(ANN)
    table.clock.pass_hours(23)
    assert await take_reminders(table.engine) == []
    table.clock.pass_hours(2)
    assert len(await take_reminders(table.engine)) == 1


async def test_a_reminder_taken_back_is_not_sent(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, deadline_hours=24)
    await table.remind(ANN)
    await table.remind(ANN, wants=False)
    table.clock.pass_hours(13)
    assert await take_reminders(table.engine) == []


async def test_in_a_vote_those_are_reminded_who_have_not_voted(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO, CY, deadline_hours=24)
    for member in (ANN, BO):
        await table.remind(member)
    mine = await table.propose("Ann's.", ANN)
    await vote(table.engine, guild_id=GUILD, turn_id=mine.id, member=ANN)
    table.clock.pass_hours(13)
    assert [each.member_id for each in await take_reminders(table.engine)] == [BO.id]


async def test_the_models_own_deadline_ends_with_its_turn(table: Table) -> None:
    await table.begin(Mode.FREE, ANN, deadline_hours=1, model_place=ModelPlace.EVERY_NTH, every=2)
    await table.write("One.")
    assert (await table.state()).deadline_ms is not None
    await table.let_model_write()
    assert (await table.state()).deadline_ms is None
    table.clock.pass_hours(2)
    assert await pass_overdue(table.engine) == []
    await table.write("Two.")
    table.clock.pass_hours(2)
    assert [each.kind for each in await pass_overdue(table.engine)] == [PassedKind.MODEL_SKIPPED]
    await table.write("Three, without the model.")
