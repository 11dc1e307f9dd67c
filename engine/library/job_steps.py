"""The steps of one training job. Each can be taken again after a restart."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from engine.library.job_news import JobNews
from engine.library.job_preparing import prepare
from engine.library.job_record import Ended, JobRecord
from engine.library.training_folder import TrainingFolder
from engine.library.training_process import TrainingProcess
from engine.runtime import Engine
from engine.storage import training_jobs, voices
from engine.story import Adapter, JobEnding, JobState, TrainingJob
from engine.story.training import FaultCode, Phase, TrainingFault, TrainingProgress, TrainingReport

if TYPE_CHECKING:
    from engine.library.job_runner import Pace

log = structlog.get_logger()

MOST_ATTEMPTS = 3  # starts of the process that come no further than those before
PHASES = tuple(Phase)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class JobSteps:
    """One job on its way."""

    def __init__(
        self,
        engine: Engine,
        job: TrainingJob,
        show: Callable[[JobNews], Awaitable[None]],
        *,
        closing: asyncio.Event,
        command: Sequence[str],
        pace: "Pace",
    ) -> None:
        self._engine = engine
        self._record = JobRecord(engine, job, show, closing)
        self._pace = pace
        self._folder = TrainingFolder(engine.settings.jobs_folder / str(job.id))
        self._process = TrainingProcess(self._folder.path, command)

    async def until_accepted(self) -> None:
        """Collect, estimate, and wait until a moderator has agreed. Raise Ended."""
        record = self._record
        await record.refresh()
        await record.tell()
        if record.job.state is JobState.PREPARING:
            await self.pause()  # an estimate that outlived the bot
            looks = self._pace.between_looks
            await prepare(
                self._engine, record, self._folder, self._process, seconds_between_looks=looks
            )
            await record.refresh()
            await record.tell()
        deadline_ms = record.job.created_ms + round(1000 * self._pace.to_agree)
        while record.job.state is JobState.OFFERED:
            if self._engine.clock() > deadline_ms:
                raise Ended(JobEnding.NOT_TAKEN)
            await asyncio.sleep(self._pace.between_looks)
            await record.refresh()

    @asynccontextmanager
    async def standing_in_line(self, machine: asyncio.Lock) -> AsyncIterator[None]:
        """Hold the machine, the oldest job first; meanwhile say how many come before. Raise Ended.

        A job whose process may still live comes before all that only wait.
        """
        while machine.locked() or await self._record.count_before():
            await self._record.refresh()
            await self._record.tell()
            await asyncio.sleep(self._pace.between_looks)
        async with machine:
            yield

    async def train(self) -> None:
        """Run the process until it is done, and keep what it made. Raise Ended."""
        while (report := await asyncio.to_thread(self._folder.read_report)) is None:
            if not self._process.is_running():
                fault = await asyncio.to_thread(self._folder.read_fault)
                if fault is not None:
                    raise Ended(JobEnding(fault.code.value), fault)
                await self._start()
            await self._until_process_ended()
        await self._process.wait(self._pace.to_save)
        await self._finish(report)

    async def _start(self) -> None:
        await self._record.refresh()
        attempts = self._record.job.attempts
        if attempts >= MOST_ATTEMPTS:
            raise Ended(JobEnding.KILLED)
        if attempts:  # it died without a word
            await self._sleep(self._pace.before_retry * 2 ** (attempts - 1))
        async with self._engine.database.writing() as tx:
            await training_jobs.begin_attempt(tx, **self._record.key)
        await self._process.start()

    async def _until_process_ended(self) -> None:
        """Follow the process, show its progress, and count its attempts anew when it gets on."""
        farthest = _place_of(await asyncio.to_thread(self._folder.read_progress))
        while not await self._process.wait(self._pace.between_looks):
            await self._record.refresh()
            progress = await asyncio.to_thread(self._folder.read_progress)
            if self._record.job.attempts > 1 and _place_of(progress) > farthest:
                async with self._engine.database.writing() as tx:
                    await training_jobs.forget_attempts(tx, **self._record.key)
            await self._record.tell(progress)
        await self._record.refresh()

    async def _finish(self, report: TrainingReport) -> None:
        order = await asyncio.to_thread(self._folder.read_order)
        target = self._engine.voices.path_of(order.name)
        try:
            await asyncio.to_thread(self._folder.publish, target, report)
        except OSError as error:
            log.error("adapter_not_published", error=type(error).__name__, errno=error.errno)
            code = FaultCode.OUT_OF_DISK if error.errno in NO_ROOM else FaultCode.BROKEN
            fault = TrainingFault(code, {"error": type(error).__name__})
            raise Ended(JobEnding(code.value), fault) from None
        await asyncio.to_thread(self._folder.forget_texts)
        try:
            adapter = await self._make_known(order.name, report)
        except Ended:
            await asyncio.to_thread(TrainingFolder(target).remove)  # it must never be loaded
            raise
        curve = self._folder.curve
        has_curve = await asyncio.to_thread(curve.exists)
        await self._record.close_done(adapter, report, curve if has_curve else None)

    async def _make_known(self, name: str, report: TrainingReport) -> Adapter:
        """Keep the adapter's row, unless a work was withdrawn up to this very transaction."""
        async with self._engine.database.writing() as tx:
            if known := await voices.find_adapter_of_job(tx, **self._record.key):
                return known  # a kill came between this and the end of the job
            job = await training_jobs.find_job(tx, **self._record.key)
            if job is None or job.ending is not None:
                raise Ended((job and job.ending) or JobEnding.CANCELLED)
            number = 1 + await voices.find_highest_number(tx, guild_id=job.guild_id)
            adapter = await voices.insert_adapter(
                tx,
                **self._record.key,
                number=number,
                name=name,
                method=report.method.value,
                base_model=report.base_model,
                base_digest=report.base_digest,
                template_digest=report.template_digest,
                data_digest=report.data_digest,
                report=report.to_json(),
                now_ms=self._engine.clock(),
            )
        log.info("voice_trained", guild_id=job.guild_id, number=number)
        return adapter

    async def end(self, ended: Ended) -> None:
        """Stop the process, delete the texts, and close the row."""
        await self.pause()
        await asyncio.to_thread(self._folder.forget_texts)
        log.info("training_ended", job_id=self._record.job.id, ending=ended.ending.value)
        await self._record.close_ended(ended)

    async def pause(self) -> None:
        """Stop the process; it keeps its state, and the next start goes on from there."""
        if await asyncio.to_thread(self._folder.path.is_dir):
            await self._process.stop(seconds_to_save=self._pace.to_save)

    async def _sleep(self, seconds: float) -> None:
        """Wait, but no longer than anybody wishes."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            await asyncio.sleep(min(left, self._pace.between_looks))
            await self._record.refresh()


def _place_of(progress: TrainingProgress | None) -> tuple[int, int]:
    """Return how far a training is: the phase, and the step in it."""
    return (PHASES.index(progress.phase), progress.step) if progress else (-1, 0)
