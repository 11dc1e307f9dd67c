"""A passage with what is said in quotation marks blanked out, and who is named in it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.reading import Reading, read_text
from engine.prose.words import listed

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

# Capitalised inside a sentence, and nobody's name.
_NAME = re.compile(r"(?<![.!?“\"‘—]\s)(?<!^)\b[A-Z][a-z]+")
_NO_NAME = listed(
    " I Mr Mrs Miss The A An And But Or So Then When If It He She They We You His Her Their My"
    " Our Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March"
    " April May June July August September October November December English French God"
    " Christmas"
    " Welsh Irish Scottish Scotch German Italian Spanish Dutch Russian Greek Latin Roman Chinese"
    " Indian American European Turkish Arab Jewish Christian Sir Madam Miss Lord Lady Heaven"
)
_PRONOUNS = {"she": r"\b(?:she|her|hers)\b", "he": r"\b(?:he|him|his)\b"}
_PRONOUN = re.compile(r"\b(?:she|her|hers|he|him|his|they|them|their)\b", re.IGNORECASE)
_REACH = 2  # sentences in which a pronoun still means whom the last name named
PEOPLE_ZH = re.compile(
    "男人|女人|男孩|女孩|兄|弟|姐|妹|父|母|爸|妈|儿子|女儿|丈夫|妻|叔|姨|先生|夫人|太太|小姐|朋友|船长|"
    "医生|孩子|国王|王后|老人|老头|士兵|水手|陌生|仆|神父|客人|别人|有人|同伴|婴儿|猫|狗|马|人影|家伙|姑娘|"
    "少年|妇人|妇女|汉子|丫头|小伙|婆|婶|公子|老板|旁人|众人|来客|对方|那人|徒弟|师父|小孩|爷|奶奶|外公|祖|孙|侄|舅|伯|邻居|同事|老乡"
)
# Somebody without a name; not what is said of who has one: Mira was a woman with grey eyes.
_PEOPLE = re.compile(
    r"(?<!\bwas )(?<!\bis )(?<!\bas )(?<!\blike )(?<!\bof )(?<!, )"
    r"\b(?:the|an?|his|her|their|that|this|some|two|three|another|every|[A-Z]\w+['’]s)\s+(?:[\w'’-]+\s+){0,2}?"
    r"(?:man|men|woman|women|boys?|girls?|child|children|lady|ladies|gentleman|gentlemen|strangers?|"
    r"sailors?|soldiers?|captain|doctor|priest|porter|servant|maid|neighbours?|neighbors?|guests?|"
    r"visitors?|keeper|brothers?|sisters?|mother|father|son|sons|daughters?|uncle|aunt|cousins?|"
    r"friends?|husband|wife|baby|dogs?|cats?|horses?)\b(?!['’])",
    re.IGNORECASE,
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

    @cached_property
    def _values(self) -> dict[tuple[str, str], str]:
        """What is known, the first of each relation, by who is meant."""
        known = [((_folded(fact.subject), fact.relation), fact.value) for fact in self.facts]
        return dict(reversed(known))

    @cached_property
    def _in_values(self) -> frozenset[str]:
        """Words of what is known, such as the names of places."""
        return frozenset(word for fact in self.facts for word in fact.value.split())

    def having(self, *relations: str) -> list[Known]:
        """Return the facts of some relations."""
        return [fact for fact in self.facts if fact.relation in relations]

    def value_of(self, subject: str, relation: str) -> str:
        """Return what is known of somebody, "" for nothing."""
        return self._values.get((_folded(subject), relation), "")

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

    @cached_property
    def _names(self) -> dict[str, re.Pattern[str]]:
        return {subject: re.compile(self.name(subject)) for subject in self.subjects}

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        return {}

    def named_in(self, told: str) -> list[str]:
        """Return who of those known is named; found out once for each text."""
        if told not in self._named:
            self._named[told] = [each for each, name in self._names.items() if name.search(told)]
        return self._named[told]

    def names_others(self, told: str, subject: str, *, besides: Collection[str] = ()) -> bool:
        """Whether anybody else is named, known or not, besides some."""
        rest = told
        for each in (subject, *besides):
            rest = (self._names.get(each) or re.compile(self.name(each))).sub("", rest)
        if self.is_chinese:
            return any(each in rest for each in self.subjects if each != subject)
        if self.named_in(rest):
            return True
        return any(
            name not in _NO_NAME and name not in self._in_values for name in _NAME.findall(rest)
        )

    def is_of_others(self, told: str, at: int, name: str) -> bool:
        """Whether what a sentence says at a place, it says of somebody without a name."""
        if not self.is_chinese:
            return self._nearer(told, at, name)
        start = max(told.rfind(sign, 0, at) for sign in "，；：") + 1
        clause = re.split("[，；：]", told[start:])[0]
        return PEOPLE_ZH.search(clause) is not None

    @staticmethod
    def _nearer(told: str, at: int, name: str) -> bool:
        """Whether somebody without a name stands before a place, and no name between."""
        for other in _PEOPLE.finditer(told):
            rest = told[other.end() :]
            if other.end() <= at and not re.search(name, told[other.end() : at]):
                return True
            # The grey-eyed boy looked at Mira; but not: the grey-eyed boy Mira.
            if other.start() < at < other.end() and re.search(r"(?:eyed|haired)\b", other[0]):
                return re.search(name, rest) is not None and not re.match(rf"\W*{name}", rest)
        return False

    def about(self, subject: str) -> list[tuple[int, str]]:
        """Return the sentences that are about one person and name nobody else.

        They name that person, or have their pronoun soon after a sentence that does.
        """
        name = self.name(subject)
        kind = self.value_of(subject, "pronoun").casefold()
        own = re.compile(_PRONOUNS.get(kind, _PRONOUN.pattern), re.IGNORECASE)
        if self.is_chinese:
            own = re.compile(kind if kind in ("他", "她") else "[他她](?!们)")
        found = []
        left = 0
        for start, told in self.sentences:
            is_named = re.search(name, told) is not None
            if self.names_others(told, subject):
                left = 0
            elif is_named:
                found.append((start, told))
                left = _REACH
            elif left:
                left -= 1
                if own.search(told) and not (self.is_chinese and PEOPLE_ZH.search(told)):
                    found.append((start, told))
        return found

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
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _blank_quotes(reading: Reading) -> str:
    letters = list(reading.text)
    for quotation in reading.quotations:
        for at in range(quotation.start + 1, quotation.end - 1):
            letters[at] = " " if letters[at] != "\n" else "\n"
    return "".join(letters)
