"""Untrusted text must not forge a role: special tokens in it are broken.

Order decides. Invisible characters are taken out first, because one that is taken out of the
middle of a token later would put the token together; then tokens are broken, and nothing may
touch the text after that.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from engine.prose.invisible import strip_invisible

BREAK = "\u200b"  # zero width space

# The chat marks of well-known models: broken whatever the served model says of itself.
_WELL_KNOWN = (
    r"<\|[^\s<>|]{1,40}\|>",
    r"<｜[^\s<>｜]{1,40}｜>",
    r"</?s>",
    r"<(?:bos|eos|pad|unk|sop|eop)>",
    r"<(?:start_of_turn|end_of_turn|start_of_image|end_of_image)>",
    r"</?(?:think|tool_call|tool_response|tools)>",
    r"<</?SYS>>",
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS|gMASK|sMASK|MASK|CLS|SEP)\]",
)


def break_special_tokens(text: str, specials: Iterable[str]) -> str:
    """Return the text without invisible characters and with every special token broken.

    A zero width space stands after the first character of each token, overlapping ones too.
    `specials` are those of the served model; tokens of one character or of white space only are
    left alone: they forge nothing. Apply it once, last; what it returns must not be changed but
    by cutting.
    """
    return _breaker(tuple(specials))(strip_invisible(text))


@lru_cache(maxsize=8)
def _breaker(specials: tuple[str, ...]) -> Callable[[str], str]:
    forging = sorted({token for token in specials if len(token) > 1 and not token.isspace()})
    # One branch for each first character, and the rest only looked at: so the search is fast,
    # and a token that begins inside another one is found too.
    rests: dict[str, list[str]] = {}
    for token in forging:
        rests.setdefault(re.escape(token[0]), []).append(re.escape(token[1:]))
    for pattern in _WELL_KNOWN:
        first = r"\[" if pattern.startswith(r"\[") else pattern[0]
        rests.setdefault(first, []).append(pattern.removeprefix(first))
    search = re.compile(
        "|".join(f"{first}(?=(?:{'|'.join(rest)}))" for first, rest in rests.items())
    )
    return lambda text: search.sub(lambda match: match.group() + BREAK, text)
