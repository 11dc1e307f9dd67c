"""Training jobs, from the command to the adapter, through kills, wishes and withdrawals.

The process is a fake that speaks the files; what it learns is no matter here.
"""

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import JobOver, NotAllowed, OtherBaseServed, TooLittleText, TrainingRuns
from engine.library.job_news import JobNews
from engine.library.job_runner import JobRunner, Pace
from engine.library.job_steps import JobSteps
from engine.library.training import accept_training, cancel_training, start_training
from engine.library.voices import read_voice
from engine.library.withdrawing import withdraw_for_author
from engine.runtime import Engine
from engine.storage import training_jobs
from engine.story import JobEnding, JobState, Member, TrainingJob
from engine.story.training import Effort, Method, TrainingFault
from tests.engine.library.given_works import give_works
from tests.engine.storage.samples import GUILD
from tests.fakes.desk import new_id
from tests.fakes.processes import is_alive

TRAINER = str(Path(__file__).parents[2] / "fakes" / "trainer.py")
BOSS = Member(5, "Boss", is_moderator=True, may_manage_server=True)
PACE = Pace(between_looks=0.02, before_retry=0.05, to_save=5.0)
OTHER = GUILD + 1


class Board:
    """All that was told of jobs."""

    def __init__(self) -> None:
        self.news: list[JobNews] = []

    async def show(self, news: JobNews) -> None:
        self.news.append(news)

    async def until(self, is_it: Callable[[JobNews], Any]) -> JobNews:
        """Wait for news."""
        async with asyncio.timeout(40):
            while True:
                for news in self.news:
                    if is_it(news):
                        return news
                await asyncio.sleep(0.01)

    async def state(self, state: JobState, guild_id: int = GUILD) -> JobNews:
        """Wait until a server's job is in a state."""
        return await self.until(lambda n: n.job.state is state and n.job.guild_id == guild_id)


@asynccontextmanager
async def running(
    engine: Engine, kind: str = "steady", pace: Pace = PACE
) -> AsyncIterator[tuple[Board, JobRunner]]:
    """Run the jobs with a trainer of this kind, as one life of the bot does."""
    board = Board()
    runner = JobRunner(engine, board.show, command=(sys.executable, TRAINER, kind), pace=pace)
    task = asyncio.create_task(runner.run())
    try:
        yield board, runner
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


async def ask(engine: Engine, guild_id: int = GUILD, **changes: Any) -> TrainingJob:
    facts: dict[str, Any] = {"member": BOSS, "language": "en", "method": Method.LORA}
    facts |= {"effort": Effort.QUICK, "channel_id": 10, "interaction_id": new_id()}
    return await start_training(engine, guild_id=guild_id, **(facts | changes))


async def accept(engine: Engine, job: TrainingJob) -> None:
    await accept_training(engine, guild_id=job.guild_id, member=BOSS, job_id=job.id)


async def row(engine: Engine, job: TrainingJob) -> TrainingJob:
    async with engine.database.reading() as tx:
        found = await training_jobs.find_job(tx, guild_id=job.guild_id, job_id=job.id)
    assert found is not None
    return found


async def over(engine: Engine, job: TrainingJob) -> TrainingJob:
    """Wait until a job's row is closed."""
    async with asyncio.timeout(40):
        while not (now := await row(engine, job)).is_over:
            await asyncio.sleep(0.02)
    return now


def folder_of(engine: Engine, job: TrainingJob) -> Path:
    return engine.settings.jobs_folder / str(job.id)


def holds_no_text(engine: Engine, job: TrainingJob) -> bool:
    """Whether no file of the job has words of a work."""
    files = [path for path in folder_of(engine, job).rglob("*") if path.is_file()]
    assert files
    return not any(b"keeper" in path.read_bytes() for path in files)


