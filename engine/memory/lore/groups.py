"""Inclusion groups: of the entries that were found in one sweep, one of each group stays."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from engine.memory.lore.chance import draw
from engine.memory.lore.shelf import Shelved
from engine.story import LoreObstacle, LoreReason


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that passed all checks of its own."""

    shelved: Shelved
    reason: LoreReason
    key: int | None = None
    key_text: str = ""
    score: int = 0  # so many of its keys were found

    @property
    def is_sticky(self) -> bool:
        """Whether it is in because it was."""
        return self.reason is LoreReason.STICKY


Drop = Callable[[Hit, LoreObstacle], None]


def keep_one_of_each(
    hits: Sequence[Hit], *, taken: Collection[str], head: int, drop: Drop
) -> list[Hit]:
    """Return the hits less those that their groups remove.

    `taken` are the groups of the entries that earlier sweeps let in. In each group: sticky ones
    remove the others; then those with fewer keys found than the best go, where scoring is on;
    then a group that is taken lets nobody in; then the override of highest order stays, or one is
    drawn by weight. An entry of several groups must stay in all.
    """
    kept = list(hits)
    for name in dict.fromkeys(name for hit in hits for name in hit.shelved.entry.groups):
        members = [hit for hit in kept if name in hit.shelved.entry.groups]
        for hit, obstacle in _removed(name, members, is_taken=name in taken, head=head):
            kept.remove(hit)
            drop(hit, obstacle)
    return kept


def _removed(
    name: str, members: list[Hit], *, is_taken: bool, head: int
) -> list[tuple[Hit, LoreObstacle]]:
    sticky = [hit for hit in members if hit.is_sticky]
    if sticky:
        return [(hit, LoreObstacle.GROUP) for hit in members if not hit.is_sticky]
    if is_taken:
        return [(hit, LoreObstacle.GROUP) for hit in members]
    best = max((hit.score for hit in members), default=0)
    weak = [hit for hit in members if hit.shelved.is_scored and hit.score < best]
    rest = [hit for hit in members if hit not in weak]
    removed = [(hit, LoreObstacle.SCORE) for hit in weak]
    if len(rest) > 1:
        winner = _winner(name, rest, head)
        removed += [(hit, LoreObstacle.GROUP) for hit in rest if hit is not winner]
    return removed


def _winner(name: str, members: list[Hit], head: int) -> Hit:
    overriding = [hit for hit in members if hit.shelved.entry.group_override]
    if overriding:
        return max(overriding, key=lambda hit: (hit.shelved.entry.order, -hit.shelved.place))
    # In the order of the entries' ids: where the books stand does not change who is drawn.
    drawn_from = sorted(members, key=lambda hit: (hit.shelved.entry.id, hit.shelved.place))
    weights = [max(hit.shelved.entry.group_weight, 0) for hit in drawn_from]
    total = sum(weights)
    if not total:
        return drawn_from[0]
    number = draw(head, f"group:{name}") % total
    for hit, weight in zip(drawn_from, weights, strict=True):
        if number < weight:
            return hit
        number -= weight
    raise AssertionError("the weights are fewer than their sum")
