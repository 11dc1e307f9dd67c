"""What the samplers of one request have to remember of its text, and their order on its logits."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from engine.serving.drawing.dry import Dry
from engine.serving.drawing.growing import Growing
from engine.serving.drawing.penalties import Counts, add_bias, forbid_repeats
from engine.serving.drawing.sampling import Sampling


class Lookback:
    """Changes the logits of one request by its own text so far, step by step."""

    def __init__(
        self, sampling: Sampling, prompt: Sequence[int], token_bytes: Mapping[int, bytes]
    ) -> None:
        self.sampling = sampling
        self.prompt = prompt
        self.token_bytes = token_bytes
        self.start()

    def start(self) -> None:
        """Know the prompt and nothing of the reply."""
        sampling = self.sampling
        self.known = 0  # tokens of the reply that are taken into account
        self.counts = Counts(sampling, self.prompt) if sampling.counts_tokens else None
        self.text = Growing(self.prompt, torch.int64) if sampling.no_repeat_ngram_size else None
        self.dry = Dry(sampling, self.prompt, self.token_bytes) if sampling.uses_dry else None

    def apply(self, logits: Tensor, reply: Sequence[int]) -> None:
        """Change one row of logits [vocabulary] in place.

        A reply shorter than the last one was taken back to there, and its beginning is the same.
        """
        if len(reply) < self.known:
            self.start()
        for token in reply[self.known :]:
            self.add(token)
        self.known = len(reply)
        if self.sampling.logit_bias:
            add_bias(logits, self.sampling.logit_bias)
        if self.counts:
            self.counts.penalise(logits)
        if self.text:
            forbid_repeats(logits, self.text.values, self.sampling.no_repeat_ngram_size)
        if self.dry:
            self.dry.penalise(logits)

    def add(self, token: int) -> None:
        """Take one more token of the reply into account."""
        if self.counts:
            self.counts.add(token)
        if self.text:
            self.text.append(token)
        if self.dry:
            self.dry.add(token)
