"""One request that kills or hangs the loop fails; those beside it write what they would have."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import torch
from torch import Tensor

from engine.serving.faults import ApiError
from engine.serving.loop.batch import Batch
from engine.serving.loop.recovery import CLEAN_STEPS, LoopBeyondRepair, Recovery
from engine.serving.loop.row import Row
from engine.serving.loop.row_control import allow_only
from tests.engine.serving.killers import KILLERS, MARK, fault
from tests.engine.serving.small_model import (
    DRAWN,
    GREEDY,
    Rules,
    load_small_model,
    opened,
    reply,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch() -> AsyncIterator[Batch]:
    """A batch that is watched."""
    async with opened(load_small_model(), Rules(), 8192) as batch, watched(batch):
        yield batch


async def beside(batch: Batch, *guilty: Any) -> list[Any]:
    """Return what became of the guilty, having seen that neighbours write what they would alone."""
    alone = await reply(batch, "The sea was", 25, DRAWN)
    others = [asyncio.create_task(reply(batch, "The sea was", 25, DRAWN)) for _ in range(3)]
    await asyncio.sleep(0.2)
    outcomes = await asyncio.gather(*guilty, return_exceptions=True)
    async with asyncio.timeout(45):
        assert await asyncio.gather(*others) == [alone] * 3
        while not batch.loop_is_up:  # the first step of a new loop has a handler too
            await asyncio.sleep(0.01)
    assert not batch._manager.output_router.result_handlers
    return list(outcomes)


async def test_each_known_killer_fails_alone(batch: Batch) -> None:
    with fault(batch, torch.OutOfMemoryError("CUDA out of memory")):
        outcomes = await beside(batch, *(killer(batch) for killer in KILLERS.values()))
    codes = dict(zip(KILLERS, (getattr(o, "code", o) for o in outcomes), strict=True))
    assert codes == dict.fromkeys(KILLERS, "generation_failed")


async def test_many_killers_in_a_minute_do_not_end_the_process(batch: Batch) -> None:
    before = batch.restarts
    outcomes = await beside(batch, *(reply(batch, [10**6 + i], 9, DRAWN) for i in range(6)))
    assert [type(outcome) for outcome in outcomes] == [ApiError] * 6
    assert batch.restarts >= before + 6


async def test_a_request_that_kills_only_after_its_trial_is_found_too(batch: Batch) -> None:
    def mark_at_the_eighth(logits: Tensor, so_far: list[int]) -> None:
        if len(so_far) == 7:
            allow_only(logits, MARK)

    restarts = batch.restarts
    with fault(batch, RuntimeError("late")):
        asked = reply(batch, [5], 20, GREEDY, rules=(mark_at_the_eighth,))
        (outcome,) = await beside(batch, asked)
    assert outcome.code == "generation_failed"
    assert batch.restarts > restarts


async def test_who_runs_out_of_memory_is_tried_once_more_with_less(batch: Batch) -> None:
    batch.life.recovery.thrift = batch.processor.scheduler.thrift = 0
    prompt = [MARK, *range(3000, 3200)]
    with fault(batch, torch.OutOfMemoryError("CUDA out of memory"), from_tokens=140) as raised:
        asked = reply(batch, prompt, 5, GREEDY)  # alone it would be read in one step
        assert len(await asked) == 5
    assert len(raised) == 1
    assert batch.life.recovery.thrift == 1


async def test_who_does_not_fit_even_alone_and_with_less_fails(batch: Batch) -> None:
    with fault(batch, torch.OutOfMemoryError("CUDA out of memory")) as raised:
        (outcome,) = await beside(batch, reply(batch, [MARK, 1], 5, GREEDY))
    assert "OutOfMemoryError" in outcome.message
    assert len(raised) == 2


async def test_a_request_that_hangs_the_loop_is_interrupted(batch: Batch) -> None:
    def hang(_: Tensor, so_far: list[int]) -> None:
        while len(so_far) == 3:
            time.sleep(0.01)

    batch.life._seconds_per_step = 1.0
    try:
        (outcome,) = await beside(batch, reply(batch, [5], 9, DRAWN, rules=(hang,)))
    finally:
        batch.life._seconds_per_step = 20.0
    assert outcome.code == "generation_failed"
    assert "LoopHangs" in outcome.message


async def test_a_cancelled_request_does_not_come_back_with_the_loop(batch: Batch) -> None:
    long = asyncio.create_task(reply(batch, "A bell", 500, replace(DRAWN, seed=3)))
    await asyncio.sleep(0.2)
    killer = asyncio.create_task(reply(batch, [10**6], 9, DRAWN))
    await asyncio.sleep(0.05)
    long.cancel()
    await asyncio.gather(long, killer, return_exceptions=True)
    async with asyncio.timeout(5):
        while batch._manager.batch_processor.scheduler.active_requests:
            await asyncio.sleep(0.01)
    assert batch.running == batch.waiting == 0


def rows(count: int) -> list[Row]:
    return [Row(1, GREEDY) for _ in range(count)]


async def test_suspects_owe_more_clean_steps_each_time_until_one_is_found_guilty() -> None:
    recovery, (guilty, innocent) = Recovery(), rows(2)
    for times in range(3):
        assert recovery.judge(ValueError("flaky"), [guilty, innocent]) is None
        assert innocent.steps_on_trial == CLEAN_STEPS << times
    assert recovery.judge(ValueError("flaky"), [guilty]) is guilty
    assert recovery.judge(ValueError("flaky"), [innocent, *rows(1)]) is None
    assert innocent.steps_on_trial == CLEAN_STEPS


async def test_a_fault_of_the_gpu_ends_the_process_at_once() -> None:
    with pytest.raises(LoopBeyondRepair):
        Recovery().judge(torch.AcceleratorError("an illegal memory access"), rows(1))
