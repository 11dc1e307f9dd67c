"""Whose eyes a text is told through, by its pronouns, and where that changes.

Only narration counts: what stands in quotations is left out. A sentence of narration with I, me,
my (in Chinese 我, 咱) speaks for the first person, by 3, or 1.5 with "we" alone; one without, but
with he, she, they (他, 她), speaks for the third person, by 0.7. The weights differ because who
tells of themselves speaks of others most of the time, while nobody says "I" in a narration in the
third person. The text is cut where that explains the sentences best (`shifts.sides_of`, a change
costs 8): a shift to the first person takes two sentences that say I, one away from it six to the
end of the text, or twelve in its midst, that speak of others only. The second person is named, but
not followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.prose.reading import Place, Read, Reading
from engine.prose.shifts import sides_of
from engine.prose.words import listed

PRICE = 8.0
_FIRST_WEIGHT = 3.0
_THIRD_WEIGHT = 0.7
_LEAST_SENTENCES = 3


class Person(StrEnum):
    """Who tells."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class ViewpointShift:
    """From here on somebody else tells; the sentence is quoted."""

    place: Place
    before: Person
    after: Person


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Who tells most of the text, None when too little of it shows it, and the shifts."""

    main: Person | None
    shifts: tuple[ViewpointShift, ...]


_FIRST = listed("i i'm i'd i've i'll me my mine myself 我 我的 本人 咱 俺 吾 余")
_WE = listed("we us our ours ourselves we're we'd we've we'll 我们 我們 咱们 咱們 俺们")
_SECOND = listed("you your yours yourself you're you'd you've you'll 你 你的 您 妳")
_THIRD = listed(
    "he him his himself he's he'd he'll she her hers herself she's she'd she'll"
    " they them their theirs themselves they're they'd they've they'll"
    " 他 她 他的 她的 他们 她们 他們 她們"
)


def viewpoint_of(reading: Reading) -> Viewpoint:
    """Find who tells, and where that changes."""
    counted = [(read, _Pronouns.of(read)) for read in reading.sentences]
    shown = [(read, value) for read, pronouns in counted if (value := pronouns.evidence())]
    seconds = sum(pronouns.second > 0 for _, pronouns in counted)
    if seconds > len(shown) and seconds >= _LEAST_SENTENCES:
        return Viewpoint(Person.SECOND, ())
    if len(shown) < _LEAST_SENTENCES:
        return Viewpoint(None, ())
    sides = sides_of([value for _, value in shown], PRICE)
    shifts = tuple(
        ViewpointShift(
            reading.place(read.sentence.start, read.sentence.end),
            _person(sides[at - 1]),
            _person(side),
        )
        for at, ((read, _), side) in enumerate(zip(shown, sides, strict=True))
        if at and side != sides[at - 1]
    )
    return Viewpoint(_person(1 if sum(sides) >= 0 else -1), shifts)


@dataclass(frozen=True, slots=True)
class _Pronouns:
    """How many of each a sentence's narration has."""

    first: float
    second: int
    third: int

    @classmethod
    def of(cls, read: Read) -> "_Pronouns":
        if read.sentence.text.isupper():  # a heading: CHAPTER I
            return cls(0, 0, 0)
        words: Sequence[str] = [word.text for word in read.told]
        return cls(
            sum(word in _FIRST for word in words) + 0.5 * sum(word in _WE for word in words),
            sum(word in _SECOND for word in words),
            sum(word in _THIRD for word in words),
        )

    def evidence(self) -> float:
        """Return how much they speak for the first person (above 0) or the third."""
        if self.first:
            return min(1.0, self.first) * _FIRST_WEIGHT
        return -_THIRD_WEIGHT if self.third else 0.0


def _person(side: int) -> Person:
    return Person.FIRST if side > 0 else Person.THIRD
