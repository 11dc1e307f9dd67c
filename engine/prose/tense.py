"""The tense that an English text is told in, and where it changes.

Only narration counts: what stands in quotations is left out. Every sentence gives evidence, by
lists and rules (no parser):

- past: was, were, had, did and their negations; a simple past of an irregular verb, or a word in
  -ed, that no form of be, have or get and no article or preposition makes a participle;
- present: is, are, am, has, have, do, does; can and will; a verb of narration after a pronoun
  ("she walks", "I walk"); a form in -s that can be no plural, or that stands like a verb after a
  name or "the man" (half of the weight, unless an object follows).

A sentence weighs at most 2. The text is then cut where that explains the evidence best
(`shifts.sides_of`, a change costs 5): a shift for good takes two or three clear sentences in the
other tense, one there and back five, and a single sentence (a general truth, a slip) is none.
Chinese verbs have no tense, so Chinese text has no such fact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.prose.function_words import is_function_word
from engine.prose.reading import Place, Read, Reading
from engine.prose.shifts import sides_of
from engine.prose.verb_forms import (
    BASE,
    IRREGULAR_PAST,
    NO_PAST,
    SURE_THIRD_PERSON,
    THIRD_PERSON,
)
from engine.prose.words import Word, listed

PRICE = 5.0
_MOST_WEIGHT = 2.0
_LEAST_SENTENCES = 3  # with evidence, to name a tense at all


class Tense(StrEnum):
    """What a narration is told in."""

    PAST = "past"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class TenseShift:
    """From here on the narration is in another tense; the sentence is quoted."""

    place: Place
    before: Tense
    after: Tense


@dataclass(frozen=True, slots=True)
class TenseUse:
    """The tense of most of the narration, None when too little of it shows one, and its shifts."""

    main: Tense | None
    shifts: tuple[TenseShift, ...]


_SINGULAR = listed("he she it who somebody someone nobody everybody everyone")
_PLURAL = listed("i we they you")
_PAST_AUXILIARY = listed("was were wasn't weren't had hadn't did didn't")
_PRESENT_AUXILIARY = listed(
    "is are am isn't aren't has have hasn't haven't does doesn't do don't i'm we're they're"
    " you're i've we've they've you've can can't cannot will won't i'll he'll she'll we'll"
    " they'll it'll"
)
_HELPERS = listed(
    "was were is are am be been being had has have having i've we've they've you've i'd he'd"
    " she'd they'd we'd hadn't hasn't haven't wasn't weren't isn't aren't get gets got getting"
    " he's she's it's that's i'm we're they're you're"
)
_NO_VERB_AFTER = listed(
    "the a an his her my our your their its this that these those some any no every each of in"
    " on at by with from to for into onto as than like very so too more most such what whose"
)
_ARTICLES = listed("the a an his her my our your their this that")
_OBJECTS = listed("the a an his her my our your their its it him them me us")
_GOES_ON = listed(
    "the a an his her my our their its it him them me us to into at up down out off on onto over"
    " away back in through across along and but toward towards around against past from for as with"
    " like slowly suddenly then that when while"
)
_PASSED_OVER = listed(
    "not never always just still also only even then now once soon almost already often"
    " sometimes again both all simply finally suddenly slowly"
)
_BARE_BEFORE = listed("to let make makes made can could will would shall should may might must did")


def tense_of(reading: Reading) -> TenseUse | None:
    """Find the tense and its shifts; None for Chinese."""
    if reading.is_chinese:
        return None
    evidence = [tense_evidence(reading, read) for read in reading.sentences]
    shown = [
        (read, value) for read, value in zip(reading.sentences, evidence, strict=True) if value
    ]
    if len(shown) < _LEAST_SENTENCES:
        return TenseUse(None, ())
    sides = sides_of([value for _, value in shown], PRICE)
    shifts = tuple(
        TenseShift(
            reading.place(read.sentence.start, read.sentence.end),
            _tense(sides[at - 1]),
            _tense(side),
        )
        for at, ((read, _), side) in enumerate(zip(shown, sides, strict=True))
        if at and side != sides[at - 1]
    )
    return TenseUse(_tense(1 if sum(sides) >= 0 else -1), shifts)


def tense_evidence(reading: Reading, read: Read) -> float:
    """Return how much a sentence's narration speaks for the past (above 0) or the present."""
    words = read.told
    total = sum(_sign(reading, words, at) for at in range(len(words)))
    return max(-_MOST_WEIGHT, min(_MOST_WEIGHT, total))


