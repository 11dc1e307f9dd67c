"""Replies of one batch: each has its own text, seed and faults."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
import pytest_asyncio
import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from engine.serving.faults import ApiError
from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.replies.text import BROKEN
from engine.serving.replies.writing import Usage, write
from tests.engine.serving.small_model import (
    DRAWN,
    GREEDY,
    Rules,
    load_small_model,
    opened,
    reply,
    tokens_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def rules() -> Rules:
    """The rules of the shared batch."""
    return Rules()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch(rules: Rules) -> AsyncIterator[Batch]:
    """A batch with room for everybody."""
    async with opened(load_small_model(), rules, 8192) as batch:
        yield batch


async def test_a_greedy_batch_writes_what_generate_writes(batch: Batch) -> None:
    prompts = ["The lighthouse keeper", "Mara counted the coins and", "Once, on a night of fog, "]
    prompts[-1] *= 50  # longer than one step of the loop reads
    replies = await asyncio.gather(*(reply(batch, p, 10, GREEDY) for p in prompts))
    for prompt, tokens in zip(prompts, replies, strict=True):
        ids = tokens_of(batch, prompt)
        alone = batch.loaded.model.generate(
            torch.tensor([ids]), do_sample=False, max_new_tokens=10, eos_token_id=-1
        )
        assert tokens == alone[0, len(ids) :].tolist()


class FrequencyPenalty(LogitsProcessor):
    """The plain definition, for `generate()`: the logit less the penalty times the count."""

    def __init__(self, prompt_tokens: int, penalty: float) -> None:
        self.prompt_tokens = prompt_tokens
        self.penalty = penalty

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        for token in ids[0, self.prompt_tokens :].tolist():
            scores[0, token] -= self.penalty
        return scores


async def test_a_frequency_penalty_holds_for_its_own_request_alone(batch: Batch) -> None:
    prompt = "again and again and again and"
    ids = tokens_of(batch, prompt)
    penalized, plain = await asyncio.gather(
        reply(batch, prompt, 24, replace(GREEDY, frequency_penalty=0.7)),
        reply(batch, prompt, 24, GREEDY),
    )
    alone = batch.loaded.model.generate(
        torch.tensor([ids]),
        do_sample=False,
        max_new_tokens=24,
        eos_token_id=-1,
        logits_processor=LogitsProcessorList([FrequencyPenalty(len(ids), 0.7)]),
    )
    assert penalized == alone[0, len(ids) :].tolist()
    assert penalized != plain
    assert plain == await reply(batch, prompt, 24, GREEDY)


async def test_a_seed_gives_the_same_text_alone_and_among_others(batch: Batch) -> None:
    alone = await reply(batch, "The radio said", 12, DRAWN)
    others = ("The sea", "A bell", "Nobody came", "The radio said nothing")
    ask = [reply(batch, other, 12, replace(DRAWN, seed=i)) for i, other in enumerate(others)]
    together, *_ = await asyncio.gather(reply(batch, "The radio said", 12, DRAWN), *ask)
    assert together == alone


async def test_faults_in_some_rows_leave_the_other_rows_alone(batch: Batch) -> None:
    alone = await reply(batch, "The sea was", 12, GREEDY)
    neighbours = [asyncio.create_task(reply(batch, "The sea was", 12, GREEDY)) for _ in range(2)]
    faulty = [reply(batch, "A bell", 12, DRAWN, fault) for fault in ("raises", "none", "nan")]
    for outcome in await asyncio.gather(*faulty, return_exceptions=True):
        assert isinstance(outcome, ApiError)
        assert (outcome.status, outcome.code) == (500, "generation_failed")
    assert await asyncio.gather(*neighbours) == [alone] * 2
    assert batch.loop_is_up


async def test_a_rule_acts_on_its_own_row_and_sees_the_reply_so_far(batch: Batch) -> None:
    plain = await reply(batch, "The sea was", 6, GREEDY)
    seen: list[list[int]] = []

    def forbid(logits: Tensor, so_far: list[int]) -> None:
        seen.append(list(so_far))
        logits[plain[2]] = -torch.inf

    ruled, beside = await asyncio.gather(
        reply(batch, "The sea was", 6, GREEDY, rules=(forbid,)),
        reply(batch, "The sea was", 6, GREEDY),
    )
    assert beside == plain
    assert plain[2] not in ruled
    assert seen == [ruled[:n] for n in range(6)]


async def test_a_rule_that_raises_ends_its_own_request_alone(batch: Batch) -> None:
    plain = await reply(batch, "The sea was", 12, GREEDY)

    def stumble(_logits: Tensor, so_far: list[int]) -> None:
        if len(so_far) == 3:
            raise ValueError("a bug in a rule")

    broken, beside = await asyncio.gather(
        reply(batch, "The sea was", 12, GREEDY, rules=(stumble,)),
        reply(batch, "The sea was", 12, GREEDY),
        return_exceptions=True,
    )
    assert isinstance(broken, ApiError)
    assert broken.code == "generation_failed"
    assert beside == plain
    assert batch.loop_is_up


async def test_a_long_prompt_is_read_in_pieces_while_others_write(batch: Batch) -> None:
    alone = await reply(batch, "A bell", 12, DRAWN)
    writing = asyncio.create_task(reply(batch, "A bell", 12, DRAWN))
    reading = [reply(batch, [2500 + i] * 300, 3, DRAWN) for i in range(2)]
    assert [len(tokens) for tokens in await asyncio.gather(*reading)] == [3, 3]
    assert await writing == alone


async def written(batch: Batch, rules: Rules, salt: str, text: str, *stops: str) -> list[str]:
    """Return the pieces in which a reader gets a reply that says `text`."""
    rules.scripts[salt] = [*tokens_of(batch, text), batch.loaded.stop_tokens[0]]
    job = Job(
        prompts=(tokens_of(batch, "Once"),),
        choices=1,
        most_tokens=200,
        sampling=GREEDY,
        stops=stops,
        ignore_stop_tokens=False,
        cache_salt=salt,
    )
    with batch.reserve(1):
        async with aclosing(write(batch, job, Usage())) as pieces:
            got = [piece async for piece in pieces]
    assert [piece.finish for piece in got if piece.finish] == ["stop"]
    return [piece.text for piece in got]


async def test_chinese_and_emoji_are_streamed_in_whole_characters(
    batch: Batch, rules: Rules
) -> None:
    story = "灯塔看守人玛拉🎉在雾中👩‍👩‍👧数着硬币。"
    pieces = await written(batch, rules, "chinese", story)
    assert "".join(pieces) == story
    assert len([piece for piece in pieces if piece]) > 10
    assert not any(BROKEN in piece for piece in pieces)


async def test_a_stop_string_of_many_tokens_never_reaches_the_reader(
    batch: Batch, rules: Rules
) -> None:
    pieces = await written(batch, rules, "stops", "雾来了。\n玛拉：谁在那里？", "\n玛拉：", "nie")
    assert "".join(pieces) == "雾来了。"


async def test_a_cancelled_request_leaves_nothing_behind(batch: Batch) -> None:
    for _ in range(3):
        task = asyncio.create_task(reply(batch, "The sea", 500, DRAWN))
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        while batch._manager.batch_processor.scheduler.active_requests:
            await asyncio.sleep(0.01)
    assert not batch._submissions
    assert not batch._manager.output_router.result_handlers
    assert (batch.room.taken, batch.cache_use, batch.seconds_since_step) == (0, 0.0, None)


async def test_the_time_since_the_last_step_does_not_count_idle_time(batch: Batch) -> None:
    await asyncio.sleep(0.5)
    task = asyncio.create_task(reply(batch, "The sea", 5, GREEDY))
    await asyncio.sleep(0)
    assert batch.seconds_since_step is not None
    assert batch.seconds_since_step < 0.3
    await task
    with batch.reserve(1):  # as long as a slow client takes to read the rest
        assert batch.seconds_since_step is None
