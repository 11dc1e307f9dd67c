"""Keys of the form /pattern/flags: from JavaScript's syntax to RE2's.

World Info is written for JavaScript. What RE2 means otherwise is rewritten here; what RE2 cannot
do in linear time (looking around, back references) is refused, never read as something else.
"""

import re
from functools import lru_cache
from typing import Any

import re2

MOST_PATTERN = 1_000  # characters
MOST_MEMORY = 1 << 18  # bytes of a compiled pattern
_FORM = re.compile(r"/((?:[^/\\]|\\.)+)/([gimsuy]*)", re.DOTALL)
_SPACES = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_NO_SPACES = (
    r"\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
    r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"
)
# What a letter means after a backslash: outside of a class, and in one.
_NAMED = {char: (f"\\{char}", f"\\{char}") for char in "dDwWBtnrfv"} | {
    "s": (f"[{_SPACES}]", _SPACES),
    "S": (f"[{_NO_SPACES}]", _NO_SPACES),
    "b": (r"\b", r"\x{8}"),
}
_PROPERTY = re.compile(r"\{(?:(?:Script|sc|General_Category|gc)=)?(\w+)\}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_LOW_HALF = re.compile(r"\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}")
_TIMES = re.compile(r"\{\d+(?:,\d*)?\}")


class NotAPattern(ValueError):
    """It only looks like one: JavaScript would not take it either."""


class PatternBeyondUs(ValueError):
    """JavaScript would take it; the text says what in it cannot be used here."""


def compile_key(key: str) -> Any:
    """Return the compiled pattern of a key, or None if it is not of the form /pattern/flags.

    Raises:
        NotAPattern: its form is that of a pattern, its syntax is not.
        PatternBeyondUs: it is too long, or uses what has no equal in RE2.
    """
    form = _FORM.fullmatch(key)
    return None if form is None else compile_pattern(*form.groups())


def compile_pattern(pattern: str, flags: str = "") -> Any:
    """Return a bare pattern, compiled; raises as `compile_key`."""
    tried = _tried(pattern, flags)
    if isinstance(tried, ValueError):
        raise type(tried)(*tried.args)
    return tried


@lru_cache(maxsize=1_024)
def _tried(pattern: str, flags: str) -> Any:
    """Return the pattern compiled, or why it is not: either is found out once."""
    try:
        return _compile(pattern, flags)
    except (NotAPattern, PatternBeyondUs) as refused:
        return type(refused)(*refused.args)


def _compile(pattern: str, flags: str) -> Any:
    if len(set(flags)) != len(flags):
        raise NotAPattern("a flag stands twice")
    if len(pattern) > MOST_PATTERN:
        raise PatternBeyondUs(f"more than {MOST_PATTERN} characters")
    translated = Translation(pattern, flags).whole()
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    lead = "(?m)" if "m" in flags else ""
    whole = f"\\A(?:{translated})" if "y" in flags else translated
    try:
        return re2.compile(lead + whole, options)
    except UnicodeEncodeError as error:
        raise NotAPattern("half a character") from error
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        if "too large" in reason or "repetition size" in reason:
            raise PatternBeyondUs(reason) from error
        raise NotAPattern(reason) from error


