"""Continuous batching: many replies at once, each failing alone.

The generation loop of transformers runs in a thread of its own. An exception in it ends the loop;
then it is started again with all requests, each from the tokens it has, but for the one that
caused it (`recovery.py`). Only a fault that a new loop cannot cure ends the process.
"""

import contextlib
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

from transformers.generation.continuous_batching.model_runner import infer_max_single_request_tokens

from engine.fairness import Claim, Turns
from engine.serving.adapters.plan import Step
from engine.serving.adapters.store import Adapters
from engine.serving.faults import not_ready
from engine.serving.loop.life import SECONDS_BETWEEN_LOOKS, LoopLife
from engine.serving.loop.queue_news import Place
from engine.serving.loop.row import Row
from engine.serving.loop.row_control import BatchRule
from engine.serving.loop.setup import make_loop
from engine.serving.loop.submission import Submission
from engine.serving.loop.waiting_room import WaitingRoom
from engine.serving.replies.token_bytes import TokenBytes
from engine.serving.scoring.prompt_scores import PromptScores
from engine.serving.weights.loading import LoadedModel
from engine.settings import ServingSettings

NOBODY = Claim("", "")


class Batch:
    """The running requests of one model. All methods are for the event loop."""

    def __init__(
        self, loaded: LoadedModel, settings: ServingSettings, rules: Sequence[BatchRule] = ()
    ) -> None:
        self.loaded = loaded
        self.token_bytes = TokenBytes(loaded.tokenizer)
        self.running_limit = settings.running_requests
        self.room = WaitingRoom(settings)
        self.context_tokens = min(settings.context_tokens, loaded.most_positions)
        self._submissions: dict[Submission, None] = {}  # in order of arrival
        self._line: dict[Row, int] = {}  # who waits at which place
        self._counted_at = 0.0
        self._manager = make_loop(loaded, settings, rules)
        seconds = settings.seconds_per_step
        self.life = LoopLife(self._manager, loaded, self._submissions, seconds)
        self.adapters = Adapters(self, settings)
        self.scores = PromptScores(loaded.model, self._step)
        self.scores.install()

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the loop and generate one token, so that a broken model is found out now.

        Raises:
            LoopBeyondRepair: it does not even start.
            ApiError: it died in its first step.
        """
        await self.life.start()
        capacity = infer_max_single_request_tokens(self.processor.cache)
        self.context_tokens = min(self.context_tokens, capacity)

    async def watch(self) -> None:
        """Start the loop again whenever it dies, and let it die when it hangs.

        Raises:
            LoopBeyondRepair: the GPU is at fault, the loop dies again and again without a
                request that explains it, or it hangs in what cannot be interrupted.
        """
        await self.life.watch()

    def stop(self) -> None:
        """End the loop; what still runs fails. May be called in another thread."""
        self.scores.remove()
        self.life.stop()

    def token_text(self, token: int) -> str:
        """Return what a token writes; bytes that are no character by themselves as one mark."""
        return self.token_bytes[token].decode(errors="replace")

    def _step(self) -> list[tuple[Row, int]]:
        """Return the rows of the step under way, with the number of tokens of each."""
        return self.processor.scheduler.step if self.processor else []

    # --- requests -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reserve(self, places: int, claim: Claim = NOBODY) -> Iterator[None]:
        """Hold places for requests that are about to be made.

        While the loop is started again they are held too: the requests then wait for it.

        Raises:
            ApiError: 503 before the loop has ever run and after `stop`, 429 when the server or the
                claim's share of it is full, 400 when there will never be enough places.
        """
        if self.life.is_stopped or not self.life.has_started:
            raise not_ready("recovering")
        with self.room.reserve(places, claim):
            yield

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
        return self.life.submission(
            prompt, row, most_tokens=most_tokens, ignore_stop_tokens=ignore_stop_tokens
        )

    async def outputs(self, submission: Submission) -> AsyncGenerator[list[int], None]:
        """Yield the reply's tokens so far; close the generator to cancel.

        Raises:
            ApiError: the request or the whole loop broke.
        """
        if not self._submissions:
            self.life.busy_since = time.monotonic()
        self._submissions[submission] = None
        try:
            async with contextlib.aclosing(submission.outputs()) as outputs:
                async for tokens in outputs:
                    yield tokens
        finally:
            del self._submissions[submission]
            self.life.recovery.forget(submission.row)

    def step_with(self, cache: Any) -> Step:
        """Return the rows of the step under way and their tokens, if it uses this cache."""
        scheduler = self.processor.scheduler if self.processor else None
        return scheduler.step if scheduler is not None and scheduler.cache is cache else ()

    # --- figures --------------------------------------------------------------------------------

    @property
    def running(self) -> int:
        """Return how many requests have begun and not ended."""
        return sum(submission.row.has_begun for submission in self._submissions)

    @property
    def waiting(self) -> int:
        """Return how many requests wait for a place in the batch."""
        return len(self._submissions) - self.running

    @property
    def expected_wait(self) -> int:
        """Return the seconds after which a request that comes now begins, as an estimate."""
        behind = len(self._submissions) + 1 - self.running_limit
        return self.room.seconds_until(behind) if behind > 0 else 0

    def place_of(self, row: Row) -> Place | None:
        """Return the place of a request that waits; None when it does not. A look or two old."""
        now = time.monotonic()
        if now - self._counted_at > SECONDS_BETWEEN_LOOKS and self.processor is not None:
            self._counted_at = now
            rows = [submission.row for submission in self._submissions]
            waiting = [(other, other.claim) for other in rows if not other.has_begun]
            turns: Turns = self.processor.scheduler.turns
            begun = [other.claim for other in rows if other.has_begun]
            self._line = {r: i for i, r in enumerate(turns.order(waiting, begun), 1)}
        place = None if row.has_begun else self._line.get(row)
        return Place(place, self.room.seconds_until(place)) if place else None

    @property
    def seconds_since_step(self) -> float | None:
        """Return the time since the loop last began a step; None when nothing runs.

        A step makes a token for every running request, or reads a piece of a prompt. A finished
        reply that its client is slow to take does not count: the loop owes it nothing.
        """
        return self.life.seconds_since_step

    @property
    def cache_use(self) -> float:
        """Return the share of the cache that running requests hold."""
        if self.processor is None:
            return 0.0
        cache = self.processor.cache
        idle = sum(
            len(allocator.ledger.cached_blocks) * allocator.bytes_per_block
            for allocator in cache.cache_allocators.values()
        )
        total = cache.num_sectors * cache.bytes_per_sector
        return float(1 - cache.compute_free_capacity() - idle / total)

    @property
    def processor(self) -> Any:
        """Return transformers' part with the cache and the scheduler; None before the start."""
        return self.life.processor

    @property
    def loop_is_up(self) -> bool:
        """Tell whether the loop takes requests now; while it does not, they wait."""
        return self.life.is_up

    @property
    def restarts(self) -> int:
        """Return how often the loop died."""
        return self.life.restarts
