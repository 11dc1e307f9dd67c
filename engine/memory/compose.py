"""What of a story's past reaches the model: a pure function of the path to its head.

Stable first, volatile last, so that the server's prefix cache holds from turn to turn: system
text and samples, opening, pins and constant lore, summaries, turns, then what the newest turns
woke, and the instruction. When the turns' room is full a third of it is dropped at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.errors import ModelUnusable
from engine.memory.frame import Frame, FrameTokens, keep_last_bytes
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import Block, BlockKind, Prompt
from engine.memory.sealing import Seal, cover
from engine.memory.sharing import (
    STABLE_SPOTS,
    SUMMARY_PART,
    Counted,
    Rooms,
    choose,
    divide,
    standing_in,
)
from engine.model.request import Message, Role
from engine.safety.special_tokens import break_special_tokens
from engine.story import PromptPart, Turn, TurnKind

PROMPT_TOKENS = 24  # what chat templates put around a whole prompt, at most
MESSAGE_TOKENS = 12  # what they put around one message, at most, and the joint of two texts
JOINT_TOKENS = 6  # of a recalled passage: it stands beside others, in one message
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What is offered beside the turns, with the tokens of each text as `shaped` gives it."""

    offers: Sequence[Offer] = ()
    offer_tokens: Sequence[int] = ()
    seals: Sequence[Seal] = ()  # valid for this very path
    seal_tokens: Sequence[int] = ()


def compose(
    frame: Frame,
    frame_tokens: FrameTokens,
    path: Sequence[Turn],
    *,
    budget_tokens: int,
    specials: Sequence[str],
    tell: Tell = tell_story,
    beside: Beside | None = None,
) -> Prompt:
    """Lay out the prompt of the next turn after `path` (root first) within the budget.

    `turn.tokens` counts the turn as told with its special tokens broken; a turn without a count
    is taken at its UTF-8 bytes, which no tokenizer exceeds. The rendered prompt never has more
    than `budget_tokens`. Without `beside` the whole window is for the turns.

    Raises:
        ModelUnusable: the budget leaves no room for the story beside the frame.
    """
    window = _window_tokens(frame_tokens, budget_tokens)
    offers = _counted(beside, specials)
    stable = [each for each in offers if each.offer.spot in STABLE_SPOTS]
    rooms = divide(window, stable) if beside is not None else Rooms(0, 0, window)
    dropped, until, turn_blocks = _turns(path, tell, rooms.turns, specials)
    summaries = _summaries(beside, until, window, rooms, specials)
    shown = frozenset(block.turn_id for block in turn_blocks if block.turn_id and not block.is_cut)
    taken, left_out = choose(stable, rooms.stable, window, shown)
    rest = rooms.beside - sum(block.tokens for block in summaries)
    volatile = [each for each in offers if each.offer.spot not in STABLE_SPOTS]
    taken_late, left_out_late = choose(volatile, rest, window, shown)
    system, opening = _frame_head(frame, frame_tokens, is_whole=not dropped)
    blocks = (
        system,
        *_stand(taken, Spot.HEAD, specials),
        opening,
        *_stand(taken, Spot.BEFORE_TURNS, specials),
        *summaries,
        *_with_depths(turn_blocks, taken_late, specials),
        *_stand(taken_late, Spot.TAIL, specials),
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
        dropped_turns=dropped,
        left_out=(*left_out, *left_out_late),
    )


def shaped(text: str, specials: Sequence[str]) -> str:
    """Return the text of an offer or a seal as it stands in a prompt, to be counted."""
    return break_special_tokens(text.strip(), specials)


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


def _turns(
    path: Sequence[Turn], tell: Tell, room: int, specials: Sequence[str]
) -> tuple[int, int, list[Block]]:
    """Return how many told turns found no room, the place of the first that did, and the blocks."""
    told = [
        (place, turn, each)
        for place, turn in enumerate(path)
        if (each := tell(turn)).text and turn.text
    ]
    costs = [
        min(_text_tokens(turn, each.text, specials) + MESSAGE_TOKENS, room)
        for _, turn, each in told
    ]
    start = window_start(costs, room)
    blocks = [
        _turn_block(turn, each, cost, specials)
        for (_, turn, each), cost in zip(told[start:], costs[start:], strict=True)
    ]
    return start, told[start][0] if start else 0, blocks


def _counted(beside: Beside | None, specials: Sequence[str]) -> list[Counted]:
    if beside is None:
        return []
    return [
        Counted(offer, tokens + _joint_tokens(offer))
        for offer, tokens in zip(beside.offers, beside.offer_tokens, strict=True)
        if shaped(offer.text, specials)
    ]


def _joint_tokens(offer: Offer) -> int:
    is_among_others = offer.kind is BlockKind.RECALLED and offer.spot is Spot.TAIL
    return JOINT_TOKENS if is_among_others else MESSAGE_TOKENS


def _summaries(
    beside: Beside | None, until: int, window_tokens: int, rooms: Rooms, specials: Sequence[str]
) -> list[Block]:
    """Return the summaries that stand for the path's turns before `until`."""
    if beside is None or not rooms.beside:
        return []
    tokens = {
        seal.summary_id: count + MESSAGE_TOKENS
        for seal, count in zip(beside.seals, beside.seal_tokens, strict=True)
    }
    room = int(window_tokens * SUMMARY_PART)
    chosen = cover(beside.seals, until, room, lambda seal: tokens[seal.summary_id])
    return [
        Block(
            BlockKind.SUMMARY,
            "user",
            shaped(seal.text, specials),
            tokens[seal.summary_id],
            source=PromptPart(BlockKind.SUMMARY, tokens[seal.summary_id], (seal.summary_id,)),
        )
        for seal in chosen
    ]


def _stand(taken: Sequence[Counted], spot: Spot, specials: Sequence[str]) -> list[Block]:
    return [_offer_block(each, specials) for each in standing_in(taken, spot)]


def _offer_block(counted: Counted, specials: Sequence[str]) -> Block:
    offer = counted.offer
    # Many chat templates allow one system text, at the beginning: elsewhere it is the user's.
    role: Role = "system" if offer.spot is Spot.HEAD else offer.role
    return Block(
        offer.kind,
        "user" if role == "system" and offer.spot is not Spot.HEAD else role,
        shaped(offer.text, specials),
        counted.tokens,
        turn_id=offer.turn_id,
        source=counted.source,
    )


def _with_depths(
    turns: Sequence[Block], taken: Sequence[Counted], specials: Sequence[str]
) -> list[Block]:
    """Return the window's turns with the offers at a depth among them."""
    by_place: dict[int, list[Block]] = {}
    for each in standing_in(taken, Spot.AT_DEPTH):
        place = max(0, len(turns) - each.offer.depth)
        by_place.setdefault(place, []).append(_offer_block(each, specials))
    blocks = []
    for place, turn in enumerate(turns):
        blocks += [*by_place.get(place, []), turn]
    return [*blocks, *by_place.get(len(turns), [])]


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
