"""A request that is taken out of the loop and put in again writes on as if nothing had happened."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio
from torch import Tensor

from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from tests.engine.serving.small_model import (
    DRAWN,
    Rules,
    load_small_model,
    opened,
    reply,
    tokens_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch() -> AsyncIterator[Batch]:
    """A batch with room for everybody."""
    async with opened(load_small_model(), Rules(), 8192) as batch:
        yield batch


async def test_a_rewound_reply_is_written_anew_with_the_same_seed(batch: Batch) -> None:
    whole = await reply(batch, "The ferry left", 30, DRAWN)
    ids = tokens_of(batch, "The ferry left")
    row = Row(len(ids), DRAWN)
    submission = batch.submission(ids, row, most_tokens=30, ignore_stop_tokens=True)
    lengths: list[int] = []
    async with aclosing(batch.outputs(submission)) as outputs:
        async for tokens in outputs:
            assert tokens == whole[: len(tokens)]
            lengths.append(len(tokens))
            if len(lengths) in (5, 12, 40):
                submission.rewind(len(tokens) // 2)
    assert lengths[5] == 3  # of the first five tokens, two were kept
    assert lengths[-1] == 30
    assert len(lengths) > 33
    assert submission.reply == whole


async def test_a_reply_rewound_at_its_very_end_goes_on(batch: Batch) -> None:
    whole = await reply(batch, "The ferry left", 10, DRAWN)
    ids = tokens_of(batch, "The ferry left")
    banned: set[int] = set()

    def ban(logits: Tensor, so_far: list[int]) -> None:
        for token in banned:
            if len(so_far) == 9:
                logits[token] = -float("inf")

    row = Row(len(ids), DRAWN, rules=(ban,))
    submission = batch.submission(ids, row, most_tokens=10, ignore_stop_tokens=True)
    async with aclosing(batch.outputs(submission)) as outputs:
        async for tokens in outputs:
            if len(tokens) == 10 and not banned:
                banned.add(tokens[-1])
                submission.rewind(9)
    assert submission.reply[:9] == whole[:9]
    assert submission.reply[9] != whole[9]
    assert not batch._manager.output_router.result_handlers


async def test_the_first_tokens_that_are_kept_are_not_read_again(batch: Batch) -> None:
    ids = tokens_of(batch, "Nobody had rung the bell since the war. " * 12)
    row = Row(len(ids), DRAWN)
    submission = batch.submission(ids, row, most_tokens=8, ignore_stop_tokens=True)
    steps: list[int] = []
    scheduler = batch._manager.batch_processor.scheduler
    async with aclosing(batch.outputs(submission)) as outputs:
        async for tokens in outputs:
            steps += [length for own, length in scheduler.step if own is row]
            if len(tokens) == 5 and not row.error and len(steps) < 9:
                submission.rewind(4)
    assert max(steps[5:]) < 32
