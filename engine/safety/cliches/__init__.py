"""The shipped lists of clichés: what models write far more often than people do.

How each list was made stands at its beginning. Lines that start with `#` are comments.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from engine.safety.phrases import Phrases, find_phrases

LANGUAGES = ("en", "zh")


def shipped_cliches(language: str, *, exempt: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the phrases of a language less those with an exempt name or word in them.

    A name counts by whole words and in any case, as phrases do: `Thorne` exempts "thorne" and
    leaves "thorned" banned. A language without a list has no phrases.
    """
    names = [name for name in exempt if any(char.isalnum() for char in name)]
    phrases = read_list(language)
    if not names:
        return phrases
    wanted = Phrases(names)
    return tuple(phrase for phrase in phrases if not any(find_phrases(wanted, phrase)))


@cache
def read_list(language: str) -> tuple[str, ...]:
    """Return all phrases of a language, in the order of the list."""
    if language not in LANGUAGES:
        return ()
    text = files(__name__).joinpath(f"{language}.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
