"""How old somebody is said to be: an age, or the years between which it lies."""

import re
from collections.abc import Iterator

# fmt: off
_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]
_ORDINALS = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_ONE, _TEN = "|".join(_ONES[1:10]), "|".join(_TENS)
_NUMBER = (
    rf"\d{{1,3}}|(?:{_ONE})-and-(?:{_TEN})|(?:{_TEN})(?:[- ](?:{_ONE}))?|{'|'.join(_ONES[1:])}"
)
_ORDINAL = (
    rf"\d{{1,3}}(?:st|nd|rd|th)|(?:{_TEN})-(?:{'|'.join(_ORDINALS[1:10])})"
    rf"|(?:{'|'.join(ten[:-1] for ten in _TENS)})ieth|{'|'.join(_ORDINALS[1:])}"
)
_DECADES = "|".join(f"{ten[:-1]}ies" for ten in _TENS)
_AGE = rf"(?<!hundred )(?<!hundred and )(?P<found>{_NUMBER})"  # nobody is a hundred and two
_ABOUT = "nearly|almost|about|around|close to|barely|just|scarcely|only|hardly|past|over"
_NEAR = rf"(?P<near>(?:{_ABOUT})\s+)?"
_PEOPLE = "man|woman|girl|boy|lad|lass|youth|child|widow|bachelor|person|lady|gentleman"
_NAMED = {
    "teenager": (13, 19), "teenage": (13, 19), "teens": (13, 19), "schoolboy": (5, 18),
    "schoolgirl": (5, 18), "infant": (0, 3), "toddler": (1, 4), "elderly": (58, 120),
    "sexagenarian": (60, 69), "septuagenarian": (70, 79), "octogenarian": (80, 89),
    "nonagenarian": (90, 99), "half a century": (48, 55), "threescore": (60, 79),
    "fourscore": (80, 99), "middle-aged": (38, 64),
}  # fmt: skip
# She helped the elderly porter: who is met, seen or served is somebody else.
_OF_SOMEBODY = re.compile(
    r"\b(?!was\b|is\b|became\b|being\b|like\b|as\b|of\b|than\b|that\b)\w+\s+"
    r"(?:the|an?|some|two|three|his|her|their)\s+(?:\w+\s+)?$"
)
_BEFORE = "not yet|still under|under|shy of"
_AFTER = "past|over|well past|wrong side of|more than"
_END = r"(?=\s*[,.;:!?]|\s+(?:and|but|when|that|this|last|next|now|then|with)\b|$)"
_SIDES = re.compile(rf"\b(?:(?P<before>{_BEFORE})|(?:{_AFTER}))\s+{_AGE}{_END}", re.IGNORECASE)
_WHOSE = r"(?:'s|’s|\b(?:her|his|their))"
_BOUND = 4  # years that "nearly" or "past" may be off, and as old as no other word makes it
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_NEAR}{_AGE}(?:\s+years?\s+(?:old|of\s+age)|[-\s]year[-\s]olds?)\b",
        rf"\b(?:aged|turned|turning)\s+{_NEAR}{_AGE}\b(?!\s+(?:pages?|times|miles|steps))",
        rf"\b(?:age|ages)\s+of\s+{_NEAR}{_AGE}\b",
        rf"\b(?:{_PEOPLE})\s+of\s+{_NEAR}{_AGE}\b(?!\s+(?!years|summers|winters)\w)",
        rf"\b[Aa]t\s+{_NEAR}{_AGE}(?=\s*,)",
        rf"{_WHOSE}\s+(?:\w+\s+)?{_AGE}\s+years\b",
        rf"\b{_AGE}\s+(?:summers|winters|springs)\b",
        rf"\b(?:reached|celebrated|reaching|became|turn|turns)\s+{_NEAR}{_AGE}{_END}",
        rf"\b{_AGE}\s+years\s+(?:of\s+life|on\s+this\s+earth|behind)\b",
        rf"\b(?:barely|scarcely|hardly|nearly|almost|fully|quite)\s+(?P<near>){_AGE}{_END}",
        rf"\b{_AGE}\s+(?:this|last|next|that)\s+(?:spring|summer|autumn|winter|week|month|year|\w+day)",
        rf"\bage\b[^.;]{{0,40}}?\b{_AGE}(?=\s*[,.;!?]|$)",
        rf"{_WHOSE}\s+(?P<ordinal>{_ORDINAL})\s+(?:birthday|year|summer|winter)\b",
        rf"\bin\s+(?:her|his|their)\s+(?:early\s+|mid\s+|late\s+)?(?P<decade>{_DECADES})\b",
    )
]
_BESIDE_NAME = (
    rf"(?:\s+(?:was|is|turned|being)|,)\s+{_NEAR}{_AGE}"
    r"(?=\s*[,.;!?]|\s+(?:years(?!\s+(?:too\s+)?late)|and|now|that|in|last|next|this|when)\b|$)"
)
_BEFORE_NAME = rf"^\W*(?:Now|Already|Barely|Not quite|Still only)\s+(?P<near>){_AGE},\s+"
_NOT_NOW = re.compile(
    r"\b(?:when|since|years ago|younger|older|years before|had been|would be|will be|until|"
    r"once|as a (?:child|girl|boy))\b",
    re.IGNORECASE,
)

