"""Before a training: what it learns from is written down, and what it takes is estimated."""

import asyncio

from engine.library.data_set import (
    LEAST_WORDS,
    LEAST_WORKS,
    count_words,
    manifest_of,
    manifest_rows,
    order_of,
    rows_of,
)
from engine.library.gate import (
    TrainableWork,
    permission_of,
    still_trainable,
    trainable_works,
)
from engine.library.job_record import Ended, JobRecord
from engine.library.training_folder import TrainingFolder
from engine.library.training_process import TrainingProcess
from engine.runtime import Engine
from engine.storage import training_jobs
from engine.story import JobEnding, TrainingJob
from engine.story.training import TrainingEstimate


async def prepare(
    engine: Engine,
    record: JobRecord,
    folder: TrainingFolder,
    process: TrainingProcess,
    *,
    seconds_between_looks: float,
) -> None:
    """Collect the works, have the process estimate, and offer the job. Raise Ended."""
    works = await _collect(engine, record)
    words = await asyncio.to_thread(count_words, works)
    if len(works) < LEAST_WORKS or words < LEAST_WORDS:
        raise Ended(JobEnding.TOO_LITTLE_TEXT)
    order = order_of(record.job, await _free_name(engine, record.job), engine.serving)
    manifest = manifest_of(works, engine.settings)
    await asyncio.to_thread(folder.write, order, rows_of(works), manifest)
    await process.start("--estimate")
    while not await process.wait(seconds_between_looks):
        await record.refresh()
    estimate = await _read_estimate(folder)
    async with engine.database.writing() as tx:
        await training_jobs.offer_job(
            tx, **record.key, works=len(works), words=words, estimate=estimate.to_json()
        )


async def _collect(engine: Engine, record: JobRecord) -> list[TrainableWork]:
    """Read the works, and write down which ones in the transaction that asks the gate again.

    What is withdrawn before it is left out; what is withdrawn after it finds the rows, and ends
    this job.
    """
    guild_id = record.job.guild_id
    works = await trainable_works(engine, guild_id=guild_id)
    permission = permission_of(engine.settings)
    async with engine.database.writing() as tx:
        live = await still_trainable(tx, guild_id=guild_id, permission=permission)
        works = [work for work in works if live.get(work.work_id) == work.text_hash]
        await training_jobs.replace_works(tx, **record.key, works=manifest_rows(works))
    return works


async def _free_name(engine: Engine, job: TrainingJob) -> str:
    """Return a name that no folder has: the server's id, and the job's, which comes once."""
    name, number = f"{job.guild_id}-{job.id}", 1
    while await asyncio.to_thread(engine.voices.path_of(name).exists):
        number += 1
        name = f"{job.guild_id}-{job.id}-{number}"
    return name


async def _read_estimate(folder: TrainingFolder) -> TrainingEstimate:
    estimate = await asyncio.to_thread(folder.read_estimate)
    fault = estimate.refusal if estimate else await asyncio.to_thread(folder.read_fault)
    if fault is not None:
        raise Ended(JobEnding(fault.code.value), fault)
    if estimate is None:
        raise Ended(JobEnding.KILLED)
    return estimate
