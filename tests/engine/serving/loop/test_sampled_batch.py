"""Samplers in a running batch: each request has its own, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import torch

from engine.serving.drawing.sampling import Sampling
from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.replies.logprobs import TokenLogprobs
from engine.serving.replies.writing import Piece, Usage, write
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
AGAIN = "again and again and again and"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch() -> AsyncIterator[Batch]:
    """A batch with room for everybody."""
    async with opened(load_small_model(), Rules(), 8192) as batch:
        yield batch


def generated(batch: Batch, prompt: str, **options: Any) -> list[int]:
    """Return what transformers' own `generate()` writes, greedily."""
    ids = tokens_of(batch, prompt)
    written = batch.loaded.model.generate(
        torch.tensor([ids]), do_sample=False, max_new_tokens=20, eos_token_id=-1, **options
    )
    return list(written[0, len(ids) :].tolist())


async def test_penalties_in_one_batch_write_what_generate_writes(batch: Batch) -> None:
    asked: list[dict[str, Any]] = [
        {},
        {"repetition_penalty": 1.3},
        {"no_repeat_ngram_size": 2},
        {"repetition_penalty": 1.15, "no_repeat_ngram_size": 3},
    ]
    replies = await asyncio.gather(
        *(reply(batch, AGAIN, 20, replace(GREEDY, **options)) for options in asked)
    )
    assert replies == [generated(batch, AGAIN, **options) for options in asked]
    assert len({tuple(tokens) for tokens in replies}) == 4


MIXED = [
    GREEDY,
    DRAWN,
    Sampling(seed=1),
    Sampling(temperature=1.3, min_p=0.05, xtc_probability=0.5, xtc_threshold=0.05, seed=2),
    Sampling(typical_p=0.8, presence_penalty=0.5, frequency_penalty=0.3, seed=3),
    Sampling(dynatemp_range=0.6, top_k=30, dry_multiplier=2.0, seed=4),
    Sampling(top_p=0.8, logit_bias=((100, 4.0), (200, 3.0)), seed=5),
    Sampling(no_repeat_ngram_size=2, repetition_penalty=1.2, top_k=1, seed=6),
]


async def test_each_of_a_mixed_batch_writes_what_it_writes_alone(batch: Batch) -> None:
    alone = [await reply(batch, AGAIN, 12, sampling) for sampling in MIXED]
    together = await asyncio.gather(*(reply(batch, AGAIN, 12, sampling) for sampling in MIXED))
    assert together == alone
    assert len({tuple(tokens) for tokens in alone}) == len(MIXED)


async def test_a_request_that_goes_on_from_its_reply_writes_the_same_end(batch: Batch) -> None:
    for sampling in MIXED:
        ids = tokens_of(batch, AGAIN)
        whole = await reply(batch, ids, 10, sampling)
        row = Row(len(ids), sampling)
        with batch.reserve(1):
            outputs = batch.generate(ids + whole[:6], row, most_tokens=4, ignore_stop_tokens=True)
            async with aclosing(outputs):
                async for tokens in outputs:
                    rest = tokens
        assert rest == whole[6:]


async def test_dry_breaks_a_run_that_was_written_before_and_breakers_let_it_go_on(
    batch: Batch,
) -> None:
    again, and_ = tokens_of(batch, " again and")
    two = replace(GREEDY, logit_bias=((again, 100.0), (and_, 100.0)))  # nothing else is written
    dry = replace(two, dry_multiplier=100.0, dry_base=1.0)
    prompt = [again, and_] * 6
    free, broken, kept = await asyncio.gather(
        reply(batch, prompt, 6, two),
        reply(batch, prompt, 6, dry),
        reply(batch, prompt, 6, replace(dry, dry_sequence_breakers=("ain", "and"))),
    )
    assert broken[0] == and_  # after "again and" there was always "again"
    assert kept == free != broken


async def noted(
    batch: Batch, prompt: str, sampling: Sampling, likeliest: int
) -> list[TokenLogprobs]:
    """Return the figures of a reply of six tokens."""
    ids = tokens_of(batch, prompt)
    row = Row(len(ids), sampling, top_logprobs=likeliest)
    with batch.reserve(1):
        outputs = batch.generate(ids, row, most_tokens=6, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for _ in outputs:
                pass
    return row.logprobs


async def test_logprobs_are_the_models_own_whatever_the_samplers_do(batch: Batch) -> None:
    bent = Sampling(0.5, top_k=1, repetition_penalty=1.5, logit_bias=((100, 9.0),))
    figures, plain, *_ = await asyncio.gather(
        noted(batch, "The sea", bent, 3),
        reply(batch, "The sea", 6, bent),
        reply(batch, "A bell", 6, DRAWN),
        noted(batch, "A bell", DRAWN, 0),
    )
    assert [figure.token for figure in figures] == plain
    ids = tokens_of(batch, "The sea")
    with torch.no_grad():
        logits = batch.loaded.model(torch.tensor([ids + plain])).logits[0, len(ids) - 1 : -1]
    for figure, logs in zip(figures, logits.log_softmax(1), strict=True):
        assert figure.logprob == pytest.approx(float(logs[figure.token]), abs=1e-4)
        best = logs.topk(3)
        assert [token for token, _ in figure.likeliest] == best.indices.tolist()
        values = [value for _, value in figure.likeliest]
        assert values == pytest.approx(best.values.tolist(), abs=1e-4)
    assert any(figure.token != figure.likeliest[0][0] for figure in figures)


async def pieces(batch: Batch, prompt: str, **job: Any) -> list[Piece]:
    """Return the pieces in which a reader gets a greedy reply of at most 12 tokens."""
    ids = tokens_of(batch, prompt)
    asked = {"stops": (), "ignore_stop_tokens": True, "cache_salt": ""} | job
    with batch.reserve(1):
        whole = Job(prompts=(ids,), choices=1, most_tokens=12, sampling=GREEDY, **asked)
        async with aclosing(write(batch, whole, Usage())) as got:
            return [piece async for piece in got]


async def test_a_stop_token_ends_the_reply_and_is_not_shown(batch: Batch) -> None:
    tokens = await reply(batch, "The sea was", 12, GREEDY)
    stop = next(token for token in tokens[3:] if token not in tokens[:3])
    at = tokens.index(stop)
    stopped, beside = await asyncio.gather(
        pieces(batch, "The sea was", stop_token_ids=frozenset({stop}), likeliest=0),
        pieces(batch, "The sea was"),
    )
    assert "".join(piece.text for piece in stopped) == batch.loaded.decode(tokens[:at])
    assert stopped[-1].finish == "stop"
    assert sum(len(piece.logprobs) for piece in stopped) == at
    assert "".join(piece.text for piece in beside) == batch.loaded.decode(tokens)
    assert not any(piece.logprobs for piece in beside)


async def test_figures_come_with_their_text_and_not_for_what_a_stop_string_cuts(
    batch: Batch,
) -> None:
    text = batch.loaded.decode(await reply(batch, "The sea was", 12, GREEDY))
    stop = text[len(text) // 2 :][:6]
    got = await pieces(batch, "The sea was", stops=(stop,), likeliest=2)
    assert "".join(piece.text for piece in got) == text[: text.index(stop)]
    told = [token for piece in got for token in piece.logprobs]
    assert all(token.offset < text.index(stop) for token in told)
    spelt = b"".join(token.text for token in told).decode()
    assert text.startswith(spelt)
    assert len(spelt) >= text.index(stop)
