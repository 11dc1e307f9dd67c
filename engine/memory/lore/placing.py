"""Where active lore stands in a prompt."""

from collections.abc import Sequence
from dataclasses import replace

from engine.memory.lore.chance import draw
from engine.memory.macros import expand
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.model.request import Role
from engine.story import ActiveLore, LoreEntry, LorePosition, LoreReason, LoreRole, Scan

ROLES = (LoreRole.ASSISTANT, LoreRole.USER, LoreRole.SYSTEM)
"""In which order they stand at one depth."""

POSITIONS = tuple(LorePosition)

_SAID_BY: dict[LoreRole, Role] = {
    LoreRole.SYSTEM: "system",
    LoreRole.USER: "user",
    LoreRole.ASSISTANT: "assistant",
}


def ranks(active: Sequence[ActiveLore]) -> list[ActiveLore]:
    """Return the same with their ranks: ascending order within a place, and of equal order the one
    that was taken first comes last.
    """

    def standing(at: int) -> tuple[int, ...]:
        each = active[at]
        is_deep = each.position is LorePosition.AT_DEPTH
        place = (-each.depth, ROLES.index(each.role)) if is_deep else (0, 0)
        return (POSITIONS.index(each.position), *place, each.entry.order, -at)

    in_order = sorted(range(len(active)), key=standing)
    rank_of = {at: rank for rank, at in enumerate(in_order)}
    return [replace(each, rank=rank_of[at]) for at, each in enumerate(active)]


def offers_of(scan: Scan, *, char: str, user: str) -> list[Offer]:
    """Return active lore as offers, those first that are to be taken first.

    What is always there stands before the turns, where it keeps the prompt's prefix as it was;
    what comes and goes stands at its depth, or after the turns. `char` and `user` are what the
    macros of the same names stand for; what macros draw by lot is drawn from the head and the
    entry.
    """
    offers = []
    for each in scan.active:
        is_steady = is_always_there(each.entry) and each.reason is LoreReason.CONSTANT
        if each.position is LorePosition.AT_DEPTH:
            spot = Spot.AT_DEPTH
        else:
            spot = Spot.BEFORE_TURNS if is_steady else Spot.TAIL
        seed = each.entry.id if is_steady else draw(scan.head, f"macros:{each.entry.id}")
        text = expand(each.text, char=char, user=user, seed=seed).strip()
        if text:
            offers.append(
                Offer(
                    kind=BlockKind.LORE,
                    text=text,
                    spot=spot,
                    depth=each.depth if spot is Spot.AT_DEPTH else 0,
                    role=_SAID_BY[each.role] if spot is Spot.AT_DEPTH else "user",
                    order=each.rank,
                    ids=(each.entry.id,),
                    key=each.key if each.reason is LoreReason.KEY else None,
                    is_vital=each.entry.ignores_budget,
                )
            )
    return offers


def is_always_there(entry: LoreEntry) -> bool:
    """Whether the entry is in every prompt alike: constant, and nothing switches it."""
    is_switched = (
        (entry.uses_probability and entry.probability < 100)
        or entry.group
        or entry.cooldown
        or entry.delay
        or entry.recursion_level
        or entry.characters
        or entry.character_tags
        or entry.triggers
        or entry.content.startswith("@@")
    )
    return entry.is_constant and not is_switched
