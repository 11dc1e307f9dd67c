"""Models worth running, and the memory they take: computed from their shapes, not measured."""

from dataclasses import dataclass

NF4_BYTES = (4 + 8 / 64 + 32 / (64 * 256)) / 8  # 4 bits, and double-quantised scales per 64
BF16_BYTES = 2
SPARE_GB = 2.0  # activations, the CUDA context, the allocator's slack
RESERVE = 0.05  # of the card, never used
LEAST_CACHE_TOKENS = 16_384  # eight stories of 2,048 tokens at once


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model by its hub id, with the shape that decides its memory."""

    name: str
    parameters: float
    vocabulary: int
    hidden: int
    layers: int
    kv_heads: int
    is_tied: bool = False  # input and output embeddings are one matrix
    head_width: int = 128

    @property
    def weights_gb(self) -> float:
        """Linear layers in NF4, embeddings and head in bf16."""
        embeddings = self.vocabulary * self.hidden * (1 if self.is_tied else 2)
        linear = self.parameters - embeddings
        return (linear * NF4_BYTES + embeddings * BF16_BYTES) / 1e9

    @property
    def cache_mb_per_1000_tokens(self) -> float:
        """Keys and values of 1,000 tokens in bf16."""
        return 2 * self.layers * self.kv_heads * self.head_width * BF16_BYTES * 1000 / 1e6

    def cache_tokens(self, memory_gb: float) -> int:
        """How many tokens of all stories together stay in memory beside the weights."""
        room_gb = memory_gb * (1 - RESERVE) - SPARE_GB - self.weights_gb
        return max(0, int(room_gb * 1e6 / self.cache_mb_per_1000_tokens))


RECOMMENDED = (  # small to large
    Recommended("Qwen/Qwen3-4B", 4.02e9, 151_936, 2560, 36, 8, is_tied=True),
    Recommended("meta-llama/Llama-3.1-8B-Instruct", 8.03e9, 128_256, 4096, 32, 8),
    Recommended("Qwen/Qwen3-8B", 8.19e9, 151_936, 4096, 36, 8),
    Recommended("Qwen/Qwen3-14B", 14.77e9, 151_936, 5120, 40, 8),
    Recommended("Qwen/Qwen3-32B", 32.76e9, 151_936, 5120, 64, 8),
    Recommended("meta-llama/Llama-3.3-70B-Instruct", 70.55e9, 128_256, 8192, 80, 8),
)


def largest_that_fits(memory_gb: float) -> Recommended | None:
    """Return the largest model that leaves LEAST_CACHE_TOKENS on a card of this size."""
    fitting = [m for m in RECOMMENDED if m.cache_tokens(memory_gb) >= LEAST_CACHE_TOKENS]
    return fitting[-1] if fitting else None
