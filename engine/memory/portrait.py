"""What a story tells of somebody that it tells of nobody else: the sentences with the rarest words.

A question may be put in words that the answer has none of but the name. What is told seldom of
that name is then the best guess: the sword, the oath, the town, not that the door was opened.
"""

import heapq
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from engine.memory.asking import Keys
from engine.memory.passages import Line, Passage, lines_of, stretch
from engine.story import Turn

MOST_READ = 256  # turns, sentence by sentence
RAREST = 4  # keys of a sentence say how rare it is
SHORTEST = 3  # keys: what is shorter tells nothing


def portray(
    turns: Sequence[Turn],
    keys: Mapping[int, Keys],
    names: Collection[str],
    language: str,
    *,
    most: int,
) -> list[Passage]:
    """Return the sentences with a name in them, or leaning on one with it, the rarest first.

    Rare is what few of the turns that have a name have, so that nothing else of the story counts.
    """
    about = [turn for turn in turns if turn.id in keys and _has(keys[turn.id], names)]
    having = Counter(chain.from_iterable(keys[turn.id].words for turn in about))
    rarity = {key: math.log(1 + len(about) / count) for key, count in having.items()}
    hopeful = heapq.nlargest(
        MOST_READ, about, key=lambda turn: (_rare(keys[turn.id].words, rarity), turn.number)
    )
    found: list[Passage] = []
    for turn in hopeful:
        lines = lines_of(turn.told, language)
        for at, line in enumerate(lines):
            if len(line.keys.words) < SHORTEST or not _is_about(lines, at, names):
                continue
            start = line.start if _has(line.keys, names) else lines[at - 1].start
            worth = _rare(line.keys.words, rarity)
            found.append(stretch(turn, start, line.end, line.keys, worth))
    return heapq.nlargest(most, found, key=lambda each: (each.worth, each.turn.number, -each.start))


def _is_about(lines: Sequence[Line], at: int, names: Collection[str]) -> bool:
    if _has(lines[at].keys, names):
        return True
    return at > 0 and lines[at].leans_back and _has(lines[at - 1].keys, names)


def _has(keys: Keys, names: Collection[str]) -> bool:
    return any(name in keys.text for name in names)


def _rare(words: Collection[str], rarity: Mapping[str, float]) -> float:
    """Return the mean rarity of the rarest of some keys."""
    rarest = heapq.nlargest(RAREST, (rarity.get(word, 0.0) for word in words))
    return sum(rarest) / RAREST
