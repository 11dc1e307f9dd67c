"""Notes of several passages become one short list, the weightiest first."""

from collections import Counter
from typing import TypeVar

from engine.story import Dropped, Note, Notes, Praise
from engine.writing.critique.sieve import Sifted

Each = TypeVar("Each", Note, Praise)

MOST_CAUSES = 3
MOST_NOTES = 6
MOST_PRAISE = 2


def rank(sifted: Sifted, *, passages: int) -> Notes:
    """Return what is shown: each quote once, notes on root causes first, in the causes' order.

    A root cause is one that the replies named and that a surviving note supports; of those, or
    where none were named of all causes, the ones with the most notes, two at least.
    """
    dropped = Counter(sifted.dropped)
    notes = _once(sifted.notes, dropped)
    causes = _root_causes(sifted.causes, notes)
    rank_of = {cause: number for number, cause in enumerate(causes)}
    order = sorted(notes, key=lambda note: rank_of.get(note.cause, len(causes)))  # stable
    noted = {note.quote.text for note in order[:MOST_NOTES]}
    praise = _once([each for each in sifted.praise if each.quote.text not in noted], dropped)
    beyond = len(order[MOST_NOTES:]) + len(praise[MOST_PRAISE:])
    beyond += sum(each.quote.text in noted for each in sifted.praise)
    dropped[Dropped.BEYOND] += beyond
    shown = order[:MOST_NOTES]
    return Notes(
        causes=tuple(cause for cause in causes if any(note.cause == cause for note in shown)),
        notes=tuple(shown),
        praise=tuple(praise[:MOST_PRAISE]),
        passages=passages,
        dropped={key: count for key, count in dropped.items() if count},
    )


def _once(found: list[Each], dropped: Counter[Dropped]) -> list[Each]:
    """Return each quote's first note."""
    kept: dict[str, Each] = {}
    for each in found:
        if each.quote.text in kept:
            dropped[Dropped.REPEATED] += 1
        else:
            kept[each.quote.text] = each
    return list(kept.values())


def _root_causes(named: list[str], notes: list[Note]) -> list[str]:
    support = Counter(note.cause for note in notes)
    first_named = {cause: number for number, cause in reversed(list(enumerate(named)))}
    candidates = [cause for cause in support if cause in first_named]
    if not candidates:
        candidates = [cause for cause, count in support.items() if count > 1]
    candidates.sort(key=lambda cause: (-support[cause], first_named.get(cause, 0)))
    return candidates[:MOST_CAUSES]
