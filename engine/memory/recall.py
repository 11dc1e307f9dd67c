"""Which old passages of a story belong to what is being talked of now: a pure function of its path.

A question is taken apart into ideas: its words, each with those that tell of the same thing
(`engine.prose.kindred`). A passage is a sentence, with the one before it where a pronoun points
back. It ranks by the ideas that it has, the rarer their words are on this path the heavier (as
BM25's idf); of equals the newest is first. What has been told by a better passage counts less and
less, so that all of a question is answered. Whom the best passage names and the question did not
(who was given the key) is looked for in a second round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from engine.memory.asking import Keys, Question, ideas_beside, ideas_of, weigh
from engine.memory.passages import Passage, apart, keys_of, passages_of, with_the_next
from engine.memory.portrait import portray
from engine.story import Turn

MOST_PASSAGES = 48
MOST_TOLD_OF = 100  # sentences about whom a question names, to choose from by meaning
MOST_TURNS = 400  # are read sentence by sentence
MOST_WEIGHED = 300  # passages that are chosen from
MOST_FOLLOWED = 2  # passages of the second round
FADING = 0.65  # what is left of an idea once a passage has told of it
LEAST_LEFT = 0.3
STALE = 0.5  # what is left of a passage once one like it was chosen
ALIKE = 0.35  # of the keys of two passages are the same: they are one sentence in two forms
MOST_BEFORE_OTHERS = 3  # passages that have what was asked stand before those that only name
RECENT = 0.1  # how much more the newest turn counts than the first
ESTABLISHED = 0.75  # of a question's ideas, told by one sentence, are an answer


@dataclass(frozen=True, slots=True)
class Recall:
    """What a search found, best first, and whether the story seems to say what was asked."""

    passages: tuple[Passage, ...] = ()
    is_established: bool = False
    told_of: tuple[Passage, ...] = ()  # what else is told of whom the question names


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched: the turns of a path as told, root first, and the keys of each by its id.

    A turn has no keys where its text is empty, or where none of them can be asked for.
    """

    path: Sequence[Turn]
    keys: Mapping[int, Keys]
    language: str
    leaving_out: int = 0  # of the newest turns, which are weighed with the others and not found


def recall(
    path: Sequence[Turn],
    asked: Sequence[tuple[str, float]],
    language: str,
    *,
    most: int = MOST_PASSAGES,
    leaving_out: int = 0,
) -> Recall:
    """Search a path for texts that each weigh so much in the question, the first 1."""
    keys = {turn.id: keys_of(turn.told) for turn in path if turn.text}
    search = Search(path, keys, language, leaving_out)
    found = look_up(search, asked, most=most)
    return with_followed(found, follow(search, found, asked), most=most)


def look_up(
    search: Search, asked: Iterable[tuple[str, float]], *, most: int = MOST_PASSAGES
) -> Recall:
    """Return the passages that a question is about, best first."""
    ideas = ideas_of(asked, search.keys.values())
    if not ideas:
        return Recall()
    question = weigh(ideas, search.keys.values(), len(search.path))
    found = _find(search, question)[:MOST_WEIGHED]
    kept = _choose(found, question, most)
    for place, each in enumerate(kept[:MOST_BEFORE_OTHERS]):
        kept[place] = with_the_next(each, search.language)
    is_established = any(each.answer >= ESTABLISHED for each in kept)
    told_of: list[Passage] = []
    if question.asked_of:
        told_of = portray(
            _old(search), search.keys, question.asked_of, search.language, most=MOST_TOLD_OF
        )
    return Recall(tuple(_mix(kept, told_of[:most])[:most]), is_established, tuple(told_of))


def with_closest(found: Recall, closest: Sequence[Passage], *, most: int = MOST_PASSAGES) -> Recall:
    """Return what was found, after the best in turns with passages that are near in meaning."""
    return replace(found, passages=tuple(_mix(found.passages, closest)[:most]))


def follow(search: Search, found: Recall, asked: Iterable[tuple[str, float]]) -> list[Passage]:
    """Return passages that tell more of whom only the best one names."""
    if not found.passages:
        return []
    best = found.passages[0]
    beside = ideas_beside(best.text, asked, search.keys.values(), len(search.path))
    if not beside:
        return []
    more = _find(search, weigh(beside, search.keys.values(), len(search.path)))
    others = [each for each in more if (each.turn.id, each.start) != (best.turn.id, best.start)]
    return others[:MOST_FOLLOWED]


def with_followed(
    found: Recall, followed: Sequence[Passage], *, most: int = MOST_PASSAGES
) -> Recall:
    """Return what was found with what it led to, after the best."""
    best = found.passages[:MOST_BEFORE_OTHERS]
    rest = found.passages[MOST_BEFORE_OTHERS:]
    return replace(found, passages=tuple(apart([*best, *followed, *rest])[:most]))


def _old(search: Search) -> Sequence[Turn]:
    return search.path[: len(search.path) - search.leaving_out]


def _mix(kept: Sequence[Passage], others: Sequence[Passage]) -> list[Passage]:
    """Return the best of what was asked for, then the rest of it in turns with the others."""
    rest = chain.from_iterable(zip_longest(others, kept[MOST_BEFORE_OTHERS:]))
    return apart([*kept[:MOST_BEFORE_OTHERS], *(each for each in rest if each is not None)])


def _find(search: Search, question: Question) -> list[Passage]:
    hopeful = []
    for place, turn in enumerate(_old(search)):
        keys = search.keys.get(turn.id)
        if keys is not None and (covered := question.covered_by(keys)):
            recent = 1 + RECENT * place / len(search.path)
            hopeful.append((question.sum(covered, {}) * recent, place, turn, recent))
    hopeful.sort(key=lambda each: (-each[0], -each[1]))
    found: list[Passage] = []
    for _, _, turn, recent in hopeful[:MOST_TURNS]:
        found += passages_of(turn, search.language, question, recent)
    return sorted(found, key=lambda each: (-each.worth, -each.turn.number, each.start))


def _choose(found: Sequence[Passage], question: Question, most: int) -> list[Passage]:
    """Return the best, so that what they tell differs."""
    left = dict.fromkeys(question.weights, 1.0)
    pool = dict.fromkeys(range(len(found)), 1.0)
    chosen: list[Passage] = []
    while pool and len(chosen) < most:
        best = max(
            pool,
            key=lambda n: (
                pool[n] * question.sum(found[n].covered, left) ** 2 * _recent(found[n]),
                -n,
            ),
        )
        del pool[best]
        chosen.append(found[best])
        for idea, weight in found[best].covered.items():
            if idea not in question.names:
                told = min(1.0, weight / question.weights[idea])
                left[idea] = max(LEAST_LEFT, left[idea] * (1 - (1 - FADING) * told))
        for n in pool:
            # What says it once more is left for later, unless it is the newer word.
            if _is_like(found[n], found[best]) and found[n].turn.number < found[best].turn.number:
                pool[n] *= STALE
    return chosen


def _is_like(one: Passage, other: Passage) -> bool:
    mine, others = one.keys.words, other.keys.words
    return len(mine & others) > ALIKE * len(mine | others)


def _recent(passage: Passage) -> float:
    return passage.worth / (passage.share * passage.share)