async def test_a_training_is_offered_accepted_followed_and_ends_with_an_adapter(
    engine: Engine,
) -> None:
    works = await give_works(engine)
    job = await ask(engine)
    async with running(engine) as (board, _):
        offered = await board.state(JobState.OFFERED)
        assert (offered.job.works, offered.job.words) == (4, 3_600)
        assert offered.estimate is not None
        assert (offered.estimate.seconds, offered.estimate.steps) == (90.0, 6)
        folder = folder_of(engine, job)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "works.jsonl").stat().st_mode) == 0o600
        await accept(engine, job)
        done = await board.state(JobState.DONE)
        ended = await over(engine, job)
    steps = [n.progress.step for n in board.news if n.progress]
    assert steps == sorted(steps)
    assert len(set(steps)) > 2
    assert done.curve is not None
    assert done.curve.read_bytes().startswith(b"\x89PNG")
    assert done.report is not None
    assert (ended.state, ended.ending) == (JobState.DONE, None)
    status = await read_voice(engine, guild_id=GUILD)
    (adapter,) = status.adapters
    assert adapter == done.adapter
    assert (adapter.number, adapter.name, status.job) == (1, f"{GUILD}-{job.id}", None)
    assert adapter.data_digest == done.report.data_digest
    kept = engine.voices.path_of(adapter.name)
    assert (kept / "adapter_model.safetensors").read_bytes().endswith(adapter.name.encode())
    assert not any(os.access(file, os.W_OK) for file in kept.iterdir()) or os.getuid() == 0
    assert stat.S_IMODE((kept / "adapter_model.safetensors").stat().st_mode) == 0o444
    assert holds_no_text(engine, job)
    async with engine.database.reading() as tx:
        kept_works = await training_jobs.list_works(tx, guild_id=GUILD, job_id=job.id)
    assert [work.work_id for work in kept_works] == works
    manifest = json.loads((kept / "manifest.json").read_text())
    assert [work["work_id"] for work in manifest["works"]] == works


async def test_a_job_goes_on_in_the_next_life_of_the_bot(engine: Engine) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, "slow") as (board, _):
        await board.state(JobState.OFFERED)
    async with running(engine, "slow") as (board, _):
        await accept(engine, job)
        await board.until(lambda n: n.progress and n.progress.step == 2)
    folder = folder_of(engine, job)
    assert (folder / "checkpoints" / "step").read_text() == "2"
    assert (await row(engine, job)).state is JobState.TRAINING
    async with running(engine) as (board, _):
        await board.state(JobState.DONE)
        await over(engine, job)
        first = next(n.progress for n in board.news if n.progress)
    assert first.step >= 2, "it began again from nothing"


async def test_a_process_that_outlived_a_killed_bot_is_followed_and_not_doubled(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: JobSteps) -> None:
        pass

    await give_works(engine)
    job = await ask(engine)
    with monkeypatch.context() as kill:
        async with running(engine, "slow") as (board, _):
            await board.state(JobState.OFFERED)
            await accept(engine, job)
            await board.until(lambda n: n.progress and n.progress.step == 2)
            kill.setattr(JobSteps, "pause", nothing)  # as after SIGKILL: nobody stops the process
    pid = int((folder_of(engine, job) / "pid").read_text())
    assert is_alive(pid)
    async with running(engine, "slow") as (after, _):
        news = await after.until(lambda n: n.progress)
        assert news.job.attempts == 1
        assert int((folder_of(engine, job) / "pid").read_text()) == pid
        await cancel_training(engine, guild_id=GUILD, member=BOSS, job_id=job.id)
        await over(engine, job)
    assert not is_alive(pid)


async def test_a_process_killed_once_goes_on_from_what_it_saved(engine: Engine) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, "slow") as (board, _):
        await board.state(JobState.OFFERED)
        await accept(engine, job)
        await board.until(lambda n: n.progress and n.progress.step == 2)
        os.kill(int((folder_of(engine, job) / "pid").read_text()), signal.SIGKILL)
        await board.until(lambda n: n.job.attempts == 2)
    async with running(engine) as (board, _):
        await board.state(JobState.DONE)


async def test_a_process_that_dies_and_gets_on_each_time_is_never_given_up(
    engine: Engine,
) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, "unlucky") as (board, _):
        await board.state(JobState.OFFERED)
        await accept(engine, job)
        await board.state(JobState.DONE)


async def test_a_process_that_dies_at_the_same_place_is_given_up(engine: Engine) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, "fatal") as (board, _):
        await board.state(JobState.OFFERED)
        await accept(engine, job)
        failed = await board.state(JobState.FAILED)
        ended = await over(engine, job)
    assert (failed.job.ending, ended.attempts) == (JobEnding.KILLED, 3)
    assert holds_no_text(engine, job)
    assert (await read_voice(engine, guild_id=GUILD)).adapters == ()


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("poor", JobEnding.OUT_OF_MEMORY), ("refusing", JobEnding.TOO_LITTLE_TEXT)],
)
async def test_what_the_process_says_ends_the_job_with_its_facts(
    engine: Engine, kind: str, ending: JobEnding
) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, kind) as (board, _):
        if kind == "poor":
            await board.state(JobState.OFFERED)
            await accept(engine, job)
        failed = await board.state(JobState.FAILED)
        ended = await over(engine, job)
    assert (failed.job.ending, ended.ending) == (ending, ending)
    assert TrainingFault.from_json(ended.facts).facts
    assert holds_no_text(engine, job)


