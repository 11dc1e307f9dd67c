import pytest

from engine.storage import Database, training_jobs, voices
from engine.story import JobEnding, JobState, VoiceChangeKind
from tests.engine.storage.samples import ADA, GUILD, NOW
from tests.engine.storage.voice_samples import (
    WORK,
    add_adapter,
    add_job,
    add_voice,
    promote,
    training_work,
)


async def test_a_withdrawn_work_makes_each_adapter_that_learned_from_it_stale(
    database: Database,
) -> None:
    async with database.writing() as tx:
        old = await add_adapter(tx, works=(WORK, WORK + 1))
        other = await add_adapter(tx, works=(WORK + 1,))
        new = await add_adapter(tx, works=(WORK,))
        elsewhere = await add_adapter(tx, GUILD + 1, works=(WORK,))
        names = await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK, now_ms=NOW + 1)
        again = await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK, now_ms=NOW + 2)
    async with database.reading() as tx:
        kept = {a.id: a.stale_ms for a in await voices.list_adapters(tx, guild_id=GUILD)}
        untouched = await voices.find_adapter(tx, guild_id=GUILD + 1, adapter_id=elsewhere.id)
    assert (sorted(names), again) == (sorted([old.name, new.name]), ())
    assert kept == {old.id: NOW + 1, other.id: None, new.id: NOW + 1}
    assert untouched == elsewhere


async def test_a_withdrawn_work_switches_its_promoted_adapter_off(database: Database) -> None:
    async with database.writing() as tx:
        safe = await add_adapter(tx, works=(WORK + 1,))
        lost = await add_adapter(tx, works=(WORK,))
        await promote(tx, lost)
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK + 5)
        assert await voices.find_promoted(tx, guild_id=GUILD) == lost
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK)
        assert await voices.find_promoted(tx, guild_id=GUILD) is None
        await promote(tx, safe)
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK)
        assert await voices.find_promoted(tx, guild_id=GUILD) == safe
        changes = await voices.list_changes(tx, guild_id=GUILD)
    assert [(c.kind, c.from_adapter_id, c.to_adapter_id, c.member_id) for c in changes] == [
        (VoiceChangeKind.PROMOTE, None, lost.id, ADA.id),
        (VoiceChangeKind.STALE, lost.id, None, 0),
        (VoiceChangeKind.PROMOTE, None, safe.id, ADA.id),
    ]


async def test_a_withdrawn_work_ends_the_training_that_reads_it(database: Database) -> None:
    async with database.writing() as tx:
        job = await add_job(tx)
        where = {"guild_id": GUILD, "job_id": job.id}
        await training_jobs.replace_works(tx, **where, works=[training_work()])
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK + 1)
        untouched = await training_jobs.find_job(tx, **where)
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK)
        wished = await training_jobs.find_job(tx, **where)
    assert untouched is not None
    assert wished is not None
    assert (untouched.ending, wished.ending) == (None, JobEnding.WITHDRAWN)
    assert not wished.is_over, "its process has to end first"


async def test_a_server_trains_one_voice_at_a_time(database: Database) -> None:
    async with database.writing() as tx:
        job = await add_job(tx)
        with pytest.raises(AssertionError):
            await add_job(tx)
        await add_job(tx, GUILD + 1)
        where = {"guild_id": GUILD, "job_id": job.id}
        await training_jobs.end_job(
            tx, **where, state=JobState.CANCELLED, ending=JobEnding.CANCELLED, now_ms=NOW
        )
        assert await add_job(tx) != job


async def test_a_job_takes_its_steps_in_order_and_each_once(database: Database) -> None:
    async with database.writing() as tx:
        job = await add_job(tx)
        where = {"guild_id": GUILD, "job_id": job.id}
        assert not await training_jobs.accept_job(tx, **where)
        await training_jobs.offer_job(tx, **where, works=3, words=900, estimate="{}")
        assert await training_jobs.accept_job(tx, **where)
        assert not await training_jobs.accept_job(tx, **where), "pressed twice"
        await training_jobs.begin_attempt(tx, **where)
        await training_jobs.begin_attempt(tx, **where)
        first = JobEnding.WITHDRAWN
        assert await training_jobs.wish_end(tx, **where, ending=first)
        assert await training_jobs.wish_end(tx, **where, ending=JobEnding.CANCELLED)
        running = await training_jobs.find_job(tx, **where)
        await training_jobs.end_job(
            tx, **where, state=JobState.FAILED, ending=first, now_ms=NOW + 5
        )
        await training_jobs.end_job(tx, **where, state=JobState.DONE, ending=None, now_ms=NOW + 6)
        ended = await training_jobs.find_job(tx, **where)
        assert not await training_jobs.wish_end(tx, **where, ending=JobEnding.CANCELLED)
    assert running is not None
    assert (running.state, running.attempts, running.ending) == (JobState.TRAINING, 2, first)
    assert ended is not None
    assert (ended.state, ended.ending, ended.ended_ms) == (JobState.FAILED, first, NOW + 5)


async def test_rows_come_back_as_they_were_put_in(database: Database) -> None:
    async with database.writing() as tx:
        trained = await add_voice(tx)
        found = await voices.find_adapter_of_job(tx, guild_id=GUILD, job_id=trained.adapter.job_id)
        works = await training_jobs.list_works(tx, guild_id=GUILD, job_id=trained.job.id)
        newest = await training_jobs.find_newest_job(tx, guild_id=GUILD)
        unfinished = await training_jobs.list_unfinished_jobs(tx)
    assert found == trained.adapter
    assert works == [training_work()]
    assert newest == trained.job
    assert unfinished == [trained.job]
    assert trained.pair.adapter_is_first is True
