"""How a request draws its tokens, and the numbers that decide each of them."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """The samplers of one request, as checked; the defaults switch each of them off.

    `top_k` 0 means the whole vocabulary, 1 the likeliest token. Names, ranges, meanings and the
    order in which they act are in `docs/samplers.md`.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    frequency_penalty: float = 0.0
    seed: int = 0
    min_p: float = 0.0
    typical_p: float = 1.0
    dynatemp_range: float = 0.0
    dynatemp_exponent: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    no_repeat_ngram_size: int = 0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_penalty_last_n: int = -1  # -1: prompt and reply from their beginning
    dry_sequence_breakers: tuple[str, ...] = ()
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    logit_bias: tuple[tuple[int, float], ...] = ()  # token id and what is added to its logit

    @property
    def counts_tokens(self) -> bool:
        """Tell whether tokens are judged by how often they were written."""
        return bool(self.repetition_penalty != 1 or self.presence_penalty or self.frequency_penalty)

    @property
    def uses_dry(self) -> bool:
        """Tell whether DRY has any effect."""
        return self.dry_multiplier > 0 and self.dry_penalty_last_n != 0

    @property
    def shapes_logits(self) -> bool:
        """Tell whether the logits are changed before anything is cut off."""
        return bool(
            self.counts_tokens or self.uses_dry or self.no_repeat_ngram_size or self.logit_bias
        )

    def number_at(self, position: int) -> float:
        """Return the number in [0, 1) that decides token `position` of the reply.

        It depends on nothing else, so a request that starts again goes on as before.
        """
        return self._numbers(position).random()

    def coin_at(self, position: int) -> float:
        """Return the number in [0, 1) that decides whether XTC acts at `position`."""
        numbers = self._numbers(position)
        numbers.random()
        return numbers.random()

    def _numbers(self, position: int) -> random.Random:
        return random.Random(self.seed * 1_000_003 + position)
