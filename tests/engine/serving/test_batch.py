"""The generation loop in this process, where a test can reach into it.

In fp32: only there is a text the same alone and in a batch, token for token.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from engine.serving.batch import Batch, LoopBeyondRepair
from engine.serving.checks import Job
from engine.serving.faults import ApiError
from engine.serving.loading import LoadedModel, load
from engine.serving.replies import Usage, write
from engine.serving.row import Row
from engine.serving.row_control import allow_only
from engine.serving.sampling import Sampling
from engine.serving.text import BROKEN
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAWN = Sampling(temperature=0.8, top_p=0.95, top_k=50, seed=7)
GREEDY = Sampling(top_k=1)


class Rules:
    """A logits rule that does to each request what the test wrote down for its cache salt."""

    def __init__(self) -> None:
        self.scripts: dict[str, list[int]] = {}
        self.spoken: dict[str, int] = {}

    def __call__(self, logits: Tensor, row: Row) -> None:
        """Raise, leave nothing possible, put NaN, or force the next token of a script."""
        if row.cache_salt == "raises":
            raise ValueError("a bug in a rule")
        if row.cache_salt == "none":
            logits.fill_(-torch.inf)
        if row.cache_salt == "nan":
            logits[5] = torch.nan
        if script := self.scripts.get(row.cache_salt):
            at = self.spoken.get(row.cache_salt, 0)
            self.spoken[row.cache_salt] = at + 1
            allow_only(logits, script[at])


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    """The first layers of the embedded model in fp32: what they say is not the point here."""
    settings = ServingSettings(quantization=Quantization.NONE, models_dir=MODEL_FOLDER.parent)
    loaded = load(settings, lambda *_: None)
    loaded.model.float()
    loaded.model.config.num_hidden_layers = 6
    del loaded.model.model.layers[6:]
    return loaded


@asynccontextmanager
async def opened(loaded: LoadedModel, rules: Rules, cache_tokens: int) -> AsyncIterator[Batch]:
    """Run a batch with a cache of any size."""
    settings = ServingSettings(running_requests=8).model_copy(update={"cache_tokens": cache_tokens})
    batch = Batch(loaded, settings, [rules])
    await batch.start()
    try:
        yield batch
    finally:
        batch.stop()


@pytest.fixture(scope="module")
def rules() -> Rules:
    """The rules of the shared batch."""
    return Rules()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch(loaded: LoadedModel, rules: Rules) -> AsyncIterator[Batch]:
    """A batch with room for everybody."""
    async with opened(loaded, rules, 8192) as batch:
        yield batch


def tokens_of(batch: Batch, text: str) -> list[int]:
    """Return the tokens of a text."""
    return list(batch.loaded.tokenizer.encode(text))


async def reply(
    batch: Batch, prompt: str | list[int], most_tokens: int, sampling: Sampling, salt: str = ""
) -> list[int]:
    """Return the tokens of one reply."""
    ids = tokens_of(batch, prompt) if isinstance(prompt, str) else prompt
    row = Row(len(ids), sampling, salt)
    tokens: list[int] = []
    with batch.reserve(1):
        outputs = batch.generate(ids, row, most_tokens=most_tokens, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for so_far in outputs:
                tokens = so_far
    return tokens


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


async def test_a_pushed_out_request_says_what_it_would_have_said_in_a_roomy_cache(
    loaded: LoadedModel, batch: Batch, rules: Rules
) -> None:
    prompts = [[2000 + i] * 80 for i in range(3)]
    ask = [replace(DRAWN, seed=i) for i in range(3)]

    async def all_of(batch: Batch) -> list[list[int]]:
        pairs = zip(prompts, ask, strict=True)
        return list(await asyncio.gather(*(reply(batch, p, 40, s) for p, s in pairs)))

    roomy = await all_of(batch)
    async with opened(loaded, rules, 320) as narrow:  # 3 * 120 tokens do not fit
        assert await all_of(narrow) == roomy


async def test_a_pushed_out_request_comes_back_when_those_who_stayed_are_cancelled(
    loaded: LoadedModel, rules: Rules
) -> None:
    async with opened(loaded, rules, 320) as batch:
        asked = [asyncio.create_task(reply(batch, [2001 + i] * 150, 40, GREEDY)) for i in range(2)]
        scheduler = batch._manager.batch_processor.scheduler
        async with asyncio.timeout(20):
            while not scheduler.block_new_requests:
                await asyncio.sleep(0.005)
        tasks = dict(zip(batch._outputs, asked, strict=True))
        (pushed_out,) = scheduler.waiting_requests
        (stayed,) = scheduler.active_requests
        tasks[stayed].cancel()
        async with asyncio.timeout(20):
            assert len(await tasks[pushed_out]) == 40


async def cached(batch: Batch, channel: int) -> int:
    """Return how many of a channel's 160 tokens were found in the cache."""
    row = Row(160, GREEDY)
    with batch.reserve(1):
        async for _ in batch.generate([3000 + channel] * 160, row, most_tokens=2):
            pass
    return row.cached_tokens


