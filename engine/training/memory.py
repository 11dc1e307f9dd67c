"""What a training takes of memory, from the model's configuration; what is free; what was used.

The sum is of weights, adapter with its optimizer, and activations; the last is counted tensor by
tensor for Llama-like layers, and is what differs most between models. Measured peaks beside it are
in docs/training.md.
"""

import contextlib
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.story.training import Method
from engine.training.methods import PREFIX_TOKENS
from engine.training.plan import Plan

NF4_BYTES = 0.516  # a weight: 4 bits, and a scale of 8 bits for 64, itself quantized
HALF, FULL = 2, 4
TRAINED_BYTES = 16  # a trained weight: itself, its gradient, and two moments, in fp32
PROGRAM_BYTES = {"cpu": 900 << 20, "cuda": 1200 << 20}  # libraries, and the driver's context
MARGIN = 1.15
LOGITS_AT_ONCE = 40_000_000  # that the report holds, or those of one block
LOGIT_BYTES = HALF + 3 * FULL


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of a Llama-like configuration that decide."""

    layers: int
    hidden: int
    inner: int
    heads: int
    key_heads: int
    head_width: int
    vocabulary: int
    is_tied: bool  # input and output embeddings are one

    @property
    def widths(self) -> tuple[tuple[int, int], ...]:
        """Return in and out of the seven linear layers of a layer."""
        asked, shared = self.heads * self.head_width, self.key_heads * self.head_width
        return (
            (self.hidden, asked),
            (self.hidden, shared),
            (self.hidden, shared),
            (asked, self.hidden),
            (self.hidden, self.inner),
            (self.hidden, self.inner),
            (self.inner, self.hidden),
        )

    @property
    def linear_weights(self) -> int:
        """Return the weights that are quantized."""
        return self.layers * sum(a * b for a, b in self.widths)

    def trained_weights(self, method: Method, rank: int, prefix_tokens: int) -> int:
        """Return the weights of an adapter."""
        if method is Method.PREFIX:
            return prefix_tokens * self.layers * 2 * self.key_heads * self.head_width
        return self.layers * rank * sum(a + b for a, b in self.widths)


def sizes_of(config: dict[str, Any]) -> Sizes:
    """Read a configuration.

    Raises:
        KeyError: it is not of a Llama-like model.
    """
    heads = int(config["num_attention_heads"])
    return Sizes(
        layers=int(config["num_hidden_layers"]),
        hidden=int(config["hidden_size"]),
        inner=int(config["intermediate_size"]),
        heads=heads,
        key_heads=int(config.get("num_key_value_heads") or heads),
        head_width=int(config.get("head_dim") or int(config["hidden_size"]) // heads),
        vocabulary=int(config["vocab_size"]),
        is_tied=bool(config.get("tie_word_embeddings", False)),
    )


def needed_bytes(
    sizes: Sizes, plan: Plan, method: Method, rank: int, *, device: str, saves_activations: bool
) -> int:
    """Return the peak of memory: of training or report, which has the base in bf16."""
    embeddings = (1 if sizes.is_tied else 2) * sizes.vocabulary * sizes.hidden * HALF
    trained = sizes.trained_weights(method, rank, PREFIX_TOKENS)
    fixed = sizes.linear_weights * NF4_BYTES + embeddings + trained * TRAINED_BYTES
    tokens = plan.block_tokens * plan.batch_blocks
    # One layer's weights are unpacked to half precision at a time.
    unpacked = max(a * b for a, b in sizes.widths) * HALF
    layer = tokens * layer_bytes(sizes, rank)
    kept = tokens * sizes.hidden * HALF
    layers = sizes.layers * kept + layer if saves_activations else sizes.layers * layer
    logits = tokens * sizes.vocabulary * LOGIT_BYTES
    training = fixed + unpacked + layers + logits
    plain = sizes.linear_weights * HALF + embeddings
    if device == "cpu":
        plain *= 2  # the file's pages count, too, until they are needed elsewhere
    report = plain + max(LOGITS_AT_ONCE, plan.block_tokens * sizes.vocabulary) * LOGIT_BYTES
    return int(MARGIN * max(training, report)) + PROGRAM_BYTES[device.partition(":")[0]]


def layer_bytes(sizes: Sizes, rank: int) -> int:
    """Return what one token leaves in one layer for the way back.

    In half precision: what norms, attention and products were given. In fp32: two norms, and for
    every adapter its input and its low-rank product.
    """
    asked, shared = sizes.heads * sizes.head_width, sizes.key_heads * sizes.head_width
    half = 4 * sizes.hidden + 3 * asked + 4 * shared + 4 * sizes.inner
    full = 2 * sizes.hidden + sum(width + rank for width, _ in sizes.widths)
    return HALF * half + FULL * full


def free_bytes(device: str) -> int:
    """Return the memory that is free: of the GPU, or of this machine or container."""
    if device != "cpu":
        return int(torch.cuda.mem_get_info(torch.device(device))[0])
    free = [machine_free_bytes()]
    with contextlib.suppress(OSError, ValueError):
        free.append(group_free_bytes(Path("/sys/fs/cgroup")))
    return min(free)


def group_free_bytes(group: Path) -> int:
    """Return the memory that a container has left, with file pages that it can do without.

    Raises:
        OSError, ValueError: it has no limit.
    """
    most = int((group / "memory.max").read_text())
    held = int((group / "memory.current").read_text())
    facts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    return most - held + int(facts.get("inactive_file", 0))


def machine_free_bytes() -> int:
    """Return what the system could give without swapping; very much where it does not tell."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return sys.maxsize


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held: on the GPU, or in all."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes if sys.platform == "darwin" else kilobytes * 1024
