"""The use cases of training: ask for one, agree to what it takes, end it, see how far it is."""

import structlog

from engine.errors import JobOver, OtherBaseServed, TooLittleText, TrainingRuns
from engine.library.data_set import LEAST_WORDS, LEAST_WORKS, count_words
from engine.library.gate import trainable_works
from engine.library.voices import require_server
from engine.runtime import Engine
from engine.settings import EMBEDDED
from engine.storage import training_jobs
from engine.story import JobEnding, Member, TrainingJob
from engine.story.training import Effort, Method
from engine.voices import last_part

log = structlog.get_logger()

EMBEDDED_NAME = "smollm2-135m-instruct"  # as the model server lists it


async def start_training(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    language: str,
    method: Method,
    effort: Effort,
    interaction_id: int,
) -> TrainingJob:
    """Begin a job: its row comes first, and whoever runs the jobs takes it from there.

    `language` is that of the message that shows the progress.

    Raises:
        NotAllowed: the member may not manage the server.
        TrainingRuns: the server has a job that is not over.
        TooLittleText: the works that may be learned from are too few or too short.
        OtherBaseServed: what would be trained is not the model that is served.
    """
    require_server(member)
    works = await trainable_works(engine, guild_id=guild_id)
    words = count_words(works)
    if len(works) < LEAST_WORKS or words < LEAST_WORDS:
        raise TooLittleText(len(works), words, LEAST_WORKS, LEAST_WORDS)
    await _refuse_other_base(engine)
    async with engine.database.writing() as tx:
        job = await training_jobs.insert_job(
            tx,
            guild_id=guild_id,
            member_id=member.id,
            channel_id=channel_id,
            language=language,
            method=method.value,
            effort=effort.value,
            seed=engine.seeds(),
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
    if job is None:
        raise TrainingRuns
    log.info("training_asked_for", guild_id=guild_id, job_id=job.id, works=len(works))
    return job


async def _refuse_other_base(engine: Engine) -> None:
    """With a model server of the operator's own, compare what it serves with what we train."""
    if engine.settings.model_url is None:
        return
    trained = engine.serving.model
    base = EMBEDDED_NAME if trained == EMBEDDED else last_part(trained)
    served = (await engine.model.info()).name
    if last_part(served) != base:
        raise OtherBaseServed(served, trained)


async def accept_training(
    engine: Engine, *, guild_id: int, member: Member, job_id: int
) -> TrainingJob:
    """Agree to what a training will take: it stands in line for the machine from now on.

    Raises:
        NotAllowed: the member may not manage the server.
        JobOver: it is over, or was agreed to before.
    """
    require_server(member)
    async with engine.database.writing() as tx:
        was_offered = await training_jobs.accept_job(tx, guild_id=guild_id, job_id=job_id)
        job = await training_jobs.find_job(tx, guild_id=guild_id, job_id=job_id)
    if job is None or not was_offered:
        raise JobOver
    return job


async def cancel_training(
    engine: Engine, *, guild_id: int, member: Member, job_id: int
) -> TrainingJob:
    """Wish that a training end; its process is stopped by whoever runs the jobs.

    Raises:
        NotAllowed: the member may not manage the server.
        JobOver: it is over.
    """
    require_server(member)
    async with engine.database.writing() as tx:
        is_live = await training_jobs.wish_end(
            tx, guild_id=guild_id, job_id=job_id, ending=JobEnding.CANCELLED
        )
        job = await training_jobs.find_job(tx, guild_id=guild_id, job_id=job_id)
    if job is None or not is_live:
        raise JobOver
    return job


async def record_job_message(
    engine: Engine, *, guild_id: int, job_id: int, message_id: int | None
) -> None:
    """Note which message shows a job's progress."""
    async with engine.database.writing() as tx:
        await training_jobs.set_job_message(
            tx, guild_id=guild_id, job_id=job_id, message_id=message_id
        )
