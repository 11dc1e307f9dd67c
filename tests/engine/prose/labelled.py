"""Texts that are known to be clean, and texts with a flaw put in at a known place.

A passage stands once in passages-en.txt or passages-zh.txt, with its choices: [present|past] or
[first, third|past] for verbs, <first|third> for pronouns. From it come its four clean forms (past
or present, first or third person). A text is three passages in one form. Flawed, it changes into
another form somewhere in the second passage, and either stays there or goes back with the third
one. Chinese has the persons only. The passages were written for this purpose; what is said in
quotation marks is in other tenses and persons. The weights of the rules were chosen while looking
at them; the held-out ones were written after that, and no rule was changed for them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.prose.sentences import sentences_of

_FOLDER = Path(__file__).parent
_CHOICE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]|<([^|>]*)\|([^>]*)>")
_LEAST_STRETCH = 6  # sentences
_EVERY = 3  # sentences between the places of flaws


@dataclass(frozen=True)
class Labelled:
    """A text, and the numbers of its sentences that change: one for good, or one there and back."""

    text: str
    language: str
    kind: str  # "clean", or what changes and how
    flips: tuple[int, ...] = ()


def form(passage: str, *, is_past: bool, is_first: bool) -> str:
    """Return a passage in one tense and one person."""

    def choose(match: re.Match[str]) -> str:
        if match[3] is not None or match[4] is not None:
            return match[3] if is_first else match[4]
        if is_past:
            return match[2]
        first, _, third = match[1].partition(",")
        return first if is_first or not third else third.strip()

    return _CHOICE.sub(choose, passage)


def clean(held_out: str = "") -> Iterator[Labelled]:
    """Yield texts of three passages in each of their forms; "held-out-" for those kept aside."""
    for passages, language, forms in _texts(held_out):
        for one in forms:
            yield Labelled(_joined(passages, one), language, "clean")


def flawed(held_out: str = "") -> Iterator[Labelled]:
    """Yield the texts with their tense, or their person, changed inside the second passage."""
    for passages, language, forms in _texts(held_out):
        for is_past, is_first in forms:
            one = (is_past, is_first)
            if language == "en":
                yield from _flipped(passages, language, "tense", one, (not is_past, is_first))
            yield from _flipped(passages, language, "viewpoint", one, (is_past, not is_first))


Form = tuple[bool, bool]  # is_past, is_first


def _texts(held_out: str) -> Iterator[tuple[list[str], str, list[Form]]]:
    both = (True, False)
    for file, language, tenses in (("en", "en", both), ("zh", "zh-CN", (True,))):
        written = (_FOLDER / f"passages-{held_out}{file}.txt").read_text()
        all_passages = written.strip().split("\n\n")
        forms = [(is_past, is_first) for is_past in tenses for is_first in both]
        for number in range(len(all_passages)):
            yield [*all_passages, *all_passages][number : number + 3], language, forms


def _joined(passages: list[str], one: Form) -> str:
    is_past, is_first = one
    return "\n".join(form(passage, is_past=is_past, is_first=is_first) for passage in passages)


def _flipped(
    passages: list[str], language: str, kind: str, one: Form, other: Form
) -> Iterator[Labelled]:
    text, changed = _joined(passages, one), _joined(passages, other)
    before, after = sentences_of(text, language), sentences_of(changed, language)
    assert len(before) == len(after)
    first = len(sentences_of(_joined(passages[:1], one), language))
    last = len(sentences_of(_joined(passages[:2], one), language))
    for number in range(first, last, _EVERY):
        start, end = before[number].start, before[last].start
        middle = changed[after[number].start : after[last].start]
        yield Labelled(
            text[:start] + changed[after[number].start :], language, f"{kind}, for good", (number,)
        )
        if last - number >= _LEAST_STRETCH:
            text_there_and_back = text[:start] + middle + text[end:]
            yield Labelled(text_there_and_back, language, f"{kind}, there and back", (number, last))
