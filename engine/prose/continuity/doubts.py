from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from engine.prose.reading import Place


class Known(Protocol):
    """A fact as far as these rules read it."""

    @property
    def id(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def value(self) -> str: ...


class DoubtKind(StrEnum):
    """What seems not to go together."""

    DEAD_SPEAKER = "dead speaker"
    WRONG_PLACE = "wrong place"
    CHANGED_ATTRIBUTE = "changed attribute"
    PRONOUN = "pronoun"
    TENSE = "tense"
    VIEWPOINT = "viewpoint"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place in a passage that may contradict a fact, or the passages before it."""

    kind: DoubtKind
    place: Place  # in the passage, quoted
    fact_id: int | None = None  # None: tense and viewpoint are of the story, not of the ledger
    found: str = ""  # what the passage has, such as "brown"
