"""What a question is about: its ideas, and how much each tells on a story's path."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.prose.function_words import is_function_word
from engine.prose.kindred import kindred_of, phrases_in
from engine.prose.segmenting import (
    HAN_RUN,
    content_words,
    is_asking_word,
    keyed,
    names_in,
    people_in,
    segment,
    stem,
)

MOST_IDEAS = 24
MOST_BESIDE = 6
RARE = 0.01  # of the turns at most have a name that is followed into a second round
LEAST_TOLD = 3  # turns have both halves of a name
NAME_SHARE = 0.6  # of the turns with one half of a name have the whole
KINDRED_SHARE = 0.75  # what another word for an idea counts, beside the one that was asked with
SECOND_SHARE = 0.25  # what a second word for the same idea adds
EVEN = 1.5  # what a word counts that every turn has
OWN = 4.0  # the least rarity of a name: nothing else can say it
COMMON = 0.03  # of the turns have it: such a word is a name that the story is about
LEAST_COMMON = 8  # turns have such a name
ALONE = 0.4  # what names count where nothing else of the question is told
TELLING = 2.0  # the least rarity of a word that answers; less in a short story
ENOUGH = 2.5  # of the rest is told, for names to count whole
CROWD = 0.3  # what each further name counts: who is there says less than what is told


_LARGE = re.compile(r"\b[A-Z]\w*")


@dataclass(frozen=True, slots=True)
class Idea:
    """A word of a question and its kindred, as keys between blanks."""

    own: str
    kindred: tuple[str, ...]
    weight: float
    may_be_name: bool = True


@dataclass(frozen=True)
class Keys:
    """The keys of a text: between blanks in their order, and as a set."""

    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The different keys."""
        return frozenset(self.text.split())


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str  # keys between blanks
    idea: int
    weight: float


@dataclass(frozen=True)
class Question:
    """Ideas with their phrases, weighed by how few turns of a path have them."""

    phrases: Mapping[str, tuple[_Phrase, ...]]  # by their first key
    weights: Mapping[int, float]  # of each idea, when it is wholly told
    names: frozenset[int]  # which ideas are names that the story is about
    telling: float  # the least weight of a word that answers
    asked_of: tuple[str, ...]  # the keys of the names in what was asked first

    @cached_property
    def firsts(self) -> frozenset[str]:
        """The first keys of all phrases."""
        return frozenset(self.phrases)

    @cached_property
    def whole(self) -> float:
        """What a text weighs that has all of it."""
        return self.sum(self.weights, {})

    def covered_by(self, keys: Keys) -> dict[int, float]:
        """Return what of each idea a text with these keys tells."""
        found: dict[int, list[float]] = {}
        for first in self.firsts & keys.words:
            for phrase in self.phrases[first]:
                if phrase.text in keys.text:
                    found.setdefault(phrase.idea, []).append(phrase.weight)
        covered = {}
        for idea, weights in found.items():
            best, *others = sorted(weights, reverse=True)
            covered[idea] = best + (SECOND_SHARE * others[0] if others else 0.0)
        return covered

    def answered_by(self, covered: Mapping[int, float]) -> float:
        """Return the share of the ideas that a sentence tells wholly, 0 if it names nobody asked
        for; another word for an idea counts, unless many turns have it.
        """
        if self.names and not any(
            covered.get(name, 0.0) >= self.weights[name] for name in self.names
        ):
            return 0.0
        asked = [idea for idea in self.weights if idea not in self.names]
        told = [idea for idea in asked if covered.get(idea, 0.0) >= self.telling]
        return len(told) / len(asked) if asked else 1.0

    def sum(self, covered: Mapping[int, float], left: Mapping[int, float]) -> float:
        """Return the weight of what is told, each idea times what is left of it; of names one
        counts whole.
        """
        told = 0.0
        named = []
        for idea, weight in covered.items():
            if idea in self.names:
                named.append(weight)
            else:
                told += weight * left.get(idea, 1.0)
        named.sort(reverse=True)
        who = sum(each * CROWD**place for place, each in enumerate(named))
        if len(self.names) == len(self.weights):
            return who
        return told + who * (ALONE + (1 - ALONE) * min(1.0, told / ENOUGH))


def weigh(ideas: Sequence[Idea], told: Collection[Keys], turns: int) -> Question:
    """Weigh the phrases of ideas on a path of so many turns, as BM25's idf does.

    `told` are the keys of those turns that have any of them.
    What is asked with a lower weight has together at most that share of what was asked first.
    """
    having = _count(ideas, told)
    by_idea: list[list[tuple[str, float]]] = []
    names = set()
    for number, idea in enumerate(ideas):
        own = _rarity(having[idea.own], turns)
        if idea.kindred:
            weighed = [(idea.own, EVEN + own)]
            weighed += [
                (each, _share_of(each) * (EVEN + _rarity(having[each], turns)))
                for each in idea.kindred
                if having[each]
            ]
        else:
            weighed = [(idea.own, EVEN + (max(own, OWN) if idea.may_be_name else own))]
            if idea.may_be_name and having[idea.own] >= max(LEAST_COMMON, COMMON * turns):
                names.add(number)
        by_idea.append(weighed)
    shares = _shares(ideas, by_idea)
    phrases: dict[str, tuple[_Phrase, ...]] = {}
    for number, (weighed, share) in enumerate(zip(by_idea, shares, strict=True)):
        for text, weight in weighed:
            first = text.split()[0]
            phrases[first] = (*phrases.get(first, ()), _Phrase(text, number, weight * share))
    weights = {
        number: share * max(weight for _, weight in weighed)
        for number, (weighed, share) in enumerate(zip(by_idea, shares, strict=True))
    }
    rare = min(TELLING, math.log(1 + turns) / 2)
    most = ideas[0].weight
    asked_of = tuple(ideas[name].own for name in sorted(names) if ideas[name].weight >= most)
    return Question(phrases, weights, frozenset(names), KINDRED_SHARE * (EVEN + rare), asked_of)


