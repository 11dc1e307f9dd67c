"""Characters that no reader sees and a model may obey."""

import re

# Unicode's format characters (Cf) but for the two joiners, which emoji and several scripts need;
# controls (Cc) but for newline and tab; surrogates, which UTF-8 cannot hold.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\ud800-\udfff]"
)


def strip_invisible(text: str) -> str:
    """Take out what no reader sees and a model may obey; line ends become newlines."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
