"""The live resources of the engine, and their one opener.

A turn that the model writes lives here as a `LiveDraft`: a task of the engine's own, so that it
goes on when whoever shows it breaks off, and is left for resumption when the engine closes.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from engine.chores import Chores
from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.presets import Preset, load_presets
from engine.model.queue import QueueLimits, TurnQueue
from engine.model.request import Model
from engine.model.supervisor import ModelServer
from engine.model.vectors import Vectors
from engine.settings import EngineSettings, ServingSettings
from engine.storage import Database, open_database
from engine.story import Turn
from engine.voices import Voices

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Waiting:
    """The model has not begun: `place` 1 is next in the queue, 0 waits for the model itself."""

    place: int
    expected_seconds: float | None  # None: nothing is known of the pace yet


@dataclass(frozen=True, slots=True)
class Writing:
    """The text so far, whole."""

    text: str


Progress = Waiting | Writing


class Ending(StrEnum):
    """Why a draft is to end before its time."""

    STOP = "stop"  # a member asked: the text so far is the turn
    ABANDON = "abandon"  # the engine closes: the turn stays unfinished, to be resumed


class LiveDraft:
    """A turn being written: its newest progress, and the wish that it end."""

    def __init__(self, turn_id: int) -> None:
        self.turn_id = turn_id
        self.failure: Exception | None = None  # why the outcome is FAILED
        self.ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[Turn] | None = None
        self._progress: Progress | None = None
        self._version = 0
        self._news = asyncio.Event()

    def show(self, progress: Progress) -> None:
        """Make this the newest progress and wake those who read it."""
        if progress != self._progress:
            self._progress = progress
            self._version += 1
            self.wake()

    def wake(self) -> None:
        """Let every reader look again."""
        self._news.set()
        self._news = asyncio.Event()

    def end(self, ending: Ending) -> None:
        """Ask the task to end; the first wish counts."""
        if not self.ending.done():
            self.ending.set_result(ending)

    async def progress(self) -> AsyncGenerator[Progress, None]:
        """Yield the newest progress whenever it changed; end with the task."""
        seen = 0
        while self.task is not None and not self.task.done():
            if self._version == seen or self._progress is None:
                await self._news.wait()
            else:
                seen = self._version
                yield self._progress

    async def finished(self) -> Turn:
        """Wait for the turn to be written and return it.

        Raises:
            CancelledError: the engine was closed; the turn is to be resumed.
            StorageFailed: the turn could not be stored; it is to be resumed.
        """
        assert self.task is not None
        return await asyncio.shield(self.task)


class DraftRegistry:
    """The drafts that are being written now, by turn id."""

    def __init__(self) -> None:
        self._live: dict[int, LiveDraft] = {}
        self._closing = False

    def find(self, turn_id: int) -> LiveDraft | None:
        """Return the live draft of a turn."""
        return self._live.get(turn_id)

    def begin(
        self, turn_id: int, write: Callable[[LiveDraft], Coroutine[Any, Any, Turn]]
    ) -> LiveDraft:
        """Start `write` in a task of its own. A turn that is live already raises RuntimeError."""
        if turn_id in self._live:
            raise RuntimeError(f"turn {turn_id} is being written already")
        live = self._live[turn_id] = LiveDraft(turn_id)
        if self._closing:
            live.end(Ending.ABANDON)
        live.task = asyncio.create_task(write(live), name=f"turn {turn_id}")
        live.task.add_done_callback(lambda task: self._forget(live, task))
        return live

    async def close(self) -> None:
        """End all drafts; their turns stay unfinished."""
        self._closing = True
        while self._live:
            for live in self._live.values():
                live.end(Ending.ABANDON)
            await asyncio.wait([live.task for live in self._live.values() if live.task])
            await asyncio.sleep(0)  # the tasks' callbacks

    def _forget(self, live: LiveDraft, task: asyncio.Task[Turn]) -> None:
        del self._live[live.turn_id]
        live.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("turn_left_unfinished", turn_id=live.turn_id, exc_info=error)


def epoch_ms() -> int:
    """Tell the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def new_seed() -> int:
    """Draw a seed of 31 bits: every server takes those."""
    return random.getrandbits(31)


@dataclass(frozen=True)
class Engine:
    """What the use cases work with, open as long as `open_engine`'s block."""

    settings: EngineSettings
    database: Database
    model: Model
    queue: TurnQueue
    drafts: DraftRegistry
    voices: Voices  # which adapter writes for each server
    vectors: Vectors = field(default_factory=Vectors)  # of texts that were placed by meaning
    chores: Chores = field(default_factory=lambda: Chores(are_on=False))  # nobody waits for them
    presets: Mapping[str, Preset] = field(default_factory=load_presets)  # by key
    serving: ServingSettings = field(default_factory=ServingSettings)  # what a training is based on
    server: ModelServer | None = None  # ours; None when another server or a given model is used
    clock: Callable[[], int] = epoch_ms
    seeds: Callable[[], int] = new_seed
    seconds_for_model: float = 120.0  # that a turn waits for a model that is away
    seconds_between_saves: float = 2.0  # of the text of a turn that is being written


@asynccontextmanager
async def open_engine(
    settings: EngineSettings, *, model: Model | None = None, clock: Callable[[], int] = epoch_ms
) -> AsyncGenerator[Engine]:
    """Open the database and reach for the model; close all at the end.

    Without `model`, and without `settings.model_url`, our own model server is started; it is not
    waited for. At the end the turns being written are left unfinished, to be resumed.

    Raises:
        PresetsUnreadable: a file of presets is not one.
        StorageFailed: the database cannot be opened.
    """
    presets = load_presets(settings.presets_dir)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        server = None
        if model is None:
            if settings.model_url is None:
                server = await stack.enter_async_context(
                    ModelServer(
                        seconds_between_tokens=settings.seconds_between_tokens,
                        adapters_dir=settings.adapters_folder,
                    )
                )
            model = _reach_model(settings, server)
        stack.push_async_callback(model.close)
        drafts = DraftRegistry()
        stack.push_async_callback(drafts.close)
        chores = Chores(are_on=settings.background_work)
        stack.push_async_callback(chores.close)
        yield Engine(
            settings=settings,
            database=database,
            model=model,
            queue=TurnQueue(
                settings.turns_at_once,
                QueueLimits(
                    per_member=settings.waiting_per_member,
                    per_channel=settings.waiting_per_channel,
                    per_server=settings.waiting_per_server,
                    in_all=settings.waiting_in_all,
                ),
                most_seconds=settings.seconds_in_queue,
            ),
            drafts=drafts,
            chores=chores,
            voices=Voices(database, model, settings.adapters_folder),
            presets=presets,
            server=server,
            clock=clock,
        )


def _reach_model(settings: EngineSettings, server: ModelServer | None) -> ServedModel:
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else ""
    elsewhere = Endpoint(settings.model_url or "", key)
    return ServedModel(
        server.endpoint if server else lambda: elsewhere,
        seconds_between_tokens=settings.seconds_between_tokens,
        model_name=settings.model_name,
    )
