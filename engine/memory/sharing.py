"""How a prompt's window is shared: the turns have at least three eighths, whatever is offered.

What is reserved does not depend on what is offered now, so that the window's start stays where it
is while lore and recalled turns come and go (`docs/memory.md` has the rules as a table).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind, LeftOut, Reason
from engine.story import PromptPart

LEAST_SHARED_TOKENS = 256  # a smaller window is all for the turns
STEPS = 16  # in which the room of the stable offers grows
STABLE_SPOTS = frozenset({Spot.HEAD, Spot.BEFORE_TURNS})

# The shares of what is offered, as parts of the window.
STABLE_PART = 1 / 4  # samples, pins, and all that stands before the turns
BESIDE_PART = 3 / 8  # summaries and all that changes from turn to turn
SUMMARY_PART = 1 / 8  # of which summaries have at most this
KIND_PARTS = {
    BlockKind.SAMPLE: 1 / 8,
    BlockKind.PIN: 1 / 8,
    BlockKind.CANON: 1 / 8,
    BlockKind.LORE: 1 / 4,
    BlockKind.RECALLED: BESIDE_PART,
    BlockKind.NOTE: 1 / 8,
}
"""The most that one kind may have; what it leaves, those after it may take."""

ORDER = (
    BlockKind.NOTE,
    BlockKind.PIN,
    BlockKind.CANON,
    BlockKind.LORE,
    BlockKind.RECALLED,
    BlockKind.SAMPLE,
)
"""Who is served first, after what is vital."""

ROLES = ("assistant", "user", "system")
"""In which order they stand at one depth, as World Info has it."""

KINDS = tuple(BlockKind)


@dataclass(frozen=True, slots=True)
class Counted:
    """An offer as it will stand in the prompt, special tokens broken, and what it takes."""

    offer: Offer
    tokens: int  # with the joint to its neighbours

    @property
    def source(self) -> PromptPart:
        """Where it comes from, without words."""
        return PromptPart(self.offer.kind, self.tokens, self.offer.ids, self.offer.key)


@dataclass(frozen=True, slots=True)
class Rooms:
    """How the window is divided, in tokens."""

    stable: int
    beside: int
    turns: int


def divide(window_tokens: int, stable: Iterable[Counted]) -> Rooms:
    """Divide the window; the room of the stable offers is rounded up, so that it changes rarely."""
    if window_tokens < LEAST_SHARED_TOKENS:
        return Rooms(0, 0, window_tokens)
    step = max(1, window_tokens // STEPS)
    wanted = sum(each.tokens for each in stable)
    most = int(window_tokens * STABLE_PART)
    room = min(most, -(-wanted // step) * step)
    beside = int(window_tokens * BESIDE_PART)
    return Rooms(room, beside, window_tokens - room - beside)


def choose(
    offers: Sequence[Counted], room: int, window_tokens: int, shown_turns: frozenset[int]
) -> tuple[list[Counted], list[LeftOut]]:
    """Take offers as long as there is room: the vital, then kind by kind in `ORDER`.

    An offer that does not fit is left out, and smaller ones after it are still tried.
    """
    taken: list[Counted] = []
    left_out: list[LeftOut] = []
    had = dict.fromkeys(BlockKind, 0)
    for each in sorted(offers, key=_rank):
        reason = None
        if each.offer.turn_id in shown_turns:
            reason = Reason.SHOWN
        elif each.tokens > room:
            reason = Reason.BUDGET
        elif not each.offer.is_vital and had[each.offer.kind] + each.tokens > int(
            window_tokens * KIND_PARTS.get(each.offer.kind, 1)
        ):
            reason = Reason.SHARE
        if reason is not None:
            left_out.append(LeftOut(each.offer.kind, each.source, each.offer.text, reason))
            continue
        taken.append(each)
        room -= each.tokens
        if not each.offer.is_vital:
            had[each.offer.kind] += each.tokens
    return taken, left_out


def _rank(each: Counted) -> tuple[bool, int]:
    kind = each.offer.kind
    return (not each.offer.is_vital, ORDER.index(kind) if kind in ORDER else len(ORDER))


def standing_in(taken: Iterable[Counted], spot: Spot) -> list[Counted]:
    """Return those of one spot in the order in which they stand there.

    That is kind by kind as `BlockKind` lists them; at a depth, role by role, system texts lowest.
    """

    def place(each: Counted) -> tuple[int, int]:
        rank = (
            ROLES.index(each.offer.role) if spot is Spot.AT_DEPTH else KINDS.index(each.offer.kind)
        )
        return rank, each.offer.order

    return sorted((each for each in taken if each.offer.spot is spot), key=place)
