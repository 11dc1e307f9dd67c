"""Runs the training jobs of all servers, one at a time, through any restart.

A job's row says how far it is, its folder what the process has done, and the process itself is
found by its lock. So whoever runs the jobs next, after a kill or an update, goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from engine.errors import StorageFailed
from engine.library.job_news import JobNews
from engine.library.job_record import Ended, Paused
from engine.library.job_steps import JobSteps
from engine.library.training_process import TRAINING
from engine.runtime import Engine
from engine.storage import training_jobs
from engine.story import JobEnding, JobState, TrainingJob

log = structlog.get_logger()

Show = Callable[[JobNews], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the runner looks, and how long it waits, in seconds."""

    between_looks: float = 1.0
    before_retry: float = 5.0  # doubled each time
    to_save: float = 30.0  # from SIGTERM to SIGKILL
    to_agree: float = 3600.0  # to what a training takes


class JobRunner:
    """The jobs that are not over, each followed by a task of its own.

    `show` is told of every change; how often it lets Discord know is its own affair. `command` may
    be any program that speaks the files of `engine.story.training`.
    """

    def __init__(
        self,
        engine: Engine,
        show: Show,
        *,
        command: Sequence[str] = TRAINING,
        pace: Pace | None = None,
    ) -> None:
        self._engine = engine
        self._show = show
        self._command = command
        self._pace = pace or Pace()
        self._machine = asyncio.Lock()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()

    def wake(self) -> None:
        """Look for new jobs at once: whoever asked for one calls this."""
        self._wake.set()

    async def run(self) -> None:
        """Follow the jobs for ever. Cancelled, it stops the processes; they keep their state.

        Only the waits are cancelled: each job leaves off by itself, never within the database.
        """
        looking = asyncio.create_task(self._look())
        try:
            while True:
                self._wake.clear()
                is_sure = await asyncio.shield(looking)
                # Without a job nothing is to be looked for: whoever asks for one wakes us.
                is_idle = is_sure and not self._tasks
                seconds = None if is_idle else self._pace.between_looks
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._wake.wait()
                looking = asyncio.create_task(self._look())
        finally:
            self._closing.set()
            await looking
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _look(self) -> bool:
        """Follow every job that is not over; False if they could not be read."""
        try:
            async with self._engine.database.reading() as tx:
                jobs = await training_jobs.list_unfinished_jobs(tx)
        except StorageFailed as error:
            log.warning("jobs_not_readable", error=type(error).__name__)
            return False
        # One whose process may still live takes the machine before those that wait for it.
        for job in sorted(jobs, key=lambda job: job.state is not JobState.TRAINING):
            if job.id not in self._tasks:
                self._tasks[job.id] = asyncio.create_task(self._follow(job), name=f"job {job.id}")
        for job_id in [job_id for job_id, task in self._tasks.items() if task.done()]:
            del self._tasks[job_id]
        return True

    async def _follow(self, job: TrainingJob) -> None:
        """Take a job from where it stands to its end."""
        steps = JobSteps(
            self._engine,
            job,
            self._show,
            closing=self._closing,
            command=self._command,
            pace=self._pace,
        )
        try:
            try:
                await steps.until_accepted()
                async with steps.standing_in_line(self._machine):
                    await steps.train()
            except Ended as ended:
                await steps.end(ended)
        except Paused:
            await steps.pause()
        except StorageFailed as error:  # it is followed again at the next look
            log.warning("job_not_stored", job_id=job.id, error=type(error).__name__)
            await asyncio.sleep(self._pace.before_retry)
        except Exception:
            # The edge of this task: a bug too ends the job, or it would block its server.
            log.exception("job_broken", job_id=job.id)
            await steps.end(Ended(JobEnding.BROKEN))
