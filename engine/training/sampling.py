"""Continuations that a model writes, beside those that an author wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from engine.training.blocks import Block
from engine.training.watching import Stop

BATCH = 16
TEMPERATURE, TOP_P = 0.8, 0.95


@dataclass(frozen=True, slots=True)
class Passage:
    """The beginning of a held-out passage and what its author wrote next, as tokens."""

    beginning: list[int]
    rest: list[int]


def passages(blocks: Sequence[Block], most_tokens: int) -> list[Passage]:
    """Halve blocks; the rest has at most so many tokens."""
    half = len(blocks[0]) // 2 if blocks else 0
    return [Passage(block[:half], block[half : half + most_tokens]) for block in blocks]


def continuations(
    model: Any, tokenizer: Any, wanted: Sequence[Passage], seed: int, stop: Stop
) -> list[list[int]]:
    """Let the model go on from each beginning for as long as its author did.

    All beginnings have one length. The same seed gives the same texts on the same machine.

    Raises:
        Interrupted: the process was asked to end.
    """
    model.eval()
    torch.manual_seed(seed)
    written: list[list[int]] = []
    for at in range(0, len(wanted), BATCH):
        stop.check()
        group = wanted[at : at + BATCH]
        ids = torch.tensor([passage.beginning for passage in group], device=model.device)
        with torch.no_grad():
            replies = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=len(group[0].rest),
                min_new_tokens=len(group[0].rest),
                do_sample=True,
                temperature=TEMPERATURE,
                top_p=TOP_P,
                top_k=0,
                use_cache=True,
                pad_token_id=tokenizer.eos_token_id,
            )
        written += replies[:, ids.shape[1] :].tolist()
    return written
