"""Texts as blocks of tokens: none has anything of both sides of the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.safety.special_tokens import break_special_tokens
from engine.story.training import HELD_OUT, LEAST_TRAINING_TOKENS, TRAIN, FaultCode, TrainingFault
from engine.story.training import WorkRow as Row

Block = list[int]


@dataclass(frozen=True, slots=True)
class Documents:
    """Works as token ids, each with the end of text behind it."""

    training: list[list[int]]
    held_out: list[list[int]]

    @property
    def tokens(self) -> int:
        """Return how many tokens there are to train on."""
        return sum(map(len, self.training))

    @property
    def held_out_tokens(self) -> int:
        """Return how many tokens are held out."""
        return sum(map(len, self.held_out))


def tokenize(works: Sequence[Row], tokenizer: Any) -> Documents:
    """Turn works into tokens; what looks like a control token in them is broken."""
    sides: dict[str, list[list[int]]] = {TRAIN: [], HELD_OUT: []}
    for work in works:
        sides[work.split].append(encode(work.text, tokenizer))
    return Documents(sides[TRAIN], sides[HELD_OUT])


def encode(text: str, tokenizer: Any) -> list[int]:
    """Return the tokens of a text with the end of text behind them."""
    specials = {*tokenizer.get_added_vocab(), *tokenizer.all_special_tokens}
    safe = break_special_tokens(text, sorted(specials))
    return [*tokenizer(safe, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]


def fault_of(documents: Documents, block_tokens: int) -> TrainingFault | None:
    """Tell why nothing can be learned from so little, or None."""
    if not documents.held_out or documents.held_out_tokens < block_tokens:
        facts = {"works": len(documents.held_out), "held_out_tokens": documents.held_out_tokens}
        return TrainingFault(FaultCode.NO_HELD_OUT_WORK, {**facts, "least": block_tokens})
    if documents.tokens < LEAST_TRAINING_TOKENS:
        facts = {"tokens": documents.tokens, "least": LEAST_TRAINING_TOKENS}
        return TrainingFault(FaultCode.TOO_LITTLE_TEXT, dict(facts))
    return None


def pack(documents: Sequence[list[int]], length: int) -> list[Block]:
    """Cut the documents, one after the other, into blocks; the rest, shorter than one, is left."""
    ids = [token for document in documents for token in document]
    return [ids[at : at + length] for at in range(0, len(ids) - length + 1, length)]


def spread(blocks: Sequence[Block], most: int) -> list[Block]:
    """Return at most so many blocks, evenly from all over."""
    if len(blocks) <= most:
        return list(blocks)
    return [blocks[at * len(blocks) // most] for at in range(most)]
