from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MoveKind(StrEnum):
    """Why a head moved."""

    WRITE = "write"
    CONTINUE = "continue"
    RETRY = "retry"
    CHOOSE = "choose"
    REVISE = "revise"  # a turn was edited or split, or two were merged
    RETURN = "return"  # another version was brought back
    UNDO = "undo"
    REDO = "redo"
    ORDER = "order"  # whose turn it is was changed by hand; the head stays, redo ends
    WITHDRAW = "withdraw"  # a turn ended without a word; the head goes back to its parent


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a branch's head; the journal of a story is append-only."""

    id: int
    branch_id: int
    kind: MoveKind
    from_turn_id: int | None
    to_turn_id: int | None
    member_id: int


def redo_target(moves: Iterable[Move]) -> int | None:
    """Return the turn that redo would bring back, or None.

    `moves` is the branch's journal, oldest first. As in any editor, a new turn ends what can
    be redone; a withdrawn turn leaves it as it was before that turn only if nothing was undone.
    """
    undone: list[int | None] = []
    for move in moves:
        if move.kind is MoveKind.UNDO:
            undone.append(move.from_turn_id)
        elif move.kind is MoveKind.REDO:
            undone.pop()
        else:
            undone.clear()
    return undone[-1] if undone else None
