"""Which colour a sentence gives to somebody's eyes or hair."""

import re
from collections.abc import Iterator

from engine.prose.function_words import is_function_word

# Words of one colour; a word may be of several, and two that share one do not contradict.
_COLORS = {
    "blue": "blue azure sapphire cobalt cornflower cerulean",
    "green": "green emerald jade mossy olive",
    "brown": "brown hazel chestnut amber dark mahogany chocolate walnut umber tawny",
    "grey": "grey gray silver silvery steel ashen slate smoky pewter grizzled greying",
    "black": "black dark raven jet ebony coal sable inky soot",
    "white": "white snowy silver",
    "fair": "blond blonde golden gold flaxen yellow fair straw sandy wheat honey tow",
    "red": "red ginger copper coppery auburn russet crimson scarlet rust fiery carroty redhead",
    "violet": "violet purple lavender",
    "hazel": "hazel green amber",
    "auburn": "auburn chestnut",
    "brunette": "brunette brown dark chestnut",
}
_COLOR = re.compile(
    rf"\b({'|'.join(sorted({word for words in _COLORS.values() for word in words.split()}))})\b",
    re.IGNORECASE,
)
_HAIR_ALONE = re.compile(
    r"\b(redhead|blonde|brunette|auburn|flaxen"
    r"|(?<!\ba )(?<!\ban )(?<!\bthe )(?:golden|fair|blond|dark|black|red|grey|white)(?= head\b))",
    re.IGNORECASE,
)
PARTS = {
    "eye_color": re.compile(r"\b(?:eyes?|irises|iris|gaze|eyed)\b", re.IGNORECASE),
    "hair_color": re.compile(
        r"\b(?:hair(?!\s+(?:ribbon|band|pin|net|brush|clip|slide))|braids?|curls?|locks?|tress(?:es)?|ponytail|plaits?|beard|ringlets|mane|fringe|haired|"
        r"whiskers|moustache|headed|bun|bearded)\b",
        re.IGNORECASE,
    ),
}
_NEAR = 120  # characters that are looked at around them
_MOST_BETWEEN = 12  # words between a part and its colour
_IS = re.compile(
    r"\b(?:was|were|is|are|be|been|being|looked|seemed|shone|gleamed|glittered|burned|turned|went|"
    r"grew|showed|remained|stayed|flashed|appeared|had|as|of|like|so|a)\b|^\s*,"
)
# What may stand between a colour and the part after it, besides adjectives.
_JOINTS = (
    r"\s+\w+s?\s+of\s+(?:(?:the|her|his|their)\s+)?",  # copper wires of hair
    r"\s+(?:of|in)\s+(?:[\w'’-]+\s+){0,2}",  # the blue of her eyes
    r"(?:\s+and\s+[\w'’-]+)?,\s+(?:the|her|his|their|that|those)\s+(?:\w+\s+)?",  # black, the hair
    r"\s+(?:those|the|her|his|their|were|was)\s+(?:\w+\s+)?",  # how green her eyes
)
_BEGINS = re.compile(r"^\W*(?:\w+\s+)?$")  # before what a sentence begins with: Dark as slate, …
# Whoever looks into eyes looks into another's.
_ANOTHERS = re.compile(
    r"\b(?:into|at|met|meeting|saw|seeing|held|caught|sought)\s+(?:\S+\s+){0,3}$"
)

# Eyes are red from crying, hair is white with flour, and both go dark: that passes.
_PASSING = re.compile(
    r"\s+(?:with|from|(?:in|by|under) the (?:[\w-]+\s+)?\w*(?:light|sun|moon|glow|lamps?))\b"
)
_CHANGES = re.compile(r"\b(?:went|goes|turned|turns|grew|grows|darkened)\b")
_PASSING_ZH = re.compile("眼前|发黑|一黑|白了|翻白|[涂画刷]成|眼圈|眼红|哭|气得|熬得")
# She held the cat with green eyes.
_OF_ANOTHER = re.compile(
    r"(?<!\bwas )(?<!\bis )(?<!, )\b(?:an?|the|his|her|that|some)\s+(?:[\w'’-]+\s+){1,3}"
    r"(?:with|whose)\s+(?:\w+,?\s+){0,2}$"
)
# She thought of her grandmother's white braids; but: she had her grandmother's white braids.
_HERS = re.compile(r"(?<!\bhad )(?<!\bhas )\b(?:her|his|their)\s+\w+['’]s\s+(?:\w+\s+)?$")
_OF_A_THING = re.compile(r"eyes\s+of\s+(?:the|an?)\s")

_COLORS_ZH = {
    "蓝": "蓝 湛蓝 碧蓝 天蓝 蔚蓝 靛",
    "绿": "绿 碧 翠 翡翠",
    "棕": "棕 褐 栗 琥珀 深 咖啡",
    "灰": "灰 银灰 银",
    "黑": "黑 乌 漆 墨 深 青丝",
    "白": "白 雪白 花白 银 斑白 霜",
    "金": "金 金黄 黄 亚麻",
    "红": "红 火红 赤 姜",
    "紫": "紫",
}
_WORDS_ZH = sorted({word for words in _COLORS_ZH.values() for word in words.split()}, key=len)
_ANY_ZH = "|".join(reversed(_WORDS_ZH))
_PARTS_ZH = {
    "eye_color": "眼睛|目光|双眼|眼眸|眸子|瞳孔|瞳仁|眼珠|眼瞳|瞳|眸|眼",
    "hair_color": (
        "头发|满头|两鬓|鬓|脑袋|长发|短发|发丝|卷发|辫子|胡子|秀发|发髻|发梢|发辫|刘海|胡须|发(?![带卡夹簪])"
    ),
}
_WHOLE_ZH = (
    "乌黑|漆黑|花白|雪白|斑白|灰白|银白|湛蓝|碧蓝|碧绿|翠绿|火红|金黄|乌亮|银丝|青丝|栗色|亚麻"
)


