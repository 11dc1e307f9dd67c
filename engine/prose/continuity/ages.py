"""How old somebody is said to be."""

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_AGE = rf"\d{{1,3}}|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES[1:])}"
_DIGITS_ZH = {sign: value for value, sign in enumerate("零一二三四五六七八九")}


def age_patterns(name: str, *, is_chinese: bool) -> list[str]:
    """Return patterns that find an age, named `found`, beside a name."""
    return _age_patterns_zh(name) if is_chinese else _age_patterns(name)


def _age_patterns(name: str) -> list[str]:
    age = rf"(?P<found>{_AGE})"
    return [
        rf"{name}(?:\s+(?:was|is|turned)|,)\s+(?:only\s+|just\s+|barely\s+)?{age}(?:\s+years\s+old|,|\.)",
        rf"{age}-year-old\s+{name}",
        rf"[Aa]t\s+{age},\s+{name}",
    ]


def _age_patterns_zh(name: str) -> list[str]:
    age = r"(?P<found>\d{1,3}|[零一二三四五六七八九十]{1,3})岁"
    return [rf"{name}(?:今年|才|已经|刚满|快|不过|只有){{0,2}}{age}", rf"{age}的{name}"]


def years(text: str) -> int | None:
    """Return an age that is written in digits or in words; None if it cannot be read."""
    if digits := re.search(r"\d{1,3}", text):
        return int(digits[0])
    if signs := re.search(r"[零一二三四五六七八九十]{1,3}", text):
        tens, ten, ones = signs[0].partition("十")
        value = _DIGITS_ZH.get(tens, 1) * 10 + _DIGITS_ZH.get(ones, 0) if ten else -1
        return value if ten else _DIGITS_ZH.get(tens)
    for word in re.findall(r"[a-z-]+", text):
        first, _, last = word.partition("-")
        if first in _TENS:
            return 20 + 10 * _TENS.index(first) + (_ONES.index(last) if last in _ONES else 0)
        if first in _ONES:
            return _ONES.index(first)
    return None