async def test_a_full_cache_gives_up_the_oldest_prefix_and_that_from_its_end(
    loaded: LoadedModel, rules: Rules
) -> None:
    async with opened(loaded, rules, 640) as batch:  # four channels of 160 tokens
        assert [await cached(batch, channel) for channel in range(4)] == [0, 0, 0, 0]
        assert 0 < await cached(batch, 0) < 144
        assert await cached(batch, 4) == 0
        assert await cached(batch, 0) == 144
        assert await cached(batch, 1) == 0


async def test_a_cancelled_request_leaves_nothing_behind(batch: Batch) -> None:
    for _ in range(3):
        task = asyncio.create_task(reply(batch, "The sea", 500, DRAWN))
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        while batch._manager.batch_processor.scheduler.active_requests:
            await asyncio.sleep(0.01)
    assert not batch._outputs
    assert not batch._manager.output_router.result_handlers
    assert (batch.taken, batch.cache_use, batch.seconds_since_step) == (0, 0.0, None)


async def test_the_time_since_the_last_step_does_not_count_idle_time(batch: Batch) -> None:
    await asyncio.sleep(0.5)
    task = asyncio.create_task(reply(batch, "The sea", 5, GREEDY))
    await asyncio.sleep(0)
    assert batch.seconds_since_step is not None
    assert batch.seconds_since_step < 0.3
    await task
    with batch.reserve(1):  # as long as a slow client takes to read the rest
        assert batch.seconds_since_step is None


@asynccontextmanager
async def watched(batch: Batch) -> AsyncIterator[None]:
    """Start the loop again when it dies, as the server does."""
    watch = asyncio.create_task(batch.watch())
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


def poison(batch: Batch) -> None:
    """Kill the loop by a request that no check has seen."""
    batch._manager.add_request([10**6], request_id=uuid.uuid4().hex, row=Row(1, GREEDY))


async def test_a_loop_that_dies_is_started_again(loaded: LoadedModel, rules: Rules) -> None:
    async with opened(loaded, rules, 640) as batch, watched(batch):
        victims = [asyncio.create_task(reply(batch, "The sea", 200, DRAWN)) for _ in range(2)]
        await asyncio.sleep(0.5)
        poison(batch)
        for victim in victims:
            with pytest.raises(ApiError) as failure:
                await victim
            assert failure.value.status == 500
        async with asyncio.timeout(10):
            while not (batch.restarts and batch.loop_is_up):
                await asyncio.sleep(0.05)
        assert len(await reply(batch, "The sea", 5, GREEDY)) == 5


async def test_while_the_loop_is_down_requests_are_told_to_come_again(
    loaded: LoadedModel, rules: Rules
) -> None:
    async with opened(loaded, rules, 640) as batch, watched(batch):
        poison(batch)
        async with asyncio.timeout(10):
            while batch.loop_is_up:
                await asyncio.sleep(0.01)
        with pytest.raises(ApiError) as refusal, batch.reserve(1):
            pass  # before an answer has begun
        assert (refusal.value.status, refusal.value.code) == (503, "not_ready")


async def test_a_loop_that_dies_again_and_again_is_given_up(
    loaded: LoadedModel, rules: Rules
) -> None:
    async def poison_for_ever(batch: Batch) -> None:
        while True:
            if batch.loop_is_up:
                poison(batch)
            await asyncio.sleep(0.05)

    async with opened(loaded, rules, 640) as batch:
        poisoner = asyncio.create_task(poison_for_ever(batch))
        with pytest.raises(LoopBeyondRepair):
            await asyncio.wait_for(batch.watch(), 20)
        poisoner.cancel()
