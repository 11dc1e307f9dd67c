"""What is known to end the generation loop: as bodies that a client can send, and from inside."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from engine.serving.loop.batch import Batch
from engine.serving.loop.row_control import allow_only
from tests.engine.serving.small_model import GREEDY, reply

MARK = 2718  # a token on which `fault` raises

BAD_BODIES: dict[str, dict[str, Any]] = {
    "empty prompt": {"prompt": ""},
    "no tokens": {"prompt": [[]]},
    "negative token": {"prompt": [5, -1]},
    "token behind the last": {"prompt": [5, 49_152]},
    "fractional token": {"prompt": [5, 6.5]},
    "longer than the cache": {"prompt": [100] * 5000},
    "reply longer than the cache": {"prompt": "Once", "max_tokens": 4096},
    "temperature that is no number": {"prompt": "Once", "temperature": "nan"},
    "negative temperature": {"prompt": "Once", "temperature": -1},
    "negative top_k": {"prompt": "Once", "top_k": -2},
    "no tokens asked": {"prompt": "Once", "max_tokens": 0},
    "half a character": {"prompt": "Once \ud83c"},
}


def raising(_: Tensor, __: list[int]) -> None:
    """Break as a rule."""
    raise ValueError("a bug in a rule")


def nothing_possible(logits: Tensor, _: list[int]) -> None:
    """Leave no token."""
    logits.fill_(-torch.inf)


def no_number(logits: Tensor, _: list[int]) -> None:
    """Leave a NaN."""
    logits[5] = torch.nan


def mark_late(logits: Tensor, so_far: list[int]) -> None:
    """Write the fatal token as the sixth, after a trial."""
    if len(so_far) == 5:
        allow_only(logits, MARK)


def asking(prompt: list[int], *rules: Any) -> Callable[[Batch], Awaitable[list[int]]]:
    """Return a request that goes around the checks."""
    return lambda batch: reply(batch, prompt, 12, GREEDY, rules=rules)


KILLERS: dict[str, Callable[[Batch], Awaitable[list[int]]]] = {
    "token behind the last": asking([10**6]),
    "negative token": asking([-7]),
    "empty prompt": asking([]),
    "rule that raises": asking([5], raising),
    "nothing possible": asking([5], nothing_possible),
    "no number": asking([5], no_number),
    "out of memory": asking([MARK, 5]),
    "out of memory late": asking([5], mark_late),
}


@contextmanager
def fault(batch: Batch, error: BaseException, *, from_tokens: int = 0) -> Iterator[list[int]]:
    """Let the model raise in each step with MARK in it and at least so many tokens."""
    raised: list[int] = []

    def before(_: Any, __: Any, kwargs: dict[str, Any]) -> None:
        ids: Tensor = kwargs["input_ids"]
        if (ids == MARK).any() and ids.numel() >= from_tokens:
            raised.append(ids.numel())
            raise error

    hook = batch.loaded.model.model.register_forward_pre_hook(before, with_kwargs=True)
    try:
        yield raised
    finally:
        hook.remove()
