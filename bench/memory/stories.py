"""Stories with facts planted in them, and what is asked of them later: a function of a seed.

Around each fact stand others of the same kind about other people (some with nearly the same
name), others about the same person, and, for what is never told, a sentence that speaks of it
and gives nothing away.
"""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from engine.prose.sentences import sentences_of
from engine.writing.reading import count_words

KINDS = ("single", "several", "order", "updated", "never")
TURN_WORDS = {"en": (50, 140), "zh-CN": (60, 200)}
_TOLD = ("relation", "several", "bridge", "order")
_HINTED = 0.5  # of the never-told, so many are spoken of for certain
_NEAR = 0.04  # of all other sentences, so many speak of some such thing and tell nothing


@dataclass(frozen=True, slots=True)
class Question:
    """What a member asks for, as a direction or as the last turn of the story."""

    kind: str
    text: str
    subject: str
    needed: tuple[str, ...]  # values, in the order in which they were told
    stale: tuple[str, ...]  # values that held before
    foreign: tuple[str, ...]  # values of the same kind that are other people's
    is_held_out: bool
    is_direction: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that was planted, and the words that a lore entry for it would have as keys."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class PlantedStory:
    """A story's turns, its facts in the order in which they are told, and the questions."""

    language: str
    turns: list[str]
    facts: list[Fact]
    questions: list[Question]

    @property
    def words(self) -> int:
        """Words, or Han signs."""
        return sum(count_words(text) for text in self.turns)

    def words_since(self, value: str) -> int:
        """Return how many words follow the turn that tells a value."""
        told = (place for place, text in enumerate(self.turns) if tells(text, value))
        last = max(told)
        return sum(count_words(text) for text in self.turns[last + 1 :])


def tells(text: str, value: str) -> bool:
    """Say whether a text has a value; at the beginning of a sentence it is written large."""
    return value.casefold() in text.casefold()


