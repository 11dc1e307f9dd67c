"""Which old passages of a story belong to what is being talked of now: a pure function of its path.

A question is taken apart into ideas: its words, each with those that tell of the same thing
(`engine.prose.kindred`). A passage is a sentence, with the one before or after it where that has an
idea which it lacks itself. It ranks by the ideas that it has, the rarer on this path the heavier
(the idf of BM25), times the share of the question that it covers; of equals the newest is first.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.memory.asking import Idea, ideas_of
from engine.prose.segmenting import segment
from engine.prose.sentences import sentences_of
from engine.story import Turn

MOST_PASSAGES = 24
LEAST_SHARE = 0.4  # of the best passage's score
NEARBY = 0.7  # what an idea counts that stands in a neighbouring sentence
RECENT = 0.1  # how much more the newest turn counts than the first
MOST_QUOTED = 400  # characters of one passage
ESTABLISHED = 0.75  # of the question's weight, covered by one passage, is an answer


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an old turn: `turn.told[start:end]` is its text."""

    turn: Turn
    text: str
    start: int
    end: int
    score: float
    covered: frozenset[int]  # the ideas of the question that it has, by number


@dataclass(frozen=True, slots=True)
class Recall:
    """What a search found, best first, and whether the story seems to say what was asked."""

    passages: tuple[Passage, ...] = ()
    is_established: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence: its place, and its keys between blanks."""

    start: int
    end: int
    keys: str


def recall(
    path: Sequence[Turn],
    asked: Iterable[tuple[str, float]],
    language: str,
    *,
    most: int = MOST_PASSAGES,
    segmented: Mapping[int, str] | None = None,
) -> Recall:
    """Search the turns of a path, as told, for texts that each weigh so much in the question.

    `segmented` holds the keys of told texts by turn id, where they are known already; a turn
    with the value "" has none of the keys.
    """
    keys = {turn.id: _segmented(turn, segmented) for turn in path if turn.text}
    ideas = ideas_of(asked, keys.values())
    if not ideas:
        return Recall()
    weights = _weights(ideas, keys)
    found: list[Passage] = []
    for place, turn in enumerate(path):
        flat = keys.get(turn.id, "")
        if any(idea.share_in(flat) for idea in ideas):
            recent = 1 + RECENT * place / len(path)
            found += _passages(turn, language, ideas, weights, recent)
    found.sort(key=lambda each: (-each.score, -each.turn.number, each.start))
    kept = [each for each in found[:most] if each.score >= LEAST_SHARE * found[0].score]
    return Recall(tuple(kept), _is_established(kept, weights))


def _segmented(turn: Turn, segmented: Mapping[int, str] | None) -> str:
    known = segmented.get(turn.id) if segmented is not None else None
    return f" {segment_once(turn.told) if known is None else known} "


@lru_cache(maxsize=4096)
def segment_once(text: str) -> str:
    """Return `segment(text)`, kept for the next prompt."""
    return segment(text)


@lru_cache(maxsize=2048)
def _lines(text: str, language: str) -> tuple[_Line, ...]:
    return tuple(
        _Line(each.start, each.end, f" {segment(each.text)} ")
        for each in sentences_of(text, language)
    )


def _weights(ideas: Sequence[Idea], keys: Mapping[int, str]) -> list[float]:
    """Weigh each idea by how few turns have it."""
    weights = []
    for idea in ideas:
        having = sum(1 for flat in keys.values() if idea.share_in(flat))
        rarity = math.log(1 + (len(keys) - having + 0.5) / (having + 0.5))
        weights.append(idea.weight * max(rarity, 0.7))
    return weights


def _passages(
    turn: Turn, language: str, ideas: Sequence[Idea], weights: Sequence[float], recent: float
) -> list[Passage]:
    lines = _lines(turn.told, language)
    shares = [[idea.share_in(line.keys) for idea in ideas] for line in lines]
    whole = sum(weights)
    found = []
    for at, own in enumerate(shares):
        if not any(own):
            continue
        first = last = at
        score = 0.0
        covered = set()
        for number, share in enumerate(own):
            best = share
            for near in (at - 1, at + 1):
                if 0 <= near < len(lines) and shares[near][number] * NEARBY > best:
                    best = shares[near][number] * NEARBY
                    first, last = min(first, near), max(last, near)
            if best:
                covered.add(number)
                score += weights[number] * best
        score *= score / whole * recent
        start, end = lines[first].start, lines[last].end
        if end - start > MOST_QUOTED:
            start, end = lines[at].start, lines[at].end
        text = turn.told[start:end][:MOST_QUOTED]
        found.append(Passage(turn, text, start, start + len(text), score, frozenset(covered)))
    return _apart(found)


def _apart(found: list[Passage]) -> list[Passage]:
    """Keep the best of passages of one turn that overlap."""
    kept: list[Passage] = []
    for each in sorted(found, key=lambda each: (-each.score, each.start)):
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return kept


def _is_established(found: Sequence[Passage], weights: Sequence[float]) -> bool:
    whole = sum(weights)
    return any(
        sum(weights[number] for number in each.covered) >= ESTABLISHED * whole for each in found
    )
