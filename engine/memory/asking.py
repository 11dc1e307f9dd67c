"""What a question is about: its ideas, each with all the keys that would tell of it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from engine.prose.kindred import kindred_of, phrases_in
from engine.prose.segmenting import content_words, is_han, keyed

MOST_IDEAS = 24
NAME_SHARE = 0.6  # of the turns with one word of a name have the other beside it
KINDRED_SHARE = 0.8  # what another word for the idea counts, beside the one that was asked with


@dataclass(frozen=True, slots=True)
class Idea:
    """A word of a question and its kindred, as keys between blanks."""

    own: str
    kindred: tuple[str, ...]
    weight: float

    def share_in(self, keys: str) -> float:
        """Return 1 if the text with these keys has the word itself, less for a kindred one."""
        if self.own in keys:
            return 1.0
        return KINDRED_SHARE if any(each in keys for each in self.kindred) else 0.0


def ideas_of(asked: Iterable[tuple[str, float]], told: Collection[str]) -> list[Idea]:
    """Return the ideas of texts that each have a weight, the first text's first.

    `told` are the keys of the story's turns: they say which Han words are one name.
    """
    ideas: dict[str, Idea] = {}
    for text, weight in asked:
        for own, kindred in _words(text, told):
            known = ideas.get(own)
            if known is None or known.weight < weight:
                ideas[own] = Idea(own, kindred, weight)
    return list(ideas.values())[:MOST_IDEAS]


def _words(text: str, told: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a text asks with, each with its kindred, as keys."""
    taken = set()
    for phrase in phrases_in(text):
        taken |= set(phrase.split())
        yield phrase, tuple(sorted(kindred_of(phrase) - {phrase}))
    for word in _with_names_joined(content_words(text), text, told):
        own = keyed(word)
        if not taken.issuperset(own.split()):
            yield own, ()


def _with_names_joined(words: Iterable[str], text: str, told: Collection[str]) -> Iterator[str]:
    """Yield the words; Han ones that the story always tells side by side, as in a name, as one."""
    before = ""
    for word in words:
        if before and is_han(before) and is_han(word) and before + word in text:
            together, apart = keyed(before + word), keyed(max(before, word, key=len))
            having = [each for each in told if apart in each]
            if having and sum(together in each for each in having) >= NAME_SHARE * len(having):
                before += word
                continue
        if before:
            yield before
        before = word
    if before:
        yield before
