"""DRY: the longer a run of tokens that the next one would go on repeating, the more it loses.

Meanings as in llama.cpp, by p-e-w's https://github.com/oobabooga/text-generation-webui/pull/5677.
A repeated run never reaches back over a sequence breaker, and what completes a breaker is never
penalised. A breaker is looked for in the bytes of the text, so it does not matter how the text
is divided into tokens.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from engine.serving.drawing.growing import Growing
from engine.serving.drawing.sampling import Sampling

LARGEST_PENALTY = 1e30  # leaves room in fp32


class Dry:
    """What DRY has to know of one text: where its end stands already, and how much of it.

    `lengths[j]` is the number of tokens up to and with place j that are the same as those at the
    end of the text.
    """

    def __init__(
        self, sampling: Sampling, tokens: Sequence[int], token_bytes: Mapping[int, bytes]
    ) -> None:
        self.sampling = sampling
        self.token_bytes = token_bytes
        self.breakers = [breaker.encode() for breaker in sampling.dry_sequence_breakers]
        self.tail_bytes = max((len(b) for b in self.breakers), default=1) - 1
        if sampling.dry_penalty_last_n > 0:
            tokens = tokens[-sampling.dry_penalty_last_n :]
        self.tokens = Growing(tokens, torch.int64)
        self.lengths = Growing(end_lengths(tokens), torch.int64)
        self.tail, self.since_breaker = self.look_for_breakers(tokens)

    def look_for_breakers(self, tokens: Sequence[int]) -> tuple[bytes, int]:
        """Return the last bytes and the number of tokens after the last breaker."""
        pieces = [self.token_bytes[token] for token in tokens]
        text = b"".join(pieces)
        ends = [text.rfind(breaker) + len(breaker) for breaker in self.breakers if breaker in text]
        to_spare = len(text) - max(ends, default=0)
        since = 0
        while since < len(tokens) and len(pieces[-1 - since]) <= to_spare:
            to_spare -= len(pieces[-1 - since])
            since += 1
        return text[max(0, len(text) - self.tail_bytes) :], since

    def add(self, token: int) -> None:
        """Take one more token into account."""
        earlier = self.lengths.values
        goes_on = self.tokens.values == token
        longer = torch.cat([earlier.new_zeros(1), earlier[:-1]]) + 1
        earlier.copy_(longer * goes_on)
        self.tokens.append(token)
        self.lengths.append(self.tokens.length)
        self.since_breaker = 0 if self.completes_a_breaker(token) else self.since_breaker + 1
        text = self.tail + self.token_bytes[token]
        self.tail = text[max(0, len(text) - self.tail_bytes) :]

    def completes_a_breaker(self, token: int) -> bool:
        """Tell whether a breaker would end within this token."""
        piece = self.token_bytes[token]
        return any(
            breaker in self.tail[max(0, len(self.tail) + 1 - len(breaker)) :] + piece
            for breaker in self.breakers
        )

    def penalise(self, logits: Tensor) -> None:
        """Lower the logits [vocabulary] of tokens that would go on with a repetition, in place."""
        least = self.sampling.dry_allowed_length
        total = self.tokens.length
        if self.since_breaker < least or total < 2:
            return
        window = self.sampling.dry_penalty_last_n
        start = max(0, total - window) if window > 0 else 0
        lengths = self.lengths.values[start:-1].clamp(max=self.since_breaker)
        if start:  # a run may not reach out of the window
            lengths = lengths.minimum(torch.arange(1, len(lengths) + 1))
        found = (lengths >= least).nonzero()[:, 0]
        followers, which = self.tokens.values[start + 1 + found].unique(return_inverse=True)
        longest = torch.zeros_like(followers).scatter_reduce(0, which, lengths[found], "amax")
        free = [self.completes_a_breaker(token) for token in followers.tolist()]
        over = (longest - least).double()
        penalty = self.sampling.dry_multiplier * self.sampling.dry_base**over
        penalty = penalty.clamp(max=LARGEST_PENALTY).masked_fill(torch.tensor(free).bool(), 0)
        logits[followers.to(logits.device)] -= penalty.to(logits)


def end_lengths(tokens: Sequence[int]) -> list[int]:
    """Return for each place how many tokens up to it are the same as those at the end.

    The Z-algorithm on the reversed text: linear, also for a text that is one long repetition.
    """
    text = list(reversed(tokens))
    total = len(text)
    same = [total] + [0] * (total - 1) if total else []
    left = right = 0  # the window of text that is known to equal the beginning
    for i in range(1, total):
        length = min(right - i, same[i - left]) if i < right else 0
        while i + length < total and text[length] == text[i + length]:
            length += 1
        same[i] = length
        if i + length > right:
            left, right = i, i + length
    return same[::-1]