async def test_a_cancelled_job_leaves_no_process_and_no_text(engine: Engine) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, "slow") as (board, _):
        await board.state(JobState.OFFERED)
        await accept(engine, job)
        await board.until(lambda n: n.progress and n.progress.step == 2)
        pid = int((folder_of(engine, job) / "pid").read_text())
        await cancel_training(engine, guild_id=GUILD, member=BOSS, job_id=job.id)
        ended = await over(engine, job)
    assert (ended.state, ended.ending) == (JobState.CANCELLED, JobEnding.CANCELLED)
    assert not is_alive(pid)
    assert holds_no_text(engine, job)
    with pytest.raises(JobOver):
        await cancel_training(engine, guild_id=GUILD, member=BOSS, job_id=job.id)
    assert (await ask(engine)).id != job.id, "the server may train again"


@pytest.mark.parametrize("when", ["offered", "training"])
async def test_a_work_withdrawn_meanwhile_ends_the_job_and_the_next_one_leaves_it_out(
    engine: Engine, when: str
) -> None:
    works = await give_works(engine)
    job = await ask(engine)
    async with running(engine, "slow") as (board, _):
        await board.state(JobState.OFFERED)
        if when == "training":
            await accept(engine, job)
            await board.until(lambda n: n.progress)
        await withdraw_for_author(engine.database, guild_id=GUILD, work_id=works[1])
        ended = await over(engine, job)
    assert (ended.state, ended.ending) == (JobState.FAILED, JobEnding.WITHDRAWN)
    assert holds_no_text(engine, job)
    again = await ask(engine)
    async with running(engine) as (board, _):
        await board.until(lambda n: n.job.id == again.id and n.job.state is JobState.OFFERED)
        rows = (folder_of(engine, again) / "works.jsonl").read_text()
        await accept(engine, again)
        await over(engine, again)
    assert [json.loads(line)["work_id"] for line in rows.splitlines()] == [
        works[0],
        *works[2:],
    ]


async def test_an_offer_that_nobody_takes_ends(engine: Engine) -> None:
    await give_works(engine)
    job = await ask(engine)
    async with running(engine, pace=replace(PACE, to_agree=-1.0)) as (_, _):
        ended = await over(engine, job)
    assert (ended.state, ended.ending) == (JobState.CANCELLED, JobEnding.NOT_TAKEN)
    assert holds_no_text(engine, job)
    with pytest.raises(JobOver):
        await accept(engine, job)


async def test_one_job_trains_at_a_time_and_the_others_know_their_place(engine: Engine) -> None:
    jobs = []
    for guild_id in (GUILD, OTHER):
        await give_works(engine, guild_id)
        jobs.append(await ask(engine, guild_id))
    async with running(engine, "slow") as (board, _):
        for job in jobs:
            await board.state(JobState.OFFERED, job.guild_id)
            await accept(engine, job)
        await board.until(lambda n: n.progress and n.job.guild_id == GUILD)
        waiting = await board.until(lambda n: n.before and n.job.guild_id == OTHER)
        assert (waiting.job.state, waiting.before) == (JobState.WAITING, 1)
        assert not any(n.progress and n.job.guild_id == OTHER for n in board.news)
        await cancel_training(engine, guild_id=GUILD, member=BOSS, job_id=jobs[0].id)
        await board.until(lambda n: n.progress and n.job.guild_id == OTHER)


async def test_training_is_refused_before_anything_is_kept(engine: Engine) -> None:
    guest = replace(BOSS, may_manage_server=False)
    with pytest.raises(NotAllowed):
        await ask(engine, member=guest)
    await give_works(engine, count=2)
    with pytest.raises(TooLittleText) as little:
        await ask(engine)
    assert (little.value.works, little.value.words) == (2, 1_800)
    await give_works(engine, OTHER, count=3)
    job = await ask(engine, OTHER)
    with pytest.raises(TrainingRuns):
        await ask(engine, OTHER)
    with pytest.raises(NotAllowed):
        await accept_training(engine, guild_id=OTHER, member=guest, job_id=job.id)
    with pytest.raises(JobOver):
        await accept_training(engine, guild_id=GUILD, member=BOSS, job_id=job.id)
    elsewhere = replace(
        engine, settings=engine.settings.model_copy(update={"model_url": "http://gpu:8000"})
    )
    await give_works(engine, GUILD + 2)
    with pytest.raises(OtherBaseServed):
        await ask(elsewhere, GUILD + 2)
