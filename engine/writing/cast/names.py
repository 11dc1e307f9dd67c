"""Under which names somebody is spoken of, and patterns that find them in a text."""

import re
from collections.abc import Iterable

from engine.prose.words import listed

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MOST_LABEL = 40  # characters of a name
_MOST_FORMS = 200  # of all names together: a pattern, and a prompt, stay short

# Parts of a name that alone name nobody.
_NO_NAMES = listed(
    "a all am an and any are as at be but by can captain count dame de del der do doctor don dr"
    " duke el father for from go he her him his how i if in is it jr king la lady le lord madam"
    " may me miss mister mother mr mrs ms my no not of off old on one or our out prince princess"
    " professor queen saint say see she sir sister so st than that the their them then they this"
    " to us van von was we what who will with young you your"
)

# Words at the beginning of a line that a colon may follow in anybody's speech.
NO_LABELS = listed(
    "listen look remember note wait well yes no ok okay first second third one two three answer "
    "question warning fact rule rules example ps so but and now here there this that these those "
    "it i my the let in on at for to tell hear know think see truth simple "
    "听着 听好 记住 注意 答案 问题 首先 不过 等等 你看 例如 比如 我说 我想 结果 第一 第二 我 "
    "其实 总之"
)

_LABEL = re.compile(
    r"^[*_\s]*(?P<name>[^\W\d_][\w'’·.-]*(?: [\w'’·.-]+){0,2})[*_]*\s*[:：]", re.MULTILINE
)


def forms_of(name: str) -> tuple[str, ...]:
    """Return a name as a whole, and each of its parts that can stand for it, the whole first."""
    whole = " ".join(re.sub(r"[^\w'’·. -]", " ", name).replace("_", " ").split())
    parts = [part.strip(".'’-") for part in whole.split()]
    able = [
        part
        for part in parts
        if len(part) >= (1 if _HAN.search(part) else 2) and part.casefold() not in _NO_NAMES
    ]
    forms = [whole, *able] if whole and whole.casefold() not in _NO_NAMES else able
    return tuple(dict.fromkeys(form for form in forms if any(map(str.isalpha, form))))


def other_forms(others: Iterable[str], speaker: Iterable[str]) -> tuple[str, ...]:
    """Return the forms of all other names, less what the speaker is called too; 200 at most."""
    own = {form.casefold() for name in speaker for form in forms_of(name)}
    forms = dict.fromkeys(form for name in others for form in forms_of(name))
    return tuple(form for form in forms if form.casefold() not in own)[:_MOST_FORMS]


def any_of(forms: Iterable[str]) -> str:
    """Return a pattern of any of the names, longest first; of nothing when there are none.

    A name of letters ends where the word ends; Chinese has no such ends.
    """
    branches = []
    for form in sorted(forms, key=len, reverse=True):
        escaped = r"\s+".join(map(re.escape, form.split()))
        branches.append(escaped if _HAN.search(form) else rf"(?<!\w){escaped}(?!\w)")
    return f"(?:{'|'.join(branches)})" if branches else r"(?!)"


def names_in_labels(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names before a colon that lines of the texts begin with, each once."""
    found = (match["name"] for text in texts for match in _LABEL.finditer(text))
    return tuple(
        dict.fromkeys(
            name
            for name in found
            if len(name) <= _MOST_LABEL and name.split()[0].casefold() not in NO_LABELS
        )
    )