def colors_told(told: str, relation: str, *, is_chinese: bool) -> Iterator[tuple[int, str]]:
    """Yield the colours that a sentence gives to eyes or hair, with their places in it."""
    if is_chinese:
        yield from _told_in_chinese(told, relation)
        return
    if relation == "hair_color":
        yield from ((match.start(), match[1]) for match in _HAIR_ALONE.finditer(told))
    colors = list(_COLOR.finditer(told))
    for part in PARTS[relation].finditer(told):
        if _ANOTHERS.search(told[max(0, part.start() - _NEAR) : part.start()]):
            continue
        for color in colors:
            if relation == "eye_color" and (color[0] == "red" or part[0] == "eye"):
                continue  # a black eye
            gap = max(color.start() - part.end(), part.start() - color.end())
            if gap <= _NEAR and _is_of(part, color, told):
                yield color.start(), _whole(told, color)


def disagree(known: str, told: str, *, is_chinese: bool) -> bool:
    """Say whether two colours have nothing in common; what is no colour agrees with all."""
    colors = _COLORS_ZH if is_chinese else _COLORS
    sides = [
        {color for color, words in colors.items() if _has_any(value, words.split(), is_chinese)}
        for value in (known.casefold(), told.casefold())
    ]
    return bool(sides[0] and sides[1]) and not sides[0] & sides[1]


def _is_of(part: re.Match[str], color: re.Match[str], told: str) -> bool:
    """Whether a colour is that of a part of somebody's, and stays so."""
    between = told[min(color.end(), part.end()) : max(color.start(), part.start())]
    start = min(color.start(), part.start())
    before, after = told[max(0, start - _NEAR) : start], told[color.end() : color.end() + _NEAR]
    if _HERS.search(before) or _OF_A_THING.match(told, part.start()):
        return False
    if _OF_ANOTHER.search(before) or _PASSING.match(after) or _CHANGES.search(between):
        return False
    if color.end() <= part.start():
        return _stands_before(between) or (start < _NEAR and _leads(before, between))
    return _stands_after(between, after)


def _has_any(value: str, words: list[str], is_chinese: bool) -> bool:  # noqa: FBT001
    if is_chinese:
        return any(word in value for word in words)
    return not set(re.findall(r"[a-z]+", value)).isdisjoint(words)


def _whole(told: str, color: re.Match[str]) -> str:
    """Return a colour with what is joined to it: coal-black."""
    start = re.search(r"[\w-]*$", told[: color.start()])
    return (start[0] if start else "") + color[0]


def _stands_before(between: str) -> bool:
    """Whether a colour belongs to the part after it: "brown, steady eyes", "the blue of eyes"."""
    if any(re.fullmatch(joint, between) for joint in _JOINTS):
        return True
    words = re.findall(r"[\w'’-]+", between.removeprefix("-"))
    is_one = re.fullmatch(r"-?(?:[\s,]*[\w'’-]+){0,3}[\s,]*", between) is not None
    return is_one and len(words) <= 3 and all(w == "and" or not is_function_word(w) for w in words)


def _stands_after(between: str, after: str) -> bool:
    """Whether a colour belongs to the part before it: "eyes of the palest blue"."""
    if len(between.split()) > _MOST_BETWEEN or re.search(r"[.;:!?]", between):
        return False
    is_alone = re.match(r"\s*(?:[,.;!?]|$)", after) or is_function_word(_word_after(after))
    if not _IS.search(between):
        return False
    return bool(is_alone) or re.search(r"\b(?:like|as)\b", between) is not None


def _leads(before: str, between: str) -> bool:
    """Whether a colour begins a sentence and is said of the part: "Green as a cat's, the eyes"."""
    if not _BEGINS.match(before) or len(between.split()) > _MOST_BETWEEN:
        return False
    return (
        re.match(r"\s+(?:as|like)\b[^.;:!?]*,\s+(?:the|her|his|their|those)\s+$", between)
        is not None
    )


def _word_after(after: str) -> str:
    following = re.match(r"\s*([\w'’]+)", after)
    return following[1].casefold() if following else ""


def _told_in_chinese(told: str, relation: str) -> Iterator[tuple[int, str]]:
    if relation == "eye_color" and _PASSING_ZH.search(told):
        return
    part = _PARTS_ZH[relation]
    gap = "[^，。！？；：“”]"
    for pattern in (
        rf"(?P<found>(?:{_ANY_ZH})(?:{_ANY_ZH})?)(?:色|得)?的?{gap}{{0,3}}?(?:{part})",
        rf"(?P<found>{_WHOLE_ZH}){gap}{{0,6}}?(?:{part})",
        rf"(?:{part}){gap}{{0,7}}?(?P<found>(?:{_ANY_ZH})(?:{_ANY_ZH})?)(?:色|的|得|了|，|。|$)",
        rf"(?:{part}){gap}{{0,7}}?(?P<found>{_WHOLE_ZH})",
        rf"(?:{part})，(?P<found>{_ANY_ZH})(?:得|幽幽|油油|汪汪|莹莹)",
    ):
        for match in re.finditer(pattern, told):
            yield match.start("found"), match["found"]
