"""A few layers of the embedded model in this process, where a test can reach into the loop.

In fp32: only there is a text the same alone and in a batch, token for token.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import torch
from torch import Tensor

from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row, Rule
from engine.serving.loop.row_control import allow_only
from engine.serving.weights.loading import LoadedModel, load
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER

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


def load_small_model() -> LoadedModel:
    """Return the first layers of the embedded model: what they say is not the point here."""
    settings = ServingSettings(quantization=Quantization.NONE, models_dir=MODEL_FOLDER.parent)
    loaded = load(settings, lambda *_: None)
    loaded.model.float()
    loaded.model.config.num_hidden_layers = 6
    del loaded.model.model.layers[6:]
    return loaded


@asynccontextmanager
async def opened(
    loaded: LoadedModel, rules: Rules, cache_tokens: int, **settings_of: Any
) -> AsyncIterator[Batch]:
    """Run a batch with a cache of any size, and other settings."""
    changes = {"running_requests": 8, "cache_tokens": cache_tokens} | settings_of
    settings = ServingSettings().model_copy(update=changes)
    batch = Batch(loaded, settings, [rules])
    await batch.start()
    try:
        yield batch
    finally:
        batch.stop()


@asynccontextmanager
async def watched(batch: Batch) -> AsyncIterator[None]:
    """Start the loop again when it dies, as the server does."""
    watch = asyncio.create_task(batch.watch())
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


def tokens_of(batch: Batch, text: str) -> list[int]:
    """Return the tokens of a text."""
    return list(batch.loaded.tokenizer.encode(text))


async def reply(
    batch: Batch,
    prompt: str | list[int],
    most_tokens: int,
    sampling: Sampling,
    salt: str = "",
    *,
    rules: tuple[Rule, ...] = (),
) -> list[int]:
    """Return the tokens of one reply."""
    ids = tokens_of(batch, prompt) if isinstance(prompt, str) else prompt
    row = Row(len(ids), sampling, salt, rules)
    tokens: list[int] = []
    with batch.reserve(1):
        outputs = batch.generate(ids, row, most_tokens=most_tokens, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for so_far in outputs:
                tokens = so_far
    return tokens
