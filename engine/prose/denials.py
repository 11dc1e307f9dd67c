"""Sentences that say that something is not so, or not known."""

import re

_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|no one|none|nothing|neither|nor|without|unknown|refused"
    r"|\w+n['’]t)\b|没有|没人|从不|从未|从没|从来不|不知道|不曾|无人|一个字也|摇头|不肯|未曾",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Say whether a text has a word of denial; what it tells may then be that nothing is told."""
    return _DENIAL.search(text) is not None
