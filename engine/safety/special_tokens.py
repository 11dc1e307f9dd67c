"""Untrusted text must not forge a role: special tokens in it are broken.

Order decides. Invisible characters are taken out first, because one that is taken out of the
middle of a token later would put the token together; then tokens are broken, and nothing may
touch the text after that.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

BREAK = "\u200b"  # zero width space

# Unicode's format characters (Cf) but for the two joiners, which emoji and several scripts need;
# controls (Cc) but for newline and tab; surrogates, which UTF-8 cannot hold.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\ud800-\udfff]"
)

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


def strip_invisible(text: str) -> str:
    """Take out what no reader sees and a model may obey; line ends become newlines."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


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
