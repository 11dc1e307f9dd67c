"""What the model sees, and of what it is made."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from engine.model.request import Message, Role
from engine.story import PromptPart


class BlockKind(StrEnum):
    """What a piece of a prompt is."""

    SYSTEM = "system"  # the task, the rating, the story's title, genre and style
    SAMPLE = "sample"  # a passage of the server's own, as an example of style
    OPENING = "opening"
    PIN = "pin"  # a line that members pinned
    CANON = "canon"  # facts of the ledger
    LORE = "lore"
    SUMMARY = "summary"  # of turns for which the window has no room
    TURN = "turn"
    RECALLED = "recalled"  # an old turn, found by what is being talked of now
    NOTE = "note"  # the author's note
    INSTRUCTION = "instruction"  # the length and the member's direction


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a prompt: what it is, its exact text, and its share of the tokens."""

    kind: BlockKind
    role: Role
    text: str
    tokens: int  # with the tokens that the chat template puts around it; an upper bound
    turn_id: int | None = None
    turn_number: int | None = None
    is_cut: bool = False  # the turn is longer than the window; its end is kept
    source: PromptPart | None = None  # where an offer came from, and why


class Reason(StrEnum):
    """Why something that was offered is not in the prompt."""

    SHARE = "share"  # its kind has had its share
    BUDGET = "budget"  # all kinds together have had theirs
    SHOWN = "shown"  # the window has the turn itself


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was offered and found no place."""

    kind: BlockKind
    source: PromptPart
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Prompt:
    """A composed prompt. The blocks of one role, joined by blank lines, are its messages."""

    messages: tuple[Message, ...]
    blocks: tuple[Block, ...]
    tokens: int  # of the whole rendered prompt; an upper bound
    budget_tokens: int
    dropped_turns: int  # the oldest ones, for which the window has no room
    left_out: tuple[LeftOut, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the messages, hex: equal prompts have equal digests."""
        sent = [[message.role, message.text] for message in self.messages]
        return hashlib.sha256(json.dumps(sent).encode()).hexdigest()

    @property
    def parts(self) -> tuple[PromptPart, ...]:
        """What it is made of, without words: each block, neighbouring turns as one."""
        parts: list[PromptPart] = []
        for block in self.blocks:
            part = block.source or PromptPart(block.kind, block.tokens)
            if block.turn_id is not None and block.kind is BlockKind.TURN:
                if parts and parts[-1].kind == BlockKind.TURN:
                    last = parts.pop()
                    part = PromptPart(
                        BlockKind.TURN,
                        last.tokens + block.tokens,
                        (last.ids[0], block.turn_id),
                        count=last.count + 1,
                    )
                else:
                    part = PromptPart(BlockKind.TURN, block.tokens, (block.turn_id, block.turn_id))
            parts.append(part)
        return tuple(parts)
