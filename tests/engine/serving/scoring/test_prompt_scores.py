"""Prompts are scored as a plain forward pass of the model would score them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import cache

import pytest
import pytest_asyncio
import torch

from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.replies.writing import Usage, write
from engine.serving.scoring.prompt_scores import has_plain_head
from engine.serving.scoring.scored_prompt import Asked, Scoring, shared_tokens
from tests.engine.serving.small_model import DRAWN, Rules, load_small_model, opened, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORY = "The lighthouse keeper had not spoken to anybody for eleven days. " * 3
LABELS = [" joy", " fear", " anger and a little shame", " nothing at all"]


# A model of its own: one that runs in a batch is no reference.
REFERENCE = cache(load_small_model)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch() -> AsyncIterator[Batch]:
    """A batch of a small model in fp32."""
    async with opened(load_small_model(), Rules(), 4096) as batch:
        yield batch


def tokens_of(batch: Batch, text: str) -> list[int]:
    """Return the tokens of a text."""
    return list(batch.loaded.tokenizer.encode(text))


def plain(prompt: list[int]) -> torch.Tensor:
    """Return the log-probabilities [tokens - 1, vocabulary] of a forward pass of its own."""
    with torch.no_grad():
        logits = REFERENCE().model(torch.tensor([prompt]), use_cache=False).logits[0]
    return logits[:-1].float().log_softmax(1)


async def scored(
    batch: Batch, prompts: list[list[int]], start: int = 1, likeliest: int = 0, salt: str = ""
) -> tuple[list[Scoring], Usage]:
    """Return what is known of each prompt afterwards."""
    job = Job(
        prompts=tuple(prompts),
        choices=1,
        most_tokens=1,
        sampling=DRAWN,
        stops=(),
        ignore_stop_tokens=False,
        cache_salt=salt,
        scored=Asked(likeliest, start),
        only_scores=True,
    )
    usage, found = Usage(), {}
    with batch.reserve(len(prompts)):
        async with aclosing(write(batch, job, usage)) as pieces:
            async for piece in pieces:
                if piece.scoring:
                    found[piece.choice] = piece.scoring
                assert not piece.text
    return [found[i] for i in range(len(prompts))], usage


def assert_equal(scoring: Scoring, start: int = 1) -> None:
    """Compare every scored place with a forward pass."""
    logs = plain(scoring.prompt)
    assert sorted(scoring.places) == list(range(start, len(scoring.prompt)))
    for place, score in scoring.places.items():
        expected = logs[place - 1]
        assert score.token == scoring.prompt[place]
        assert score.logprob == pytest.approx(float(expected[score.token]), abs=1e-3)
        rank = int((expected > expected[score.token]).sum()) + 1
        assert abs(score.rank - rank) <= rank // 100  # far down, many are equally unlikely


async def test_a_prompt_is_scored_as_by_a_forward_pass_beside_those_who_write(
    batch: Batch,
) -> None:
    long = tokens_of(batch, STORY * 8)
    assert len(long) > 256  # more than a step reads: in pieces
    alone = await reply(batch, "The radio said", 20, DRAWN)
    (several, _), beside = await asyncio.gather(
        scored(batch, [long, tokens_of(batch, "A bell rang twice.")]),
        reply(batch, "The radio said", 20, DRAWN),
    )
    for scoring in several:
        assert_equal(scoring)
    assert beside == alone


async def test_the_likeliest_tokens_are_told_with_their_ranks(batch: Batch) -> None:
    prompt = tokens_of(batch, "Mara counted the coins")
    ((scoring,), _) = await scored(batch, [prompt], likeliest=3)
    body = scoring.body(batch.token_text)
    assert body[0] is None
    for place, figures in enumerate(body[1:], 1):
        assert figures is not None
        best = plain(prompt)[place - 1].topk(3)
        told = {int(token): value for token, value in figures.items() if value["rank"] <= 3}
        assert sorted(told, key=lambda token: told[token]["rank"]) == best.indices.tolist()
        assert str(prompt[place]) in figures
        assert figures[str(prompt[place])]["decoded_token"] == batch.token_text(prompt[place])


async def test_candidates_share_what_they_begin_with_and_only_their_own_tokens_are_scored(
    batch: Batch,
) -> None:
    prefix = tokens_of(batch, STORY)
    candidates = [prefix + tokens_of(batch, label) for label in LABELS]
    several, usage = await scored(batch, candidates, len(prefix), salt="fresh")
    for scoring in several:
        assert_equal(scoring, len(prefix))
    again, cached = await scored(batch, candidates, len(prefix), salt="fresh")
    for scoring in again:
        assert_equal(scoring, len(prefix))
    # Whole pages up to the token before the first that is scored.
    pages = (len(prefix) - 1) // 16 * 16
    assert usage.cached == pages * (len(LABELS) - 1)
    assert cached.cached == pages * len(LABELS)


async def test_what_is_scored_from_the_start_is_read_anew_though_it_is_cached(
    batch: Batch,
) -> None:
    prompt = tokens_of(batch, STORY)
    for _ in range(2):
        ((scoring,), usage) = await scored(batch, [prompt], salt="read anew")
        assert_equal(scoring)
        assert usage.cached == 0


async def test_a_model_that_changes_its_logits_afterwards_is_found_out() -> None:
    model = REFERENCE().model
    assert has_plain_head(model)
    hook = model.register_forward_hook(lambda _m, _a, out: type(out)(logits=out.logits / 3))
    assert not has_plain_head(model)
    hook.remove()


async def test_the_shared_beginning_is_counted_up_to_a_limit() -> None:
    prompts = [[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3]]
    assert shared_tokens(prompts, 10) == 3
    assert shared_tokens(prompts, 2) == 2
    assert shared_tokens([*prompts, [9]], 10) == 0
    assert shared_tokens(prompts[:1], 10) == 0
