"""What wants to stand in a prompt beside the turns: lore, canon, summaries, recalled turns, notes.

Whoever has something to say makes offers; `compose` alone decides which of them fit, and where
they stand. An offer is pure: it holds its text and ids, and knows nothing of the budget.
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.memory.prompt import BlockKind
from engine.model.request import Role


class Spot(StrEnum):
    """Where in a prompt an offer stands. Stable first, volatile last: for the prefix cache."""

    HEAD = "head"  # after the system text; what stands here should seldom change
    BEFORE_TURNS = "before turns"  # after the opening
    AT_DEPTH = "at depth"  # before the last `depth` turns
    TAIL = "tail"  # after the turns, before the instruction


@dataclass(frozen=True, slots=True)
class Offer:
    """A text for the prompt, whole or not at all. Macros are expanded, special tokens are not
    broken yet: `compose` does that.

    Within one kind, the first offers are taken first; and in one spot, lower `order` stands first,
    and offers of equal order keep their sequence.
    """

    kind: BlockKind
    text: str
    spot: Spot
    depth: int = 0  # for AT_DEPTH: 0 is after the last turn
    role: Role = "user"
    order: int = 0
    ids: tuple[int, ...] = ()  # of the entry, fact, pin, summary or turn that it came from
    key: int | None = None  # of a lore entry: the place of the key that fired, from 0
    turn_id: int | None = None  # a turn recalled: not taken if the window has it anyway
    is_vital: bool = False  # taken before all others, and outside the share of its kind
