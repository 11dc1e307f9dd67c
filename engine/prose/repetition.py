"""What a text says again: words, words close together, phrases, and how its sentences begin.

Function words and names are left out; English words count together with their regular inflections
(look, looks, looked, looking). A phrase is a run of three to eight words inside one sentence with
at least two content words that stands there at least twice, and is no part of a longer one that
stands there as often. An echo is a content word used again within 20 words (30 Han characters or
words), at most one in a sentence away. Every count is one pass over the words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rjieba

from engine.prose.function_words import is_function_word
from engine.prose.reading import Place, Read, Reading
from engine.prose.words import HAN, Word

MOST_SHOWN = 8
_PHRASE_LENGTHS = range(3, 9)
_MOST_PLACES = 5
_ECHO_WORDS = 20
_LEAST_ECHO_LETTERS = 4  # shorter ones are heard less
_LEAST_TIMES = 4  # of a word across the text
_LEAST_SHARE = 1 / 400  # of all words
_OPENINGS = 3  # sentences in a row

_UNHEARD = ("nr", "ns", "m", "q", "r", "d", "c", "p", "u", "f")  # the tagger's classes
_HAN_ONLY = re.compile(f"[{HAN}]+")
_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


@dataclass(frozen=True, slots=True)
class Repeat:
    """A word or phrase, how often it stands there, and the first of its places."""

    text: str
    times: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """What is said again: the most striking first, at most eight of each kind."""

    words: tuple[Repeat, ...]  # across the text
    echoes: tuple[Repeat, ...]  # close together
    phrases: tuple[Repeat, ...]
    openings: tuple[Repeat, ...]  # sentences in a row that begin with one word


def repetition_of(reading: Reading) -> Repetition:
    """Find what is said again."""
    names = _names(reading)
    content = [word for word in reading.words if _is_content(word.text, names)]
    keys = [stem(word.text) for word in content]
    return Repetition(
        _across(reading, content, keys),
        _echoes(reading, content, keys),
        _phrases(reading, names),
        _openings(reading),
    )


def stem(word: str) -> str:
    """Return what the regular inflections of an English word have in common."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            rest = word.removesuffix(ending) + instead
            is_doubled = ending in ("ing", "ed") and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if is_doubled else rest.removesuffix("e")
    return word


def _is_content(word: str, names: frozenset[str]) -> bool:
    is_long = len(word) >= 2 if _HAN_ONLY.fullmatch(word) else len(word) >= 3
    return is_long and not is_function_word(word) and word.removesuffix("'s") not in names


def _names(reading: Reading) -> frozenset[str]:
    """Return words that are names: never written small, and seen large inside a sentence."""
    small: set[str] = set()
    large: set[str] = set()
    for read in reading.sentences:
        for number, word in enumerate(read.words):
            if not reading.text[word.start].isupper():
                small.add(word.text)
            elif number and reading.text[word.start - 1 : word.start].isspace():
                large.add(word.text.removesuffix("'s"))
    return frozenset(large - small)


def _across(reading: Reading, content: Sequence[Word], keys: Sequence[str]) -> tuple[Repeat, ...]:
    places: Mapping[str, list[Word]] = _grouped(content, keys)
    least = max(_LEAST_TIMES, _LEAST_SHARE * len(reading.words))
    often = sorted(
        (words for words in places.values() if len(words) >= least), key=len, reverse=True
    )
    kept = [words for words in often[: 3 * MOST_SHOWN] if not _is_unheard(words[0].text)]
    return tuple(_repeat(reading, words) for words in kept[:MOST_SHOWN])


def _is_unheard(word: str) -> bool:
    """Say whether the tagger knows a Chinese word as a name, a number or a function word."""
    if not _HAN_ONLY.fullmatch(word):
        return False
    return any(tag.startswith(_UNHEARD) for _, tag in rjieba.tag(word))


def _echoes(reading: Reading, content: Sequence[Word], keys: Sequence[str]) -> tuple[Repeat, ...]:
    """Return words used again at once; the rarer in the whole text, the more they are heard."""
    order = {word.start: number for number, word in enumerate(reading.words)}
    totals = Counter(keys)
    clusters: dict[str, list[list[Word]]] = defaultdict(list)
    for word, key in zip(content, keys, strict=True):
        if len(word.text) < _LEAST_ECHO_LETTERS and not _HAN_ONLY.fullmatch(word.text):
            continue
        known = clusters[key]
        if known and order[word.start] - order[known[-1][-1].start] <= _ECHO_WORDS:
            known[-1].append(word)
        else:
            known.append([word])
    heard = [
        (len(cluster) / totals[key], len(cluster), cluster)
        for key, known in clusters.items()
        for cluster in known
        if len(cluster) >= 2 and 2 * len(cluster) >= totals[key]
    ]
    heard.sort(key=lambda item: (-item[1], -item[0], item[2][0].start))
    kept = [cluster for _, _, cluster in heard if not _is_unheard(cluster[0].text)]
    return tuple(_repeat(reading, cluster) for cluster in kept[:MOST_SHOWN])


