"""Passages: the sentences of old turns, with the one before or after that they lean on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.memory.asking import Keys, Question
from engine.prose.denials import denies
from engine.prose.function_words import is_function_word
from engine.prose.segmenting import HAN_RUN, names_in, people_in, segment, stem
from engine.prose.sentences import sentences_of
from engine.prose.words import listed
from engine.story import Turn

NEARBY = 0.75  # what an idea counts that stands in the sentence before one that leans on it
NEARBY_WHOLE = 0.55  # likewise, where the sentence itself names who it is about
MOST_QUOTED = 400  # characters of one passage
MOST_AFTER = 90  # of a sentence after it that points back to it
MOST_AFTER_HAN = 24  # signs
FIRST_WORDS = 4  # of a sentence: a pronoun there points back

_WORD = re.compile(r"\w+")
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
class Line:
    """A sentence: its place and its keys."""

    start: int
    end: int
    keys: Keys
    leans_back: bool  # on the sentence before it: it has a pronoun, or names nobody
    begins_with_pronoun: bool


@lru_cache(maxsize=4096)
def keys_of(text: str) -> Keys:
    """Return the keys of a told text, kept for the next prompt."""
    return Keys(f" {segment(text)} ")


@lru_cache(maxsize=4096)
def lines_of(text: str, language: str) -> tuple[Line, ...]:
    """Return the sentences of a told text, kept for the next prompt."""
    lines = []
    for sentence in sentences_of(text, language):
        words = segment(sentence.text).split()
        lines.append(
            Line(
                sentence.start,
                sentence.end,
                Keys(f" {' '.join(words)} "),
                not _PRONOUNS.isdisjoint(words) or _names_nobody(sentence.text),
                not _PRONOUNS.isdisjoint(words[:FIRST_WORDS]),
            )
        )
    return tuple(lines)


def passages_of(turn: Turn, language: str, question: Question, recent: float) -> list[Passage]:
    """Return the sentences of a turn that tell of any of a question's ideas, the best first."""
    lines = lines_of(turn.told, language)
    covered = [question.covered_by(line.keys) for line in lines]
    found = []
    for at, line in enumerate(lines):
        if not covered[at]:
            continue
        reached = dict(covered[at])
        if at and line.leans_back:
            is_whole = not line.begins_with_pronoun and not question.names.isdisjoint(covered[at])
            for idea, weight in covered[at - 1].items():
                near = weight * (NEARBY_WHOLE if is_whole else NEARBY)
                reached[idea] = max(reached.get(idea, 0.0), near)
        start = lines[at - 1].start if reached != covered[at] else line.start
        end = line.end
        if at + 1 < len(lines) and lines[at + 1].begins_with_pronoun:
            after = lines[at + 1].end
            end = after if after - end <= _most_after(language) else end
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
    return apart(sorted(found, key=lambda each: (-each.worth, each.start)))


def stretch(turn: Turn, start: int, end: int, keys: Keys, worth: float) -> Passage:
    """Return a part of a turn that answers nothing by itself."""
    text = turn.told[start:end][:MOST_QUOTED]
    return Passage(turn, text, start, start + len(text), 0.0, 0.0, worth, {}, keys)


def with_the_next(passage: Passage, language: str) -> Passage:
    """Return a passage with the sentence after it, where that is short and, of Han text, not about
    somebody else.
    """
    told = passage.turn.told
    nexts = (line for line in lines_of(told, language) if line.start >= passage.end)
    end = min((line.end for line in nexts), default=passage.end)
    if any(name not in passage.text for name in people_in(told[passage.end : end])):
        return passage
    if end - passage.end > _most_after(language) or end - passage.start > MOST_QUOTED:
        return passage
    return replace(passage, text=told[passage.start : end], end=end)


def _most_after(language: str) -> int:
    return MOST_AFTER_HAN if language.startswith("zh") else MOST_AFTER


def apart(passages: Iterable[Passage]) -> list[Passage]:
    """Return the passages, without those that have words of one before them."""
    found: list[Passage] = []
    for each in passages:
        if not any(_overlap(each, one) for one in found):
            found.append(each)
    return found


def _overlap(one: Passage, other: Passage) -> bool:
    return one.turn.id == other.turn.id and one.start < other.end and other.start < one.end


def _names_nobody(sentence: str) -> bool:
    first = _WORD.search(sentence)
    begins_with_name = first is not None and not is_function_word(first[0].casefold())
    return not names_in(sentence) and (HAN_RUN.search(sentence) is not None or not begins_with_name)
