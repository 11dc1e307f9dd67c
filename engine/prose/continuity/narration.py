"""A passage with what is said in quotation marks blanked out, and who is named in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.reading import Reading, read_text

_LEAST_NAME = 3  # letters of a part of a name that stands for the whole
_TITLES = frozenset(
    [
        "the",
        "of",
        "mr",
        "mrs",
        "miss",
        "ms",
        "dr",
        "sir",
        "lady",
        "lord",
        "old",
        "young",
        "king",
        "queen",
        "captain",
    ]
)

_TITLED = ("Mr. ", "Mrs. ", "Miss ", "Ms. ", "Dr. ", "Sir ", "Lady ", "Lord ", "Captain ")
_NO_TITLE = "".join(f"(?<!{re.escape(title)})" for title in (*_TITLED, "Colonel ", "General "))


@dataclass(frozen=True)
class Narration:
    """A passage taken apart; offsets in `told` are those of the text."""

    reading: Reading
    told: str  # blanks where something is quoted
    before: Reading  # the passages before it
    facts: tuple[Known, ...]

    @classmethod
    def of(cls, text: str, before: str, facts: Sequence[Known], language: str) -> "Narration":
        """Take a passage apart."""
        reading = read_text(text, language)
        return cls(reading, _blank_quotes(reading), read_text(before, language), tuple(facts))

    @property
    def is_chinese(self) -> bool:
        """Whether it is told in Chinese."""
        return self.reading.is_chinese

    @cached_property
    def told_before(self) -> str:
        """The passages before, without what is quoted."""
        return _blank_quotes(self.before)

    @cached_property
    def sentences(self) -> tuple[tuple[int, str], ...]:
        """Where each sentence starts, and its narration."""
        return tuple(
            (read.sentence.start, self.told[read.sentence.start : read.sentence.end])
            for read in self.reading.sentences
        )

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Everybody of whom something is known."""
        return tuple(dict.fromkeys(fact.subject for fact in self.facts))

    def having(self, *relations: str) -> list[Known]:
        """Return the facts of some relations."""
        return [fact for fact in self.facts if fact.relation in relations]

    def value_of(self, subject: str, relation: str) -> str:
        """Return what is known of somebody, "" for nothing."""
        for fact in self.facts:
            if fact.relation == relation and same(fact.subject, subject):
                return fact.value
        return ""

    def name(self, subject: str) -> str:
        """Return a pattern for somebody's name, or for a part of it that is nobody else's."""
        if self.is_chinese:
            return re.escape(subject)
        taken = {part for other in self.subjects if other != subject for part in other.split()}
        parts = [
            part
            for part in subject.split()
            if len(part) >= _LEAST_NAME and part[0].isupper() and part not in taken
            if part.casefold() not in _TITLES
        ]
        names = "|".join(map(re.escape, parts)) or "(?!)"
        # Mrs. Reed and Captain Reed are not the Tomas Reed of whom something is known.
        return rf"(?:\b{re.escape(subject)}\b|{_NO_TITLE}\b(?:{names})\b)(?!-)"

    def named_in(self, told: str) -> list[str]:
        """Return who of those known is named."""
        return [each for each in self.subjects if re.search(self.name(each), told)]

    def doubt(
        self, kind: DoubtKind, start: int, fact: Known | None = None, found: str = ""
    ) -> Doubt:
        """Return a doubt about the sentence that stands at `start`."""
        for read in self.reading.sentences:
            if read.sentence.start <= start < read.sentence.end:
                place = self.reading.place(read.sentence.start, read.sentence.end)
                return Doubt(kind, place, fact.id if fact else None, found)
        place = self.reading.place(start, len(self.reading.text))
        return Doubt(kind, place, fact.id if fact else None, found)


def same(one: str, other: str) -> bool:
    """Whether two names or values are one, apart from case and blanks."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _blank_quotes(reading: Reading) -> str:
    letters = list(reading.text)
    for quotation in reading.quotations:
        for at in range(quotation.start + 1, quotation.end - 1):
            letters[at] = " " if letters[at] != "\n" else "\n"
    return "".join(letters)
