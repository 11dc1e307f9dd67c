"""How unlikely a model finds texts."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from engine.training.blocks import Block
from engine.training.memory import LOGITS_AT_ONCE
from engine.training.watching import Stop

BATCH_BLOCKS = 4


def perplexity(model: Any, blocks: Sequence[Block], stop: Stop, lead: Sequence[int] = ()) -> float:
    """Return the perplexity of the blocks, whose first token is given.

    With a `lead` (of a chat, say) each block stands behind it, and every token counts.

    Raises:
        Interrupted: the process was asked to end.
    """
    model.eval()
    total, count = 0.0, 0
    length = len(lead) + len(blocks[0]) if blocks else 1
    logits_of_block = length * int(model.config.vocab_size)
    most = max(1, min(BATCH_BLOCKS, LOGITS_AT_ONCE // logits_of_block))
    for at in range(0, len(blocks), most):
        stop.check()
        rows = [[*lead, *block] for block in blocks[at : at + most]]
        ids = torch.tensor(rows, device=model.device)
        first = max(1, len(lead))
        with torch.no_grad():
            logits = model(input_ids=ids, use_cache=False).logits[:, first - 1 : -1]
        targets = ids[:, first:]
        losses = cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="sum")
        total += float(losses)
        count += targets.numel()
    return math.exp(total / count) if count else math.nan


def reply_lead(tokenizer: Any, request: str) -> list[int]:
    """Return the tokens of a chat up to where its reply begins; none without a chat template."""
    if not tokenizer.chat_template:
        return []
    chat = [{"role": "user", "content": request}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
