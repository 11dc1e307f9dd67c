"""How varied texts are, and how much of them was copied: measures that others publish, too."""

import math
import zlib
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from engine.prose.words import ngrams

Words = Sequence[str]
Ngram = tuple[str, ...]
BLEU_LENGTH = 4
WINDOW = 64  # words within which a repeated trigram counts as repetition


def distinct_n(texts: Iterable[Words], n: int) -> float:
    """Return the share of different n-grams in all of them, 0 to 1 (Li et al. 2016)."""
    found = [ngram for words in texts for ngram in ngrams(words, n)]
    return len(set(found)) / len(found) if found else 0.0


def self_bleu(texts: Sequence[Words]) -> float:
    """Return the mean BLEU-4, 0 to 1, of each text against all others (Zhu et al. 2018).

    Precisions are smoothed by adding one to matches and totals beyond words (Lin and Och 2004).
    1 means that all say the same. Fewer than two texts have none: 0.
    """
    if len(texts) < 2:
        return 0.0
    counts = [[Counter(ngrams(words, n)) for n in range(1, BLEU_LENGTH + 1)] for words in texts]
    best = [_two_best([own[n] for own in counts]) for n in range(BLEU_LENGTH)]
    return sum(_bleu(number, texts, counts[number], best) for number in range(len(texts))) / len(
        texts
    )


def _two_best(counts: Sequence[Counter[Ngram]]) -> dict[Ngram, tuple[int, int, int]]:
    """Return for each n-gram the text that has it most often, how often, and the next best."""
    best: dict[Ngram, tuple[int, int, int]] = {}
    for number, own in enumerate(counts):
        for ngram, count in own.items():
            owner, most, second = best.get(ngram, (-1, 0, 0))
            if count > most:
                best[ngram] = (number, count, most)
            else:
                best[ngram] = (owner, most, max(second, count))
    return best


def _bleu(
    number: int,
    texts: Sequence[Words],
    counts: Sequence[Counter[Ngram]],
    best: Sequence[dict[Ngram, tuple[int, int, int]]],
) -> float:
    length = len(texts[number])
    if length == 0:
        return 0.0
    others = [other for other in range(len(texts)) if other != number]
    logarithms = 0.0
    for n in range(BLEU_LENGTH):
        own = counts[n]
        matches = 0
        for ngram, count in own.items():
            owner, most, second = best[n][ngram]
            matches += min(count, second if owner == number else most)
        extra = 1 if n else 0
        total = sum(own.values()) + extra
        if matches + extra == 0:
            return 0.0
        logarithms += math.log((matches + extra) / total)
    closest = min(
        (len(texts[other]) for other in others), key=lambda size: (abs(size - length), size)
    )
    brevity = min(0.0, 1 - closest / length)
    return math.exp(brevity + logarithms / BLEU_LENGTH)


def repetition(words: Words) -> float:
    """Return the share of trigrams, 0 to 1, that stood within the 64 words before."""
    trigrams = ngrams(words, 3)
    latest: dict[tuple[str, ...], int] = {}
    repeated = 0
    for at, trigram in enumerate(trigrams):
        repeated += at - latest.get(trigram, -WINDOW - 1) <= WINDOW
        latest[trigram] = at
    return repeated / len(trigrams) if trigrams else 0.0


def compression_ratio(texts: Iterable[str]) -> float:
    """Return how many times smaller zlib makes the texts together; more means less variety."""
    raw = "\n".join(texts).encode()
    return len(raw) / len(zlib.compress(raw, 9)) if raw else 0.0


def longest_overlap(
    samples: Iterable[Sequence[Hashable]], sources: Iterable[Sequence[Hashable]]
) -> int:
    """Return the length of the longest run that stands in a sample and in a source, exactly.

    Runs never reach from one text into the next. Linear in the length of all texts together: the
    samples become a suffix automaton (Blumer et al. 1985), through which the sources are read.
    """
    automaton = _Automaton()
    for sample in samples:
        automaton.add(sample)
    return max((automaton.longest_match(source) for source in sources), default=0)


class _Automaton:
    """All runs of the texts that were added."""

    def __init__(self) -> None:
        self._next: list[dict[Hashable, int]] = [{}]
        self._link = [-1]
        self._length = [0]

    def add(self, text: Sequence[Hashable]) -> None:
        """Add a text."""
        last = 0
        for item in text:
            last = self._extend(last, item)

    def _extend(self, last: int, item: Hashable) -> int:
        known = self._next[last].get(item)
        if known is not None:  # another text began like this
            if self._length[known] == self._length[last] + 1:
                return known
            return self._split(last, item, known)
        state = self._new({}, self._length[last] + 1, 0)
        at = last
        while at >= 0 and item not in self._next[at]:
            self._next[at][item] = state
            at = self._link[at]
        if at >= 0:
            known = self._next[at][item]
            is_whole = self._length[known] == self._length[at] + 1
            self._link[state] = known if is_whole else self._split(at, item, known)
        return state

    def _split(self, at: int, item: Hashable, known: int) -> int:
        """Part the shorter runs of `known` from the longer ones."""
        copy = self._new(dict(self._next[known]), self._length[at] + 1, self._link[known])
        self._link[known] = copy
        while at >= 0 and self._next[at].get(item) == known:
            self._next[at][item] = copy
            at = self._link[at]
        return copy

    def _new(self, following: dict[Hashable, int], length: int, link: int) -> int:
        self._next.append(following)
        self._length.append(length)
        self._link.append(link)
        return len(self._next) - 1

    def longest_match(self, text: Sequence[Hashable]) -> int:
        """Return the length of the longest run of the text that was added."""
        state = length = longest = 0
        for item in text:
            while state and item not in self._next[state]:
                state = self._link[state]
                length = self._length[state]
            following = self._next[state].get(item)
            if following is None:
                length = 0
                continue
            state, length = following, length + 1
            longest = max(longest, length)
        return longest
