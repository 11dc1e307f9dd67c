"""From bytes to text: which encoding a text file is in, by rule.

1. A byte order mark decides (UTF-8, UTF-16, UTF-32).
2. What is valid UTF-8 is UTF-8.
3. What is valid GB18030 and has at least four of five of its double bytes where GB 2312 keeps
   punctuation and the 3,755 everyday characters (first byte A1-A3 or B0-D7, second from A1 up) is
   GB18030, the old encoding of simplified Chinese. In Western text an accented letter is followed
   by a plain one, so its pairs lie elsewhere, as do half of those of Big5 and Shift-JIS. Korean
   fills the same rows up to C8 only: of twenty pairs and more, one in ten must begin after that.
4. What has few bytes above 7F for its letters, all defined in Windows-1252, is that.
5. Everything else is refused: a wrong guess would put garbage into somebody's work.
"""

import codecs
import re
from itertools import chain

from engine.errors import DocumentFault, DocumentRefused
from engine.prose.invisible import strip_invisible

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DOUBLE = re.compile(rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])")
_EVERYDAY = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_EVERYDAY_SHARE = 0.8
_AFTER_HANGUL = re.compile(rb"[\xc9-\xd7][\xa1-\xfe]")
_AFTER_HANGUL_SHARE = 0.1
_FEW_DOUBLES = 20
_MOST_HIGH_SHARE = 0.2  # of the bytes of a Western text
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MOST_CONTROLS_SHARE = 0.01  # more of them, and it is no text


def decode(data: bytes) -> str:
    """Return the text of a text file, as `clean` leaves it.

    Raises:
        DocumentRefused: no text, or in no encoding that can be told.
    """
    text = _decoded(data)
    if len(_CONTROLS.findall(text)) > max(2, _MOST_CONTROLS_SHARE * len(text)):
        raise DocumentRefused(DocumentFault.UNREADABLE)
    return clean(text)


def clean(text: str) -> str:
    """Return the text with newlines only, without invisible characters and outer white space."""
    return strip_invisible(_LINE_ENDS.sub("\n", text)).strip()


def _decoded(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for encoding in [marked] if marked else chain(["utf-8"], _fallbacks(data)):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentRefused(DocumentFault.ENCODING)


def _fallbacks(data: bytes) -> list[str]:
    found = []
    doubles = _DOUBLE.findall(data)
    everyday = sum(_EVERYDAY.fullmatch(double) is not None for double in doubles)
    after = sum(_AFTER_HANGUL.fullmatch(double) is not None for double in doubles)
    is_chinese = len(doubles) < _FEW_DOUBLES or after >= _AFTER_HANGUL_SHARE * len(doubles)
    if doubles and is_chinese and everyday >= _EVERYDAY_SHARE * len(doubles):
        found.append("gb18030")
    if len(data.translate(None, bytes(range(0x80)))) <= _MOST_HIGH_SHARE * len(data):
        found.append("cp1252")
    return found
