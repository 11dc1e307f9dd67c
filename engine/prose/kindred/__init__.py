"""Words that tell of the same thing: *grew up* and *childhood*, 长大 and 故乡.

A line of a list is one idea, its words separated by commas. A writer who asks with one of them is
answered by a passage that has another.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from engine.prose.segmenting import keyed, segment

LISTS = ("en", "zh")


def kindred_of(phrase: str) -> frozenset[str]:
    """Return the phrases that share an idea with one of `phrases_in`, itself among them."""
    return _ideas()[phrase]


def phrases_in(text: str) -> tuple[str, ...]:
    """Return the different phrases of the lists that a text has, none inside another one.

    They are as `keyed` gives them, in their order.
    """
    form = f" {segment(text)} "
    found = [phrase for phrase in _ideas() if phrase in form]
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
                phrases = frozenset(keyed(phrase) for phrase in line.split(","))
                for phrase in phrases:
                    ideas[phrase] = ideas.get(phrase, frozenset()) | phrases
    return ideas
