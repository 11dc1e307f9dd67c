"""Training jobs, and the manifests of what they learn from."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import (
    select_training_jobs,
    select_training_works,
    to_training_job,
    to_training_work,
)
from engine.storage.schema import training_jobs, training_works
from engine.story import JobEnding, JobState, TrainingJob, TrainingWork


async def insert_job(
    tx: Transaction,
    *,
    guild_id: int,
    member_id: int,
    channel_id: int,
    language: str,
    method: str,
    effort: str,
    seed: int,
    interaction_id: int,
    now_ms: int,
) -> TrainingJob | None:
    """Begin a job; None while the server has one that is not over."""
    job_id = await insert_unless_present(
        tx,
        training_jobs,
        guild_id=guild_id,
        member_id=member_id,
        channel_id=channel_id,
        language=language,
        method=method,
        effort=effort,
        seed=seed,
        state=JobState.PREPARING,
        works=0,
        words=0,
        estimate="",
        facts="",
        attempts=0,
        interaction_id=interaction_id,
        created_ms=now_ms,
    )
    return await find_job(tx, guild_id=guild_id, job_id=job_id) if job_id else None


async def find_job(tx: Transaction, *, guild_id: int, job_id: int) -> TrainingJob | None:
    """Return a job of the server."""
    row = (
        await tx.execute(
            select_training_jobs().where(
                training_jobs.c.guild_id == guild_id, training_jobs.c.id == job_id
            )
        )
    ).one_or_none()
    return to_training_job(row) if row else None


async def find_unfinished_job(tx: Transaction, *, guild_id: int) -> TrainingJob | None:
    """Return the server's job that is not over."""
    row = (
        await tx.execute(
            select_training_jobs().where(
                training_jobs.c.guild_id == guild_id, training_jobs.c.ended_ms.is_(None)
            )
        )
    ).one_or_none()
    return to_training_job(row) if row else None


async def find_newest_job(tx: Transaction, *, guild_id: int) -> TrainingJob | None:
    """Return the server's newest job, over or not."""
    row = (
        await tx.execute(
            select_training_jobs()
            .where(training_jobs.c.guild_id == guild_id)
            .order_by(training_jobs.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return to_training_job(row) if row else None


async def list_job_ids(tx: Transaction, *, guild_id: int) -> list[int]:
    """Return the ids of all jobs of the server, over or not."""
    ids = await tx.scalars(
        select(training_jobs.c.id)
        .where(training_jobs.c.guild_id == guild_id)
        .order_by(training_jobs.c.id)
    )
    return list(ids)


async def list_unfinished_jobs(tx: Transaction) -> list[TrainingJob]:
    """Return the jobs of all servers that are not over, the oldest first."""
    rows = await tx.execute(
        select_training_jobs()
        .where(training_jobs.c.ended_ms.is_(None))
        .order_by(training_jobs.c.id)
    )
    return [to_training_job(row) for row in rows]


async def offer_job(
    tx: Transaction, *, guild_id: int, job_id: int, works: int, words: int, estimate: str
) -> None:
    """Note what a job would learn from and what it would take; a moderator has to agree."""
    await _change(
        tx,
        guild_id,
        job_id,
        (JobState.PREPARING,),
        state=JobState.OFFERED,
        works=works,
        words=words,
        estimate=estimate,
    )


async def accept_job(tx: Transaction, *, guild_id: int, job_id: int) -> bool:
    """Put a job in line for the machine; False if it was not on offer."""
    return await _change(tx, guild_id, job_id, (JobState.OFFERED,), state=JobState.WAITING)


async def begin_attempt(tx: Transaction, *, guild_id: int, job_id: int) -> None:
    """Count one more start of the training process."""
    await _change(
        tx,
        guild_id,
        job_id,
        (JobState.WAITING, JobState.TRAINING),
        state=JobState.TRAINING,
        attempts=training_jobs.c.attempts + 1,
    )


async def forget_attempts(tx: Transaction, *, guild_id: int, job_id: int) -> None:
    """Count from one again: this start of the process has come further than any before."""
    await _change(tx, guild_id, job_id, (JobState.TRAINING,), attempts=1)


async def wish_end(tx: Transaction, *, guild_id: int, job_id: int, ending: JobEnding) -> bool:
    """Ask a job to end before it is done; False when it is over. The first wish counts."""
    changed = await tx.execute(
        update(training_jobs)
        .where(
            training_jobs.c.guild_id == guild_id,
            training_jobs.c.id == job_id,
            training_jobs.c.ended_ms.is_(None),
        )
        .values(ending=func.coalesce(training_jobs.c.ending, ending.value))
    )
    return changed.rowcount > 0


async def end_job(
    tx: Transaction,
    *,
    guild_id: int,
    job_id: int,
    state: JobState,
    ending: JobEnding | None,
    now_ms: int,
    facts: str = "",
) -> None:
    """Close a job; `facts` is JSON."""
    unfinished = tuple(each for each in JobState if each is not state)
    await _change(
        tx, guild_id, job_id, unfinished, state=state, ending=ending, facts=facts, ended_ms=now_ms
    )


async def set_job_message(
    tx: Transaction, *, guild_id: int, job_id: int, message_id: int | None
) -> None:
    """Note which message shows the job's progress."""
    await tx.execute(
        update(training_jobs)
        .where(training_jobs.c.guild_id == guild_id, training_jobs.c.id == job_id)
        .values(message_id=message_id)
    )


async def replace_works(
    tx: Transaction, *, guild_id: int, job_id: int, works: Sequence[TrainingWork]
) -> None:
    """Keep what a job learns from, in place of what was kept before."""
    await tx.execute(
        delete(training_works).where(
            training_works.c.guild_id == guild_id, training_works.c.job_id == job_id
        )
    )
    for work in works:
        await tx.execute(
            insert(training_works).values(
                guild_id=guild_id,
                job_id=job_id,
                work_id=work.work_id,
                text_hash=work.text_hash,
                licence=work.licence,
                source=work.source,
                consents=work.consents,
                split=work.split,
            )
        )


async def list_works(tx: Transaction, *, guild_id: int, job_id: int) -> list[TrainingWork]:
    """Return what a job learns, or learned, from."""
    rows = await tx.execute(
        select_training_works()
        .where(training_works.c.guild_id == guild_id, training_works.c.job_id == job_id)
        .order_by(training_works.c.work_id)
    )
    return [to_training_work(row) for row in rows]


async def count_waiting_before(tx: Transaction, *, guild_id: int, job_id: int) -> int:
    """Return how many jobs of all servers come before this one: those that train, and older ones.

    0 if the server has no such job.
    """
    if await find_job(tx, guild_id=guild_id, job_id=job_id) is None:
        return 0
    trains = training_jobs.c.state == JobState.TRAINING
    is_older = (training_jobs.c.state == JobState.WAITING) & (training_jobs.c.id < job_id)
    count = await tx.scalar(
        select(func.count())
        .select_from(training_jobs)
        .where(training_jobs.c.id != job_id, trains | is_older)
    )
    return count or 0


async def _change(
    tx: Transaction, guild_id: int, job_id: int, states: tuple[JobState, ...], **values: Any
) -> bool:
    changed = await tx.execute(
        update(training_jobs)
        .where(
            training_jobs.c.guild_id == guild_id,
            training_jobs.c.id == job_id,
            training_jobs.c.state.in_(states),
            training_jobs.c.ended_ms.is_(None),
        )
        .values(**values)
    )
    return changed.rowcount > 0
