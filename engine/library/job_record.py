"""The row of a job while it is followed: read again, changed, and told of."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.library.job_news import JobNews
from engine.runtime import Engine
from engine.storage import training_jobs
from engine.story import Adapter, JobEnding, JobState, TrainingJob
from engine.story.training import (
    TrainingEstimate,
    TrainingFault,
    TrainingProgress,
    TrainingReport,
)

ENDED_BY_WISH = frozenset({JobEnding.CANCELLED, JobEnding.NOT_TAKEN})


class Ended(Exception):
    """The job ends here, and why; `fault` has the facts."""

    def __init__(self, ending: JobEnding, fault: TrainingFault | None = None) -> None:
        super().__init__(ending.value)
        self.ending = ending
        self.fault = fault


class Paused(Exception):
    """Whoever runs the jobs closes; the next one goes on from here."""


class JobRecord:
    """One job's row, as it was last read. Once `closing` is set, `refresh` raises Paused."""

    def __init__(
        self,
        engine: Engine,
        job: TrainingJob,
        show: Callable[[JobNews], Awaitable[None]],
        closing: asyncio.Event,
    ) -> None:
        self.job = job
        self._closing = closing
        self.key: dict[str, Any] = {"guild_id": job.guild_id, "job_id": job.id}
        self._engine = engine
        self._show = show

    async def refresh(self) -> None:
        """Read the row again; raise Ended if somebody wishes that the job end, or Paused."""
        if self._closing.is_set():
            raise Paused
        async with self._engine.database.reading() as tx:
            job = await training_jobs.find_job(tx, **self.key)
        # Gone with its server: then nothing of it is kept either.
        self.job = job or replace(self.job, ending=JobEnding.CANCELLED)
        if self.job.ending is not None and not self.job.is_over:
            raise Ended(self.job.ending)

    async def tell(self, progress: TrainingProgress | None = None) -> None:
        """Tell how the job stands."""
        await self._show(self._news(before=await self.count_before(), progress=progress))

    async def count_before(self) -> int:
        """Return how many jobs of all servers come first, while this one waits; else 0."""
        if self.job.state is not JobState.WAITING:
            return 0
        async with self._engine.database.reading() as tx:
            return await training_jobs.count_waiting_before(tx, **self.key)

    async def close_done(
        self, adapter: Adapter, report: TrainingReport, curve: Path | None
    ) -> None:
        """Tell the good end, then close the row: after a kill in between it is told again."""
        self.job = replace(self.job, state=JobState.DONE, ending=None)
        await self._show(self._news(adapter=adapter, report=report, curve=curve))
        await self._close("")

    async def close_ended(self, ended: Ended) -> None:
        """Tell why the job ends, then close the row."""
        is_wished = ended.ending in ENDED_BY_WISH
        facts = ended.fault.to_json() if ended.fault else ""
        state = JobState.CANCELLED if is_wished else JobState.FAILED
        self.job = replace(self.job, state=state, ending=ended.ending, facts=facts)
        await self._show(self._news())
        await self._close(facts)

    async def _close(self, facts: str) -> None:
        async with self._engine.database.writing() as tx:
            await training_jobs.end_job(
                tx,
                **self.key,
                state=self.job.state,
                ending=self.job.ending,
                facts=facts,
                now_ms=self._engine.clock(),
            )

    def _news(self, **facts: Any) -> JobNews:
        estimate = self.job.estimate
        return JobNews(
            self.job,
            self._engine.serving.model,
            TrainingEstimate.from_json(estimate) if estimate else None,
            **facts,
        )