# This lamp was eighty years old.
_OF_A_THING = re.compile(
    rf"\b(?:the|this|that)\s+(?!{_PEOPLE}\b)\w+\s+(?:was|is)\s+$", re.IGNORECASE
)

_SIGNS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_NAMED_ZH = {
    "豆蔻": (12, 15), "及笄": (14, 16), "弱冠": (19, 22), "而立": (29, 33), "不惑": (39, 43),
    "半百": (49, 52), "知天命": (49, 53), "花甲": (59, 63), "古稀": (69, 73), "耄耋": (79, 99),
    "知命之年": (49, 53), "二八年华": (15, 17), "年方二八": (15, 17), "十几岁": (11, 19),
}  # fmt: skip
_AGE_ZH = re.compile(
    r"(?P<led>刚满|年方|年届|整整|年近|年过|年满)?(?P<found>\d{1,3}|[零一二三四五六七八九十两]{1,3})"
    r"(?:(?P<exact>周?岁|(?=了?[，。]))|(?P<about>来岁|多岁|几岁|出头)|(?P<tens>旬))"
)
_NOT_NOW_ZH = re.compile(
    r"那年|那时|时候|从前|当年|小时|年前|以前|曾|之前|等到|将来|活到|最[大小]的|老[大二三]|^\W*[这那][盏座棵只条艘幢栋匹张间]"
)


def ages_told(told: str, name: str, *, is_chinese: bool) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the ages of a sentence that is about one person, as bounds, with their places."""
    if is_chinese:
        yield from _told_in_chinese(told)
    elif not _NOT_NOW.search(told) or "birthday" in told:
        yield from _told_in_words(told)
        beside = (re.compile(name + _BESIDE_NAME), re.compile(_BEFORE_NAME + name))
        for pattern in (*_PATTERNS, *beside):
            for match in pattern.finditer(told):
                bounds = _bounds(match)
                if bounds is not None and not _OF_A_THING.search(told[: match.start()]):
                    yield match.start(), bounds


def _told_in_words(told: str) -> Iterator[tuple[int, tuple[int, int]]]:
    for word, bounds in _NAMED.items():
        match = re.search(rf"\b{word}\b", told)
        if match and not _OF_SOMEBODY.search(told[: match.start()]):
            yield match.start(), bounds
    for match in _SIDES.finditer(told):
        if (age := years(match["found"].casefold())) is not None:
            yield match.start(), (0, age - 1) if match["before"] else (age, age + 15)


def _bounds(match: re.Match[str]) -> tuple[int, int] | None:
    groups = match.groupdict()
    if decade := groups.get("decade"):
        low = 20 + 10 * _DECADES.split("|").index(decade.casefold())
        return low, low + 9
    if ordinal := groups.get("ordinal"):
        number = _ordinal(ordinal.casefold())
        return number - 1, number
    age = years(match["found"].casefold())
    off = _BOUND if groups.get("near") is not None else 0
    return None if age is None else (max(0, age - off), age + off)


def _told_in_chinese(told: str) -> Iterator[tuple[int, tuple[int, int]]]:
    if _NOT_NOW_ZH.search(told):
        return
    for name, bounds in _NAMED_ZH.items():
        if name in told:
            yield told.index(name), bounds
    for match in _AGE_ZH.finditer(told):
        age = years(match["found"])
        if age is None or (match["exact"] == "" and not match["led"]):
            continue
        if match["exact"] is not None:
            off = _BOUND if match["led"] in ("年近", "年过") else 0
            is_birthday = told[match.end() :].startswith("生日")
            yield match.start(), (age - off - is_birthday, age + off)
        else:
            low = age * 10 if match["tens"] else age
            yield match.start(), (low - 1, low + 9)


def _ordinal(text: str) -> int:
    if digits := re.match(r"\d+", text):
        return int(digits[0])
    if text.endswith("ieth"):
        return 20 + 10 * [ten[:-1] for ten in _TENS].index(text.removesuffix("ieth"))
    first, _, last = text.rpartition("-")
    return (20 + 10 * _TENS.index(first) if first else 0) + _ORDINALS.index(last)


def years(text: str) -> int | None:
    """Return an age that is written in digits or in words; None if it cannot be read."""
    if digits := re.search(r"\d{1,3}", text):
        return int(digits[0])
    if signs := re.search(r"[零一二三四五六七八九十两]{1,3}", text):
        tens, ten, ones = signs[0].partition("十")
        if ten:
            return _SIGNS.get(tens, 1) * 10 + _SIGNS.get(ones, 0)
        return _SIGNS.get(tens)
    if old := re.match(r"([a-z]+)-and-([a-z]+)", text):  # five-and-forty
        text = f"{old[2]}-{old[1]}"
    for word in re.findall(r"[a-z]+(?:[- ][a-z]+)?", text):
        first, _, last = re.sub(" ", "-", word).partition("-")
        if first in _TENS:
            return 20 + 10 * _TENS.index(first) + (_ONES.index(last) if last in _ONES else 0)
        if first in _ONES:
            return _ONES.index(first)
    return None
