"""The life of the generation loop: started, watched, interrupted, started again, stopped."""

import asyncio
import contextlib
import ctypes
import gc
import time
from collections.abc import Iterable
from typing import Any

import structlog
import torch
from transformers.generation.continuous_batching.utils import drain_queue

from engine.serving.drawing.sampling import Sampling
from engine.serving.faults import ApiError, generation_failed
from engine.serving.loop.recovery import LoopBeyondRepair, LoopHangs, Recovery
from engine.serving.loop.row import Row
from engine.serving.loop.submission import Submission
from engine.serving.weights.loading import LoadedModel

log = structlog.get_logger()

SECONDS_TO_STOP = 3.0
SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_DIE = 5.0  # of a loop that hangs, once it was told to


class LoopLife:
    """Keeps one loop running. All methods but `stop` are for the event loop."""

    def __init__(
        self,
        manager: Any,
        loaded: LoadedModel,
        submissions: Iterable[Submission],
        seconds_per_step: float,
    ) -> None:
        self.is_up = False  # it takes requests
        self.is_stopped = self.has_started = False
        self.restarts = 0
        self.recovery = Recovery()
        self.busy_since = 0.0  # since when there are submissions
        self._manager = manager
        self._loaded = loaded
        self._submissions = submissions  # all that have not ended
        self._seconds_per_step = seconds_per_step
        self._alarm = asyncio.Event()  # a request was told that the loop broke

    async def start(self) -> None:
        """Start the loop and generate one token, so that a broken model is found out now.

        Raises:
            LoopBeyondRepair: it does not even start.
            ApiError: it died in its first step.
        """
        self._manager.start()
        while self.processor is None:
            if not self._manager.is_running():
                raise LoopBeyondRepair(repr(self._fatal_error))
            await asyncio.sleep(0.01)
        row = Row(prompt_tokens=1, sampling=Sampling(top_k=1))
        canary = Submission(
            self._manager,
            [self._loaded.stop_token],
            row,
            most_tokens=1,
            ignore_stop_tokens=False,
            is_open=self._manager.is_running,
            on_break=self._fail,
        )
        async with asyncio.timeout(10 * self._seconds_per_step):
            async for _ in canary.outputs():
                pass
        self.is_up = self.has_started = True

    async def watch(self) -> None:
        """Start the loop again whenever it dies, and let it die when it hangs.

        Raises:
            LoopBeyondRepair: the GPU is at fault, the loop dies again and again without a
                request that explains it, or it hangs in what cannot be interrupted.
        """
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_BETWEEN_LOOKS):
                    await self._alarm.wait()
            self._alarm.clear()
            self._drop_unclaimed_outputs()
            if (self.seconds_since_step or 0) > self._seconds_per_step:
                await self._interrupt()
            if not self._manager.is_running():
                await self._revive()
            elif self.processor is not None:
                self.processor.scheduler.thrift = self.recovery.relax()

    def stop(self) -> None:
        """End the loop; what still runs fails. May be called in another thread."""
        self.is_stopped = True
        self.is_up = False
        self._manager.stop(hard_stop=True, timeout=SECONDS_TO_STOP)

    async def _revive(self) -> None:
        """Start the loop again and put in what it had begun, but for what killed it."""
        self.is_up = False
        error = self._fatal_error
        log.error(
            "generation_loop_died",
            error=type(error).__name__,
            open_requests=len(list(self._submissions)),
        )
        self.restarts += 1
        guilty = self.recovery.judge(error, self.processor.scheduler.at_risk)
        reason = type(error).__name__
        for submission in self._submissions:
            submission.forget()
            if submission.row is guilty:
                log.error("poisoned_request", error=reason, prompt_tokens=guilty.prompt_tokens)
                submission.fail(generation_failed(f"it ends the generation loop ({reason})"))
        del error  # its frames hold the tensors of the step
        await self._start_again()
        suspects_first = sorted(self._submissions, key=lambda s: -s.row.steps_on_trial)
        for submission in suspects_first:
            if submission.id is None and submission.row is not guilty:
                submission.put_in()
        log.info("generation_loop_restarted")

    async def _start_again(self) -> None:
        """Start a loop that died: with its cache if that works, or else with a new one.

        Raises:
            LoopBeyondRepair: it died in its first step both times.
        """
        for keeps_cache in (True, False):
            if not keeps_cache:
                await asyncio.to_thread(self._manager.stop, hard_stop=True, timeout=SECONDS_TO_STOP)
            for queue in (self._manager.input_queue, self._manager.cancel_queue):
                drain_queue(queue)
            self._manager.background_thread_status.clear()
            gc.collect()
            if self._loaded.model.device.type == "cuda":
                torch.cuda.empty_cache()
            with contextlib.suppress(ApiError, TimeoutError):
                await self.start()
                self.processor.scheduler.thrift = self.recovery.thrift
                return
        raise LoopBeyondRepair(repr(self._fatal_error))

    async def _interrupt(self) -> None:
        """Raise LoopHangs in a loop that makes no step.

        Raises:
            LoopBeyondRepair: nothing changed: it hangs outside of Python.
        """
        seconds, thread = self.seconds_since_step, self._manager._generation_thread  # noqa: SLF001
        if seconds is None or thread is None:
            return
        log.error("generation_loop_hangs", seconds=round(seconds, 1))
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(LoopHangs)
        )
        deadline = time.monotonic() + SECONDS_TO_DIE
        while thread.is_alive() and (self.seconds_since_step or 0) >= seconds:
            if time.monotonic() > deadline:
                raise LoopBeyondRepair("the generation loop hangs")
            await asyncio.sleep(0.05)

    def _drop_unclaimed_outputs(self) -> None:
        """Forget what arrived for requests that were cancelled."""
        while self._manager.get_result(timeout=0) is not None:
            pass

    def submission(
        self, prompt: list[int], row: Row, *, most_tokens: int, ignore_stop_tokens: bool
    ) -> Submission:
        """Return a request that enters the loop when its outputs are read, or when it is up."""
        return Submission(
            self._manager,
            prompt,
            row,
            most_tokens=most_tokens,
            ignore_stop_tokens=ignore_stop_tokens,
            is_open=lambda: self.is_up,
            on_break=self._broke,
        )

    def _broke(self, submission: Submission) -> None:
        """Fail a request with which the loop would not begin; else have the loop looked at."""
        if self.is_stopped or self._accepts:
            self._fail(submission)
        self._alarm.set()

    @staticmethod
    def _fail(submission: Submission) -> None:
        submission.fail(generation_failed("the generation loop ended"))

    @property
    def seconds_since_step(self) -> float | None:
        """Return the time since the loop last began a step; None when nothing runs."""
        if self.processor is None or not any(True for _ in self._submissions):
            return None
        last_step_at: float = self.processor.scheduler.last_step_at
        return time.monotonic() - max(last_step_at, self.busy_since)

    @property
    def processor(self) -> Any:
        """Return transformers' part with the cache and the scheduler; None before the start."""
        return self._manager.batch_processor

    @property
    def _accepts(self) -> bool:
        status = self._manager.background_thread_status
        return self._manager.is_running() and status.can_accept_new_requests() is None

    @property
    def _fatal_error(self) -> BaseException | None:
        error: BaseException | None = self._manager.background_thread_status.fatal_error
        return error