def _is_single(phrase: str) -> bool:
    """Say whether it is a single Han sign, which stands inside many words."""
    return len(phrase.strip()) == 1 and not phrase.isascii()


def _share_of(kindred: str) -> float:
    return KINDRED_SHARE / 2 if _is_single(kindred) else KINDRED_SHARE


def _count(ideas: Iterable[Idea], told: Iterable[Keys]) -> dict[str, int]:
    """Count the turns that have each phrase."""
    having = {phrase: 0 for idea in ideas for phrase in (idea.own, *idea.kindred)}
    by_first: dict[str, list[str]] = {}
    for phrase in having:
        by_first.setdefault(phrase.split()[0], []).append(phrase)
    firsts = frozenset(by_first)
    for keys in told:
        for first in firsts & keys.words:
            for phrase in by_first[first]:
                having[phrase] += phrase in keys.text
    return having


def _rarity(having: int, turns: int) -> float:
    return math.log(1 + (turns - having + 0.5) / (having + 0.5))


def _shares(ideas: Sequence[Idea], by_idea: Sequence[Sequence[tuple[str, float]]]) -> list[float]:
    """Return the factor that each idea's weights take."""
    sums: dict[float, float] = {}
    for idea, weighed in zip(ideas, by_idea, strict=True):
        sums[idea.weight] = sums.get(idea.weight, 0.0) + max(weight for _, weight in weighed)
    first = ideas[0].weight
    return [
        1.0 if each.weight >= first else min(1.0, each.weight * sums[first] / sums[each.weight])
        for each in ideas
    ]


def ideas_of(asked: Iterable[tuple[str, float]], told: Collection[Keys]) -> list[Idea]:
    """Return the ideas of texts that each have a weight, the first text's first.

    `told` are the keys of the story's turns: they say which Han words are one name.
    """
    ideas: dict[str, Idea] = {}
    for text, weight in asked:
        names = {stem(word.casefold()) for word in _LARGE.findall(text)}
        names |= {keyed(name).strip() for name in (*people_in(text), *_han_names(text, told))}
        for own, kindred in _words(text, told, is_first=weight == 1.0):
            may_be_name = own.strip() in names or not (names or own.isascii())
            ideas.setdefault(own, Idea(own, kindred, weight, may_be_name))
    return list(ideas.values())[:MOST_IDEAS]


def keys_to_ask_for(asked: Iterable[tuple[str, float]]) -> frozenset[str]:
    """Return all keys that `ideas_of` and `weigh` may look for in the told turns."""
    found: set[str] = set()
    for text, _ in asked:
        found.update(key for key in segment(text).split() if not is_asking_word(key))
        for phrase in phrases_in(text):
            for each in kindred_of(phrase):
                keys = each.split()
                found.update([key for key in keys if not is_asking_word(key)] or keys)
    return frozenset(found)


def keys_of_names(text: str) -> frozenset[str]:
    """Return all keys that `ideas_beside` may look for."""
    return frozenset(key for name in names_in(text) for key in keyed(name).split())


def ideas_beside(
    text: str, asked: Iterable[tuple[str, float]], told: Collection[Keys], turns: int
) -> list[Idea]:
    """Return whom a passage names beside what was asked, where few turns of the path do."""
    known = keys_to_ask_for(asked)
    most = max(3, int(RARE * turns))
    found = []
    for name in names_in(text):
        own = keyed(name)
        having = sum(own in each.text for each in told) if known.isdisjoint(own.split()) else 0
        if 1 <= having <= most:
            found.append((having, own))
    return [Idea(own, (), 1.0) for _, own in sorted(found)[:MOST_BESIDE]]


def _words(
    text: str, told: Collection[Keys], *, is_first: bool
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a text asks with, each with its kindred, as keys."""
    taken = set()
    names = (*(_han_names(text, told) if is_first else ()), *people_in(text))
    for phrase in phrases_in(_without(text, names)):
        if is_asking_word(phrase.strip()):
            continue
        if len(phrase.split()) == 1 or not phrase.isascii():  # of a phrase each word counts too
            taken |= set(phrase.split())
        yield phrase, tuple(sorted(kindred_of(phrase) - {phrase}))
    for word in (*names, *content_words(_without(text, names))):
        own = keyed(word)
        if not taken.issuperset(own.split()) and not _is_single(own):
            yield own, ()


def _han_names(text: str, told: Collection[Keys]) -> Iterator[str]:
    """Yield runs of three Han characters that the story always tells side by side, as in a name."""
    end = 0
    for match in HAN_RUN.finditer(text):
        run = match[0]
        for at in range(len(run) - 2):
            name = run[at : at + 3]
            if match.start() + at < end or any(map(is_function_word, name)):
                continue
            one, two = (sum(pair in keys.words for keys in told) for pair in (name[:2], name[1:]))
            whole = keyed(name)
            if min(one, two) >= LEAST_TOLD and (
                sum(whole in keys.text for keys in told) >= NAME_SHARE * min(one, two)
            ):
                end = match.start() + at + 3
                yield name


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text
