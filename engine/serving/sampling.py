"""How a request draws its tokens, and the number that decides each of them."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """Temperature, top_p, top_k, frequency penalty and seed.

    `top_k` 0 means the whole vocabulary, 1 the likeliest token.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    frequency_penalty: float = 0.0
    seed: int = 0

    def number_at(self, position: int) -> float:
        """Return the number in [0, 1) that decides token `position` of the reply.

        It depends on nothing else, so a request that starts again goes on as before.
        """
        return random.Random(self.seed * 1_000_003 + position).random()
