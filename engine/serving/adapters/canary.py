"""A first try of an adapter: an ordinary request beside all others, so that nothing waits for it.

It reads the beginning of a fixed text, is made to write the rest, and then writes a little of its
own. What the rest costs it tells whether it still knows language at all.
"""

import math
from contextlib import aclosing
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.serving.adapters.config import refused
from engine.serving.drawing.sampling import Sampling
from engine.serving.faults import ApiError
from engine.serving.loop.row import Adapter, Row
from engine.serving.loop.row_control import allow_only

if TYPE_CHECKING:
    from engine.serving.loop.batch import Batch

TEXT = (
    "The keeper of the lighthouse climbed the stairs at dusk, lit the lamp and wrote the weather"
    " of the day into his book. Then he sat down by the window and watched the ships go by."
)
READ_TOKENS = 20  # of the text; the model is made to write the others
FREE_TOKENS = 2
# A voice may find plain prose far less likely than its base does; one that finds it as unlikely
# as noise is broken. Random weights that ruin every text are beyond 1,000.
MOST_TIMES_PERPLEXITY = 20.0


class Dictation:
    """A rule that makes its request write a text, and notes how unlikely each token was."""

    def __init__(self, tokens: list[int]) -> None:
        self.tokens = tokens
        self.losses: dict[int, float] = {}  # by position: a request may start again

    def __call__(self, logits: Tensor, reply: list[int]) -> None:
        """Leave the next token of the text; after its end, everything."""
        at = len(reply)
        if at < len(self.tokens):
            self.losses[at] = -float(torch.log_softmax(logits, -1)[self.tokens[at]])
            allow_only(logits, self.tokens[at])

    @property
    def perplexity(self) -> float:
        """Return the perplexity of the text, at most e^700; NaN if a logit was undefined."""
        mean = sum(self.losses.values()) / len(self.losses)
        return math.exp(min(700.0, mean)) if math.isfinite(mean) else math.nan


class Canary:
    """Tries adapters against what the base model makes of the same text."""

    def __init__(self, batch: "Batch") -> None:
        self.batch = batch
        self._base: float | None = None

    async def try_out(self, adapter: Adapter) -> float:
        """Return how many times the perplexity of the base model the adapter has.

        Raises:
            ApiError: the adapter writes nothing, or nothing that could be language.
        """
        if self._base is None:
            self._base = await self._perplexity(None)
        try:
            own = await self._perplexity(adapter)
        except ApiError as error:
            if error.code == "generation_failed":
                raise refused(
                    "broken", f"the model cannot write with it: {error.message}"
                ) from error
            raise
        if math.isnan(own):
            raise refused("broken", "what the model computes with it is not a number")
        times = own / self._base
        if times > MOST_TIMES_PERPLEXITY:
            message = (
                f"with it a plain text has {times:,.0f} times the perplexity that it has without; "
                f"the most is {MOST_TIMES_PERPLEXITY:.0f}"
            )
            raise refused("absurd", message)
        return times

    async def _perplexity(self, adapter: Adapter | None) -> float:
        tokens = self.batch.loaded.tokenizer.encode(TEXT)
        prompt, rest = tokens[:READ_TOKENS], tokens[READ_TOKENS:]
        dictation = Dictation(rest)
        greedy = Sampling(top_k=1)
        row = Row(len(prompt), greedy, "canary", (dictation,), adapter=adapter, is_guest=True)
        most_tokens = len(rest) + FREE_TOKENS
        outputs = self.batch.generate(prompt, row, most_tokens=most_tokens, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for _ in outputs:
                pass
        return dictation.perplexity