@dataclass
class _Plan:
    """What is to be told, each sentence at a part of the way from 0 to 1."""

    told: list[tuple[float, Fact]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def plant(language: str, words: int, seed: int, *, novel: Sequence[str] = ()) -> PlantedStory:
    """Write a story of about so many words, between its facts made sentences or a novel's."""
    return _Author(language, random.Random(f"{language} {words} {seed}"), novel).write(words)


def sentences_of_novel(text: str) -> list[str]:
    """Return a novel's sentences, the names told most often changed into those of our stories."""
    ours, no_names = _material("en")["names"], _material("en")["novel"]["no_names"]
    told = Counter(
        name for name in re.findall(r"(?<=[a-z,;] )[A-Z][a-z]{2,}", text) if name not in no_names
    )
    renamed = dict(zip((name for name, _ in told.most_common(len(ours))), ours, strict=True))
    pattern = re.compile(rf"\b({'|'.join(renamed)})\b")
    changed = pattern.sub(lambda match: renamed[match[1]], " ".join(text.split()))
    sentences = (sentence.text.strip() for sentence in sentences_of(changed, "en"))
    return [each for each in sentences if 3 <= count_words(each) <= 80]


@cache
def _material(language: str) -> dict[str, Any]:
    name = "en" if language == "en" else "zh"
    files = [Path(__file__).with_name(f"{part}{name}.toml") for part in ("", "held_out_")]
    seen, held_out = (tomllib.loads(file.read_text("utf-8")) for file in files)
    for kind in _TOLD:
        seen[kind] += held_out.get(kind, [])
    return seen


class _Author:
    def __init__(self, language: str, rng: random.Random, novel: Sequence[str] = ()) -> None:
        self.language = language
        self.rng = rng
        self.material = _material(language)
        self.names: list[str] = self.material["names"]
        values = [
            value for kind in _TOLD for each in self.material[kind] for value in each["values"]
        ]
        self.novel = [each for each in novel if not any(tells(each, value) for value in values)]
        self.read = rng.randrange(len(self.novel)) if self.novel else 0  # sentences of the novel

    def write(self, words: int) -> PlantedStory:
        plan = _Plan()
        for relation in self.material["relation"]:
            self._plan_relation(plan, relation)
        for kind in ("several", "bridge", "order"):
            for each in self.material[kind]:
                for subject in self.rng.sample(self.names, 2):
                    getattr(self, f"_plan_{kind}")(plan, each, subject)
        plan.told.sort(key=lambda each: each[0])
        turns = self._lay_out(plan.told, words)
        facts = [fact for _, fact in plan.told]
        return PlantedStory(self.language, turns, facts, self._shuffled(plan.questions))

    def _plan_relation(self, plan: _Plan, relation: dict[str, Any]) -> None:
        values = self._shuffled(relation["values"])
        one, two, none, other = self.rng.sample(self.names, 4)
        mine = values.pop()
        self._tell(plan, self.rng.random() * 0.97, relation["state"], one, mine)
        others = [values.pop()]
        self._tell(plan, self.rng.random() * 0.97, relation["state"], other, others[0])
        held = [values.pop() for _ in range(self.rng.choice((2, 3)) if "update" in relation else 1)]
        places = sorted(self.rng.random() * 0.97 for _ in held)
        for number, (value, place) in enumerate(zip(held, places, strict=True)):
            forms = relation["update"] if number else relation["state"]
            self._tell(plan, place, forms, two, value)
        if self.rng.random() < _HINTED:
            self._tell(plan, self.rng.random() * 0.97, [relation["hint"]], none, "")
        kind = "updated" if len(held) > 1 else "single"
        self._ask(plan, relation, "single", one, (mine,), foreign=(*others, *held))
        self._ask(plan, relation, kind, two, held[-1:], stale=held[:-1], foreign=(*others, mine))
        self._ask(plan, relation, "never", none, (), foreign=(*others, *held, mine))

    def _plan_several(self, plan: _Plan, each: dict[str, Any], subject: str) -> None:
        values = self._values_left(plan, each)[:3]
        places = sorted(self.rng.random() * 0.97 for _ in values)
        for place, value, form in zip(places, values, self._shuffled(each["scenes"]), strict=True):
            self._tell(plan, place, [form], subject, value)
        self._ask(plan, each, "several", subject, values)

    def _plan_bridge(self, plan: _Plan, each: dict[str, Any], subject: str) -> None:
        value = self._values_left(plan, each)[0]
        keeper = next(
            name for name in each["keepers"] if not any(name in f.text for _, f in plan.told)
        )
        for form in each["scenes"]:
            filled = form.replace("{K}", keeper)
            self._tell(plan, self.rng.random() * 0.97, [filled], subject, value, own=keeper)
        self._ask(plan, each, "several", subject, (keeper, value))

    def _plan_order(self, plan: _Plan, each: dict[str, Any], subject: str) -> None:
        values = self._values_left(plan, each)[:2]
        events = self._shuffled([each["first"], each["second"]])
        places = sorted(self.rng.random() * 0.97 for _ in values)
        for place, value, forms in zip(places, values, events, strict=True):
            self._tell(plan, place, forms, subject, value)
        self._ask(plan, each, "order", subject, values)

    def _values_left(self, plan: _Plan, each: dict[str, Any]) -> list[str]:
        left = [v for v in each["values"] if not any(v in fact.text for _, fact in plan.told)]
        return self._shuffled(left)

    def _tell(
        self,
        plan: _Plan,
        place: float,
        forms: list[str],
        subject: str,
        value: str,
        *,
        own: str = "",
    ) -> None:
        text = self._fill(self.rng.choice(forms), subject, value)
        key = own if own and own in text and subject not in text else subject
        plan.told.append((place, Fact(text, (key,))))

    def _ask(
        self,
        plan: _Plan,
        source: dict[str, Any],
        kind: str,
        subject: str,
        needed: Any,
        *,
        stale: Any = (),
        foreign: tuple[str, ...] = (),
    ) -> None:
        plan.questions.append(
            Question(
                kind=kind,
                text=self._fill(self.rng.choice(source["ask"]), subject, ""),
                subject=subject,
                needed=tuple(needed),
                stale=tuple(stale),
                foreign=foreign,
                is_held_out=source.get("held_out", False),
                is_direction=self.rng.random() < 0.5,
            )
        )

    def _fill(self, form: str, subject: str, value: str) -> str:
        is_she = subject in self.material["pronouns"]["she"]
        if self.language == "en":
            he, his, him = ("she", "her", "her") if is_she else ("he", "his", "him")
        else:
            he = his = him = "她" if is_she else "他"
        for start in (". {he}", ". {his}", "? {he}"):
            form = form.replace(
                start, start.replace("{he}", he.title()).replace("{his}", his.title())
            )
        others = self.rng.sample([name for name in self.names if name != subject], 2)
        text = (
            form.replace("{S}", subject)
            .replace("{he_k}", he)
            .replace("{him_k}", him)
            .replace("{himself}", f"{him}self")
            .replace("{he}", he)
            .replace("{his}", his)
            .replace("{him}", him)
            .replace("{A}", others[0])
            .replace("{B}", others[1])
            .replace("{V}", value)
        )
        return text[0].upper() + text[1:]

    def _lay_out(self, told: list[tuple[float, Fact]], words: int) -> list[str]:
        least, most = TURN_WORDS[self.language]
        waiting = iter([*told, (2.0, None)])
        place, fact = next(waiting)
        turns: list[str] = []
        done = 0
        while done < words or fact is not None:
            sentences: list[str] = []
            wanted = self.rng.randint(least, most)
            length = 0
            while length < wanted:
                sentences.append(self._filler())
                length += count_words(sentences[-1])
                if fact is not None and (done + length) / words >= place:
                    sentences.append(fact.text)
                    length += count_words(fact.text)
                    place, fact = next(waiting)
            turns.append(self._joined(sentences))
            done += length
        return turns

    def _joined(self, sentences: list[str]) -> str:
        blank = " " if self.language == "en" else ""
        cut = self.rng.randint(1, len(sentences))
        paragraphs = (blank.join(part) for part in (sentences[:cut], sentences[cut:]) if part)
        return "\n\n".join(paragraphs)

    def _filler(self) -> str:
        if self.rng.random() < _NEAR:
            relation = self.rng.choice(self.material["relation"])
            return self._fill(relation["hint"], self.rng.choice(self.names), "")
        if self.novel:
            self.read += 1
            return self.novel[self.read % len(self.novel)]
        filler = self.material["filler"]
        text: str = self.rng.choice(filler["sentences"])
        one, two = self.rng.sample(self.names, 2)
        small = self.rng.choice(filler["words"]["weather"])
        text = text.replace("{weather_small}", small[0].lower() + small[1:])
        for word, choices in filler["words"].items():
            text = text.replace(f"{{{word}}}", self.rng.choice(choices))
        return text.replace("{A}", one).replace("{B}", two)

    def _shuffled(self, items: list[Any]) -> list[Any]:
        return self.rng.sample(items, len(items))
