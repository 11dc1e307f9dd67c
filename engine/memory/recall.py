"""Which old passages of a story belong to what is being talked of now: a pure function of its path.

A question is taken apart into ideas: its words, each with those that tell of the same thing
(`engine.prose.kindred`). A passage is a sentence, with the one before it where a pronoun points
back. It ranks by the ideas that it has, the rarer their words are on this path the heavier (as
BM25's idf); of equals the newest is first. What has been told by a better passage counts less and
less, so that all of a question is answered. Whom the best passage names and the question did not
(who was given the key) is looked for in a second round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.memory.asking import Keys, Question, ideas_beside, ideas_of, weigh
from engine.prose.denials import denies
from engine.prose.segmenting import segment, stem
from engine.prose.sentences import sentences_of
from engine.prose.words import listed
from engine.story import Turn

MOST_PASSAGES = 24
MOST_TURNS = 256  # are read sentence by sentence
MOST_WEIGHED = 150  # passages that are chosen from
MOST_FOLLOWED = 2  # passages of the second round
FADING = 0.65  # what is left of an idea once a passage has told of it
LEAST_LEFT = 0.3
STALE = 0.5  # what is left of a passage once one like it was chosen
ALIKE = 0.35  # of the keys of two passages are the same: they are one sentence in two forms
NEARBY = 0.75  # what an idea counts that stands in the sentence before one with a pronoun
NEARBY_WHOLE = 0.55  # likewise, where the sentence itself names who it is about
RECENT = 0.1  # how much more the newest turn counts than the first
MOST_QUOTED = 400  # characters of one passage
MOST_AFTER = 90  # of a sentence after it that points back to it
ESTABLISHED = 0.75  # of a question's ideas, told by one sentence, are an answer
FIRST_WORDS = 4  # of a sentence: a pronoun there points back

_PRONOUNS = frozenset(map(stem, listed("he she it his her hers him its they them their 他 她 它")))


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an old turn: `turn.told[start:end]` is its text."""

    turn: Turn
    text: str
    start: int
    end: int
    share: float  # of the question that it covers
    answer: float  # the share of the question's ideas that the sentence itself tells
    worth: float  # by what it ranks
    covered: Mapping[int, float] = field(repr=False)
    keys: Keys = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recall:
    """What a search found, best first, and whether the story seems to say what was asked."""

    passages: tuple[Passage, ...] = ()
    is_established: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence: its place and its keys."""

    start: int
    end: int
    keys: Keys
    has_pronoun: bool
    begins_with_pronoun: bool


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
    return Recall(tuple(kept), any(each.answer >= ESTABLISHED for each in kept))


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
    have = {(each.turn.id, each.start) for each in found.passages[:3]}
    more = [each for each in followed if (each.turn.id, each.start) not in have]
    have |= {(each.turn.id, each.start) for each in more}
    rest = [each for each in found.passages[3:] if (each.turn.id, each.start) not in have]
    return replace(found, passages=tuple([*found.passages[:3], *more, *rest][:most]))


def _find(search: Search, question: Question) -> list[Passage]:
    old = search.path[: len(search.path) - search.leaving_out]
    hopeful = []
    for place, turn in enumerate(old):
        keys = search.keys.get(turn.id)
        if keys is not None and (covered := question.covered_by(keys)):
            recent = 1 + RECENT * place / len(search.path)
            hopeful.append((question.sum(covered, {}) * recent, place, turn, recent))
    hopeful.sort(key=lambda each: (-each[0], -each[1]))
    found: list[Passage] = []
    for _, _, turn, recent in hopeful[:MOST_TURNS]:
        found += _passages(turn, search.language, question, recent)
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


@lru_cache(maxsize=4096)
def keys_of(text: str) -> Keys:
    """Return the keys of a told text, kept for the next prompt."""
    return Keys(f" {segment(text)} ")


@lru_cache(maxsize=4096)
def _lines(text: str, language: str) -> tuple[_Line, ...]:
    lines = []
    for sentence in sentences_of(text, language):
        words = segment(sentence.text).split()
        lines.append(
            _Line(
                sentence.start,
                sentence.end,
                Keys(f" {' '.join(words)} "),
                not _PRONOUNS.isdisjoint(words),
                not _PRONOUNS.isdisjoint(words[:FIRST_WORDS]),
            )
        )
    return tuple(lines)


def _passages(turn: Turn, language: str, question: Question, recent: float) -> list[Passage]:
    lines = _lines(turn.told, language)
    covered = [question.covered_by(line.keys) for line in lines]
    found = []
    for at, line in enumerate(lines):
        if not covered[at]:
            continue
        reached = dict(covered[at])
        if at and line.has_pronoun:
            is_whole = not line.begins_with_pronoun and not question.names.isdisjoint(covered[at])
            for idea, weight in covered[at - 1].items():
                near = weight * (NEARBY_WHOLE if is_whole else NEARBY)
                reached[idea] = max(reached.get(idea, 0.0), near)
        start = lines[at - 1].start if reached != covered[at] else line.start
        end = line.end
        if at + 1 < len(lines) and lines[at + 1].begins_with_pronoun:
            after = lines[at + 1].end
            end = after if after - end <= MOST_AFTER else end
        if end - start > MOST_QUOTED:
            start = line.start
        text = turn.told[start:end][:MOST_QUOTED]
        share = question.sum(reached, {}) / question.whole
        found.append(
            Passage(
                turn,
                text,
                start,
                start + len(text),
                share,
                0.0 if denies(turn.told[line.start : end]) else question.answered_by(covered[at]),
                share * share * recent,
                reached,
                line.keys,
            )
        )
    return _apart(found)


def _apart(found: list[Passage]) -> list[Passage]:
    """Keep the best of passages of one turn that overlap."""
    kept: list[Passage] = []
    for each in sorted(found, key=lambda each: (-each.worth, each.start)):
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return kept
