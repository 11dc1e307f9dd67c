"""Words that tell of the same thing: *grew up* and *childhood*, 长大 and 故乡.

A line of a list is one idea, its words separated by commas. A writer who asks with one of them is
answered by a passage that has another.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import rjieba

from engine.prose.segmenting import HAN_RUN, keyed, segment

LISTS = ("en", "zh")
_PARTICLE = re.compile("(?<=[\u4e00-\u9fff])[了过着](?=[\u4e00-\u9fff])")


def kindred_of(phrase: str) -> frozenset[str]:
    """Return the phrases that share an idea with one of `phrases_in`, itself among them."""
    return _ideas()[phrase]


def phrases_in(text: str) -> tuple[str, ...]:
    """Return the different phrases of the lists that a text has, none inside another one.

    They are as `keyed` gives them, in their order. 结了婚 has 结婚; a single Han sign counts only
    where it is a word.
    """
    form = f" {segment(text)} {segment(_PARTICLE.sub('', text))} "
    alone = {word for run in HAN_RUN.findall(text) for word in rjieba.cut(run, hmm=True)}
    found = [
        phrase
        for phrase in _ideas()
        if phrase in form and (phrase.isascii() or len(phrase) > 3 or phrase.strip() in alone)
    ]
    whole = [
        phrase for phrase in found if not any(phrase in other for other in found if other != phrase)
    ]
    return tuple(sorted(whole, key=form.index))


@cache
def _ideas() -> Mapping[str, frozenset[str]]:
    ideas: dict[str, frozenset[str]] = {}
    for name in LISTS:
        for line in files(__name__).joinpath(f"{name}.txt").read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                phrases = frozenset(map(keyed, _with_particles(line.split(","))))
                for phrase in phrases:
                    ideas[phrase] = ideas.get(phrase, frozenset()) | phrases
    return ideas


def _with_particles(phrases: Iterable[str]) -> Iterator[str]:
    """Yield phrases, and Han verbs of two signs as they are told too: 成亲, 成了亲."""
    for phrase in map(str.strip, phrases):
        yield phrase
        if len(phrase) == 2 and HAN_RUN.fullmatch(phrase):
            yield f"{phrase[0]}了{phrase[1]}"
