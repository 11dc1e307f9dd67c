"""Penalties on what was written before: each changes one row of logits [vocabulary] in place."""

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.serving.drawing.growing import Growing
from engine.serving.drawing.sampling import Sampling


def add_bias(logits: Tensor, logit_bias: tuple[tuple[int, float], ...]) -> None:
    """Add to each token's logit what was asked for."""
    tokens, values = zip(*logit_bias, strict=True)
    ids = torch.tensor(tokens, device=logits.device)
    logits[ids] += torch.tensor(values, dtype=logits.dtype, device=logits.device)


class Counts:
    """How often each token stands in the reply, and which stand in the prompt.

    The repetition penalty counts both, as vLLM and transformers have it; presence and frequency
    penalty count the reply alone, as OpenAI has them.
    """

    def __init__(self, sampling: Sampling, prompt: Iterable[int]) -> None:
        self.sampling = sampling
        distinct = dict.fromkeys(prompt) if sampling.repetition_penalty != 1 else {}
        self.place = {token: i for i, token in enumerate(distinct)}
        self.tokens = Growing(distinct, torch.int64)
        self.times = Growing([0.0] * len(distinct), torch.float32)

    def add(self, token: int) -> None:
        """Count one more token of the reply."""
        if token not in self.place:
            self.place[token] = len(self.place)
            self.tokens.append(token)
            self.times.append(0.0)
        self.times.values[self.place[token]] += 1

    def penalise(self, logits: Tensor) -> None:
        """Apply the three penalties to the tokens that were counted."""
        tokens, times = self.tokens.on(logits.device), self.times.on(logits.device)
        values = logits[tokens]
        if (factor := self.sampling.repetition_penalty) != 1:
            values = torch.where(values < 0, values * factor, values / factor)
        values -= self.sampling.frequency_penalty * times
        values -= self.sampling.presence_penalty * (times > 0)
        logits[tokens] = values


def forbid_repeats(logits: Tensor, text: Tensor, size: int) -> None:
    """Forbid every token that would end a run of `size` tokens which the text has already.

    When nothing else is possible, because the reply must have a form, the form wins.
    """
    if len(text) < size:
        return
    windows = text.unfold(0, size, 1)
    beginning = text[len(text) + 1 - size :]
    banned = windows[(windows[:, :-1] == beginning).all(1), -1].to(logits.device)
    before = logits[banned]
    logits[banned] = -torch.inf
    if torch.isneginf(logits.amax()):
        logits[banned] = before
