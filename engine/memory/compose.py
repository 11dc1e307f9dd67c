"""What of a story's past reaches the model: a pure function of the path to its head.

Stable first, volatile last, so that the server's prefix cache holds from turn to turn: system
text, opening, turns, instruction. When the window is full a third of it is dropped at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.errors import ModelUnusable
from engine.memory.frame import Frame, FrameTokens, keep_last_bytes
from engine.memory.prompt import Block, BlockKind, Prompt
from engine.model.request import Message, Role
from engine.safety.special_tokens import break_special_tokens
from engine.story import Turn, TurnKind

PROMPT_TOKENS = 24  # what chat templates put around a whole prompt, at most
MESSAGE_TOKENS = 12  # what they put around one message, at most, and the joint of two texts
INSTRUCTION_TOKENS = 256  # kept free for it, so that its length does not move the window
LEAST_WINDOW_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Told:
    """A turn as a prompt tells it."""

    role: Role
    text: str


Tell = Callable[[Turn], Told]


def tell_story(turn: Turn) -> Told:
    """Tell a turn as the story has it; what the model wrote is the assistant's."""
    return Told("user" if turn.kind is TurnKind.HUMAN else "assistant", turn.told)


def compose(
    frame: Frame,
    frame_tokens: FrameTokens,
    path: Sequence[Turn],
    *,
    budget_tokens: int,
    specials: Sequence[str],
    tell: Tell = tell_story,
) -> Prompt:
    """Lay out the prompt of the next turn after `path` (root first) within the budget.

    `turn.tokens` counts the turn as told with its special tokens broken; a turn without a count
    is taken at its UTF-8 bytes, which no tokenizer exceeds. The rendered prompt never has more
    than `budget_tokens`.

    Raises:
        ModelUnusable: the budget leaves no room for the story beside the frame.
    """
    told = [(turn, tell(turn)) for turn in path if turn.text]
    window = _window_tokens(frame_tokens, budget_tokens)
    costs = [
        min(_text_tokens(turn, each.text, specials) + MESSAGE_TOKENS, window) for turn, each in told
    ]
    start = window_start(costs, window)
    blocks = (
        *_frame_head(frame, frame_tokens, is_whole=start == 0),
        *(
            _turn_block(turn, each, cost, specials)
            for (turn, each), cost in zip(told[start:], costs[start:], strict=True)
        ),
        Block(
            BlockKind.INSTRUCTION,
            "user",
            frame.instruction,
            frame_tokens.instruction + MESSAGE_TOKENS,
        ),
    )
    return Prompt(
        messages=tuple(
            Message(role, "\n\n".join(block.text for block in same_role))
            for role, same_role in groupby(blocks, key=lambda block: block.role)
        ),
        blocks=blocks,
        tokens=sum(block.tokens for block in blocks),
        budget_tokens=budget_tokens,
        dropped_turns=start,
    )


def window_start(costs: Sequence[int], window_tokens: int) -> int:
    """Return the index of the first turn in the window, which always has the newest one.

    The start moves only where the tokens before it pass a multiple of a third of the window: as
    a story grows, the prompt keeps its prefix for many turns, and undo gives back the very same.
    """
    excess = sum(costs) - window_tokens
    if excess <= 0:
        return 0
    stride = window_tokens // 3
    dropped_tokens = -(-excess // stride) * stride
    before = 0
    for index, cost in enumerate(costs):
        if before >= dropped_tokens:
            return index
        before += cost
    return len(costs) - 1


def _window_tokens(frame_tokens: FrameTokens, budget_tokens: int) -> int:
    instruction = max(frame_tokens.instruction, min(INSTRUCTION_TOKENS, budget_tokens // 8))
    opening = max(frame_tokens.opening, frame_tokens.opening_cut)
    taken = frame_tokens.system + opening + instruction + 3 * MESSAGE_TOKENS + PROMPT_TOKENS
    if budget_tokens - taken < LEAST_WINDOW_TOKENS:
        raise ModelUnusable(f"a prompt of {budget_tokens} tokens leaves no room for a story")
    return budget_tokens - taken


def _text_tokens(turn: Turn, text: str, specials: Sequence[str]) -> int:
    """Return the tokens of a turn told as `text`, or more: what was not counted, as bytes."""
    if turn.tokens is None:
        return _bytes(text, specials)
    if text == turn.told:
        return turn.tokens
    return turn.tokens + max(0, _bytes(text, specials) - _bytes(turn.told, specials))


def _bytes(text: str, specials: Sequence[str]) -> int:
    return len(break_special_tokens(text, specials).encode())


def _frame_head(frame: Frame, tokens: FrameTokens, *, is_whole: bool) -> tuple[Block, Block]:
    opening = frame.opening if is_whole else frame.opening_cut
    opening_tokens = tokens.opening if is_whole else tokens.opening_cut
    return (
        Block(
            BlockKind.SYSTEM, "system", frame.system, tokens.system + MESSAGE_TOKENS + PROMPT_TOKENS
        ),
        Block(BlockKind.OPENING, "user", opening, opening_tokens + MESSAGE_TOKENS),
    )


def _turn_block(turn: Turn, told: Told, cost: int, specials: Sequence[str]) -> Block:
    text = break_special_tokens(told.text, specials)
    is_cut = _text_tokens(turn, told.text, specials) + MESSAGE_TOKENS > cost
    return Block(
        BlockKind.TURN,
        told.role,
        keep_last_bytes(text, cost - MESSAGE_TOKENS) if is_cut else text,
        cost,
        turn_id=turn.id,
        turn_number=turn.number,
        is_cut=is_cut,
    )
