"""Continuous batching: many replies at once, each failing alone.

The generation loop of transformers runs in a thread of its own. An exception in it ends every
request; then the loop is started again, and only a fault that a new loop cannot cure (the GPU
itself, or one death after another) ends the process.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

import structlog
import torch
from transformers.generation.continuous_batching.model_runner import infer_max_single_request_tokens

from engine.serving.adapters import Adapters
from engine.serving.faults import ApiError, bad_request, generation_failed, not_ready, queue_full
from engine.serving.loading import LoadedModel
from engine.serving.loop import make_loop
from engine.serving.lora_plan import Step
from engine.serving.row import Row
from engine.serving.row_control import BatchRule
from engine.serving.sampling import Sampling
from engine.serving.submission import Submission
from engine.serving.token_bytes import TokenBytes
from engine.settings import ServingSettings

log = structlog.get_logger()

SECONDS_TO_STOP = 3.0
SECONDS_BETWEEN_LOOKS = 0.25
DEATHS_IN_A_MINUTE = 3


class LoopBeyondRepair(Exception):
    """The generation loop died and starting it again does not help."""


class Batch:
    """The running requests of one model. All methods are for the event loop."""

    def __init__(
        self, loaded: LoadedModel, settings: ServingSettings, rules: Sequence[BatchRule] = ()
    ) -> None:
        self.loaded = loaded
        self.token_bytes = TokenBytes(loaded.tokenizer)
        self.running_limit = settings.running_requests
        self.places = settings.running_requests + settings.waiting_requests
        self.taken = 0  # places in use
        self.is_empty = asyncio.Event()
        self.is_empty.set()
        self.loop_is_up = False
        self.context_tokens = min(settings.context_tokens, loaded.most_positions)
        self._submissions: dict[Submission, None] = {}  # in order of arrival
        self._busy_since = 0.0
        self._seconds_per_request = 5.0  # moving average
        self.restarts = 0
        self._deaths: deque[float] = deque(maxlen=DEATHS_IN_A_MINUTE)
        self._manager = make_loop(loaded, settings, rules)
        self.adapters = Adapters(self, settings)

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the loop and generate one token, so that a broken model is found out now."""
        self._manager.start()
        while self._processor is None:
            if not self._manager.is_running():
                raise LoopBeyondRepair(repr(self._fatal_error))
            await asyncio.sleep(0.01)
        capacity = infer_max_single_request_tokens(self._processor.cache)
        self.context_tokens = min(self.context_tokens, capacity)
        row = Row(prompt_tokens=1, sampling=Sampling(top_k=1))
        async for _ in self.generate([self.loaded.stop_token], row, most_tokens=1):
            pass
        self.loop_is_up = True

    async def watch(self) -> None:
        """Start the loop again whenever it dies.

        Raises:
            LoopBeyondRepair: the GPU is at fault, or the loop dies again and again.
        """
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._drop_unclaimed_outputs()
            if not self._manager.is_running():
                await self._revive()

    def stop(self) -> None:
        """End the loop; what still runs fails."""
        self.loop_is_up = False
        self._manager.stop(hard_stop=True, timeout=SECONDS_TO_STOP)

    async def _revive(self) -> None:
        self.loop_is_up = False
        error = self._fatal_error
        log.error("generation_loop_died", error=type(error).__name__, open_requests=self.taken)
        now = time.monotonic()
        self._deaths.append(now)
        too_often = len(self._deaths) == DEATHS_IN_A_MINUTE and now - self._deaths[0] < 60
        if too_often or isinstance(error, torch.AcceleratorError):
            raise LoopBeyondRepair(repr(error)) from error
        for submission in self._submissions:  # for those whom the dying loop told nothing
            submission.fail(generation_failed("the generation loop ended"))
        await asyncio.to_thread(self._manager.stop, hard_stop=True, timeout=SECONDS_TO_STOP)
        self.restarts += 1
        try:
            await self.start()
        except ApiError:
            return  # it died in its first step; the watch looks again
        log.info("generation_loop_restarted")

    def _drop_unclaimed_outputs(self) -> None:
        """Forget what arrived for requests that were cancelled."""
        while self._manager.get_result(timeout=0) is not None:
            pass

    # --- requests -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reserve(self, places: int) -> Iterator[None]:
        """Hold places for requests that are about to be made.

        Raises:
            ApiError: 503 while the loop is down, 429 when too few places are free, 400 when
                there will never be enough.
        """
        if places > self.places:
            message = f"{places} replies are asked for; this server has {self.places} places"
            raise bad_request("too_many_choices", message, "n")
        if not self.loop_is_up:
            raise not_ready("recovering")
        if self.taken + places > self.places:
            raise queue_full(self.waiting, self._seconds_until_a_place())
        self.taken += places
        self.is_empty.clear()
        started = time.monotonic()
        try:
            yield
        finally:
            self.taken -= places
            if not self.taken:
                self.is_empty.set()
            self._seconds_per_request += 0.1 * (
                time.monotonic() - started - self._seconds_per_request
            )

    async def generate(
        self, prompt: list[int], row: Row, *, most_tokens: int, ignore_stop_tokens: bool = False
    ) -> AsyncGenerator[list[int], None]:
        """Yield the reply's tokens so far, longer each time; close the generator to cancel.

        The prompt and `most_tokens` have been checked: they fit `context_tokens`.

        Raises:
            ApiError: the request or the whole loop broke.
        """
        submission = self.submission(
            prompt, row, most_tokens=most_tokens, ignore_stop_tokens=ignore_stop_tokens
        )
        async with contextlib.aclosing(self.outputs(submission)) as outputs:
            async for tokens in outputs:
                yield tokens

    def submission(
        self, prompt: list[int], row: Row, *, most_tokens: int, ignore_stop_tokens: bool = False
    ) -> Submission:
        """Return a request that can be rewound; it enters the loop when `outputs` is read."""
        return Submission(
            self._manager,
            prompt,
            row,
            most_tokens=most_tokens,
            ignore_stop_tokens=ignore_stop_tokens,
            on_break=self._broke,
        )

    async def outputs(self, submission: Submission) -> AsyncGenerator[list[int], None]:
        """Yield the reply's tokens so far; close the generator to cancel.

        Raises:
            ApiError: the request or the whole loop broke.
        """
        if not self._submissions:
            self._busy_since = time.monotonic()
        self._submissions[submission] = None
        try:
            async with contextlib.aclosing(submission.outputs()) as outputs:
                async for tokens in outputs:
                    yield tokens
        finally:
            del self._submissions[submission]

    def _broke(self, submission: Submission) -> None:
        submission.fail(generation_failed("the generation loop ended"))

    def step_with(self, cache: Any) -> Step:
        """Return the rows of the step under way and their tokens, if it uses this cache."""
        scheduler = self._processor.scheduler if self._processor else None
        return scheduler.step if scheduler is not None and scheduler.cache is cache else ()

    # --- figures --------------------------------------------------------------------------------

    @property
    def running(self) -> int:
        """Return how many requests are in the batch."""
        return min(len(self._submissions), self.running_limit)

    @property
    def waiting(self) -> int:
        """Return how many requests wait for a place in the batch."""
        return len(self._submissions) - self.running

    @property
    def seconds_since_step(self) -> float | None:
        """Return the time since the loop last began a step; None when nothing runs.

        A step makes a token for every running request, or reads a piece of a prompt. A finished
        reply that its client is slow to take does not count: the loop owes it nothing.
        """
        if not self._submissions or self._processor is None:
            return None
        last_step_at: float = self._processor.scheduler.last_step_at
        return time.monotonic() - max(last_step_at, self._busy_since)

    @property
    def cache_use(self) -> float:
        """Return the share of the cache that running requests hold."""
        if self._processor is None:
            return 0.0
        cache = self._processor.cache
        idle = sum(
            len(allocator.ledger.cached_blocks) * allocator.bytes_per_block
            for allocator in cache.cache_allocators.values()
        )
        total = cache.num_sectors * cache.bytes_per_sector
        return float(1 - cache.compute_free_capacity() - idle / total)

    def _seconds_until_a_place(self) -> int:
        rounds = (self.waiting + 1) / self.running_limit
        return min(60, max(1, round(self._seconds_per_request * rounds)))

    @property
    def _processor(self) -> Any:
        return self._manager.batch_processor

    @property
    def _fatal_error(self) -> BaseException | None:
        error: BaseException | None = self._manager.background_thread_status.fatal_error
        return error