def _phrases(reading: Reading, names: frozenset[str]) -> tuple[Repeat, ...]:
    """Return the phrases, the longest looked for first; no word counts in two of them."""
    taken: set[int] = set()  # starts of words
    found: list[list[tuple[Word, ...]]] = []
    for size in reversed(_PHRASE_LENGTHS):
        places: dict[tuple[str, ...], list[tuple[Read, int]]] = defaultdict(list)
        for read in reading.sentences:
            for at in range(len(read.words) - size + 1):
                run = read.words[at : at + size]
                if taken.isdisjoint((run[0].start, run[-1].start)):
                    places[tuple(word.text for word in run)].append((read, at))
        for key, known in places.items():
            if len(known) < 2 or not _is_telling(key, names):
                continue
            # What a phrase of this size has taken meanwhile is taken.
            free = [(read, at) for read, at in known if _is_free(read.words[at : at + size], taken)]
            runs = _lengthened(_apart(free, size), size)
            if len(runs) >= 2:
                found.append(runs)
                taken.update(word.start for run in runs for word in run)
    found.sort(key=lambda runs: (-len(runs) * len(runs[0]), runs[0][0].start))
    return tuple(
        Repeat(
            reading.text[runs[0][0].start : runs[0][-1].end],
            len(runs),
            tuple(reading.place(run[0].start, run[-1].end) for run in runs[:_MOST_PLACES]),
        )
        for runs in found[:MOST_SHOWN]
    )


def _is_telling(key: Sequence[str], names: frozenset[str]) -> bool:
    """Say whether a run ends with a content word and has another one."""
    return _is_content(key[-1], names) and any(_is_content(word, names) for word in key[:-1])


def _is_free(run: Sequence[Word], taken: set[int]) -> bool:
    return all(word.start not in taken for word in run)


def _apart(places: Sequence[tuple[Read, int]], size: int) -> list[tuple[Read, int]]:
    """Return the places without those that overlap the one before."""
    kept: list[tuple[Read, int]] = []
    for read, at in places:
        if not kept or kept[-1][0] is not read or at >= kept[-1][1] + size:
            kept.append((read, at))
    return kept


def _lengthened(places: Sequence[tuple[Read, int]], size: int) -> list[tuple[Word, ...]]:
    """Return the runs, the longest ones with all words before and after that they share."""
    before = 0
    if size == _PHRASE_LENGTHS[-1] and len(places) >= 2:
        while _share_a_word([(read, at - before - 1) for read, at in places]):
            before += 1
        while _share_a_word([(read, at + size) for read, at in places]):
            size += 1
    return [read.words[at - before : at + size] for read, at in places]


def _share_a_word(places: Sequence[tuple[Read, int]]) -> bool:
    """Say whether there is a word at all these places, and the same one."""
    if not all(0 <= at < len(read.words) for read, at in places):
        return False
    return len({read.words[at].text for read, at in places}) == 1


def _openings(reading: Reading) -> tuple[Repeat, ...]:
    rows: list[list[Word]] = []
    for read in reading.sentences:
        first = read.words[0]
        if rows and rows[-1][0].text == first.text:
            rows[-1].append(first)
        else:
            rows.append([first])
    long = sorted((row for row in rows if len(row) >= _OPENINGS), key=len, reverse=True)
    return tuple(_repeat(reading, row) for row in long[:MOST_SHOWN])


def _grouped(words: Sequence[Word], keys: Sequence[str]) -> dict[str, list[Word]]:
    grouped: dict[str, list[Word]] = defaultdict(list)
    for word, key in zip(words, keys, strict=True):
        grouped[key].append(word)
    return grouped


def _repeat(reading: Reading, words: Sequence[Word]) -> Repeat:
    """Return a repeat in the form that is used most."""
    form, _ = Counter(word.text for word in words).most_common(1)[0]
    places = tuple(reading.place(word.start, word.end) for word in words[:_MOST_PLACES])
    return Repeat(form, len(words), places)
