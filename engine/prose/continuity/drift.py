"""The tense or the person that a story is told in changes without a reason."""

from engine.prose.continuity.doubts import Doubt, DoubtKind
from engine.prose.continuity.narration import Narration
from engine.prose.reading import Reading, read_text
from engine.prose.tense import tense_of
from engine.prose.viewpoint import viewpoint_of


def drifts(narration: Narration) -> list[Doubt]:
    """Return where the passage leaves the tense or the person that the story is told in.

    The passage is read on from those before it, so that a change at its first word is seen too.
    """
    before = narration.before.text
    offset = len(before) + 2 if before else 0
    joined = f"{before}\n\n{narration.reading.text}" if before else narration.reading.text
    reading = read_text(joined, narration.reading.language)
    return [
        narration.doubt(kind, start - offset, found=after)
        for kind, start, after in _shifts(reading)
        if start >= offset
    ]


def _shifts(reading: Reading) -> list[tuple[DoubtKind, int, str]]:
    tense, viewpoint = tense_of(reading), viewpoint_of(reading)
    found = [
        (DoubtKind.TENSE, shift.place.start, shift.after.value)
        for shift in (tense.shifts if tense else ())
    ]
    found += [
        (DoubtKind.VIEWPOINT, shift.place.start, shift.after.value) for shift in viewpoint.shifts
    ]
    return found