def _tense(side: int) -> Tense:
    return Tense.PAST if side > 0 else Tense.PRESENT


def _sign(reading: Reading, words: Sequence[Word], at: int) -> float:
    """Return the evidence of one word."""
    word = words[at].text
    before = _before(reading, words, at)
    if word in _PAST_AUXILIARY:
        return 1.0
    if word in _PRESENT_AUXILIARY:
        return 0.0 if word in ("do", "have") and before not in _PLURAL else -1.0
    if word in IRREGULAR_PAST or (word.endswith("ed") and len(word) > 4 and word not in NO_PAST):
        return 0.0 if before in _HELPERS or before in _NO_VERB_AFTER else _past_weight(word, before)
    return _present_sign(reading, words, at, before)


def _present_sign(reading: Reading, words: Sequence[Word], at: int, before: str) -> float:
    word = words[at].text
    is_finite = (
        (before in _SINGULAR and _may_be_third_person(word))
        or (before in _PLURAL and word in BASE and _is_finite(words, at))
        or (word in SURE_THIRD_PERSON and before not in _BARE_BEFORE)
    )
    if is_finite:
        return -1.0
    if _may_be_third_person(word) and _has_noun_before(reading, words, at):
        return -1.0 if at + 1 < len(words) and words[at + 1].text in _OBJECTS else -0.5
    return 0.0


def _may_be_third_person(word: str) -> bool:
    """Say whether a word is formed like one; after "she" it hardly can be anything else."""
    ends = word.endswith("s") and not word.endswith(("ss", "us", "'s", "wards", "ways"))
    return word in THIRD_PERSON or (ends and len(word) > 3 and not is_function_word(word))


def _has_noun_before(reading: Reading, words: Sequence[Word], at: int) -> bool:
    """Say whether a form in -s stands like a verb: "Anna walks to", "the man turns and"."""
    if at == 0 or not _adjoins(reading, words[at - 1], words[at]):
        return False
    noun = words[at - 1]
    if is_function_word(noun.text) or noun.text.endswith("s"):
        return False
    is_named = reading.text[noun.start].isupper()
    is_led = at > 1 and words[at - 2].text in _ARTICLES
    goes_on = at + 1 == len(words) or words[at + 1].text in _GOES_ON
    return (is_named or is_led) and goes_on


def _past_weight(word: str, before: str) -> float:
    """Return less for -ed after a noun, where it may be a participle."""
    return 1.0 if word in IRREGULAR_PAST or before in _SINGULAR or before in _PLURAL else 0.5


def _is_finite(words: Sequence[Word], at: int) -> bool:
    """Say whether "they walk" is no question, wish or report ("did they walk", "let us go")."""
    return at < 2 or words[at - 2].text not in _BARE_BEFORE


def _before(reading: Reading, words: Sequence[Word], at: int) -> str:
    """Return the word before, adverbs passed over; "" at the start of a clause."""
    place = at - 1
    while place >= 0 and (words[place].text in _PASSED_OVER or words[place].text.endswith("ly")):
        place -= 1
    if place < 0 or not _adjoins(reading, words[place], words[place + 1]):
        return ""
    return words[place].text


def _adjoins(reading: Reading, one: Word, two: Word) -> bool:
    return reading.text[one.end : two.start].strip(" \n\t*_") == ""