class Translation:
    """One pattern on its way to RE2's syntax."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.is_unicode = "u" in flags
        self.dot = "(?s:.)" if "s" in flags else r"[^\n\r\x{2028}\x{2029}]"
        self.at = 0

    def whole(self) -> str:
        """Return the whole pattern translated."""
        parts = []
        while self.at < len(self.pattern):
            parts.append(self.one())
        return "".join(parts)

    def one(self) -> str:
        """Translate what stands here: a character, an escape, a class, the start of a group."""
        char = self.pattern[self.at]
        if char == "\\":
            return self.escape(in_class=False)
        if char == "[":
            return self.character_class()
        if char == "(":
            return self.group()
        if char == "{" and (times := _TIMES.match(self.pattern, self.at)):
            self.at = times.end()
            return times.group()
        self.at += 1
        if char == ".":
            return self.dot
        return f"\\{char}" if char in "{}]" else char

    def group(self) -> str:
        """Translate the start of a group."""
        rest = self.pattern[self.at :]
        for look in ("(?=", "(?!", "(?<=", "(?<!"):
            if rest.startswith(look):
                raise PatternBeyondUs(f"looking around, {look}")
        if rest.startswith("(?<"):
            self.at += 3
            return "(?P<"
        if rest.startswith("(?:"):
            self.at += 3
            return "(?:"
        if rest.startswith("(?"):
            raise NotAPattern(rest[:4])
        self.at += 1
        return "("

    def character_class(self) -> str:
        """Translate a class. In JavaScript [] is nothing and [^] anything."""
        self.at += 1
        negated = self.take("^")
        parts = []
        while not self.take("]"):
            if self.at >= len(self.pattern):
                raise NotAPattern("a class has no end")
            if self.pattern[self.at] == "\\":
                parts.append(self.escape(in_class=True))
            else:
                char = self.pattern[self.at]
                parts.append(f"\\{char}" if char in "[^" else char)
                self.at += 1
        if not parts:
            return "(?s:.)" if negated else r"[^\x{0}-\x{10ffff}]"
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def escape(self, *, in_class: bool) -> str:
        """Translate a backslash and what belongs to it."""
        self.at += 1
        if self.at >= len(self.pattern):
            raise NotAPattern("a backslash at its end")
        char = self.pattern[self.at]
        self.at += 1
        if char in _NAMED and not (in_class and char == "B"):
            return _NAMED[char][in_class]
        if char in "xu":
            return self.code(char)
        if char in "pP" and self.is_unicode:
            return self.unicode_property(char)
        if char.isdigit() or (char == "k" and "(?<" in self.pattern):
            return self.back_reference(char)
        return self.letter(char)

    def letter(self, char: str) -> str:
        """Translate a control character, or what the backslash only keeps from meaning more."""
        if char == "c" and re.match("[A-Za-z]", self.pattern[self.at :]):
            self.at += 1
            return f"\\x{{{ord(self.pattern[self.at - 1]) % 32:x}}}"
        is_plain = char.isalnum() or char == "_"
        if is_plain and self.is_unicode:
            raise NotAPattern(f"\\{char}")
        return char if is_plain or ord(char) > 127 else f"\\{char}"

    def code(self, kind: str) -> str:
        """Translate a character given by its number."""
        if kind == "u" and self.is_unicode and self.take("{"):
            end = self.pattern.find("}", self.at)
            digits = self.pattern[self.at : end]
            self.at = end + 1
        else:
            length = 2 if kind == "x" else 4
            digits = self.pattern[self.at : self.at + length]
            if len(digits) < length or not _HEX.fullmatch(digits):
                return kind  # to JavaScript the letter itself
            self.at += length
        if not _HEX.fullmatch(digits) or int(digits, 16) > 0x10FFFF:
            raise NotAPattern(f"\\{kind}")
        number = int(digits, 16)
        if 0xD800 <= number <= 0xDBFF:
            number = self.other_half(number)
        if 0xD800 <= number <= 0xDFFF:
            raise PatternBeyondUs("half a character")
        return f"\\x{{{number:x}}}"

    def other_half(self, high: int) -> int:
        """Return the character of a pair of halves, if the other one follows."""
        low = self.pattern[self.at : self.at + 6]
        if not _LOW_HALF.fullmatch(low):
            return high
        number = int(low.removeprefix("\\u"), base=16)
        self.at += 6
        return 0x10000 + ((high - 0xD800) << 10) + (number - 0xDC00)

    def unicode_property(self, kind: str) -> str:
        """Translate a property: RE2 knows categories and scripts by their bare names."""
        named = _PROPERTY.match(self.pattern, self.at)
        if named is None:
            raise PatternBeyondUs(f"\\{kind} with what stands there")
        self.at = named.end()
        try:
            re2.compile(f"\\p{{{named[1]}}}", _quiet())
        except re2.error as error:
            raise PatternBeyondUs(f"\\{kind}{{{named[1]}}}") from error
        return f"\\{kind}{{{named[1]}}}"

    def back_reference(self, digit: str) -> str:
        """Translate NUL; everything else that begins so points back, or is an old octal."""
        following = self.pattern[self.at : self.at + 1]
        if digit == "0" and not following.isdigit():
            return r"\x{0}"
        raise PatternBeyondUs(f"a back reference, \\{digit}")

    def take(self, text: str) -> bool:
        """Move behind a text if it stands here."""
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options
