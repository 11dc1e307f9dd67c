"""Eyes, hair, an age or a trade are other than they were."""

import re
from collections.abc import Iterator

from engine.prose.continuity.ages import age_patterns, years
from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration

# Words of one colour; a word may be of several, and two that share one do not contradict.
_COLORS = {
    "blue": "blue azure sapphire cobalt",
    "green": "green emerald jade",
    "brown": "brown hazel chestnut amber dark mahogany",
    "grey": "grey gray silver silvery steel ashen",
    "black": "black dark raven jet ebony",
    "white": "white snowy silver",
    "fair": "blond blonde golden flaxen yellow fair straw sandy",
    "red": "red ginger copper coppery auburn russet crimson scarlet",
    "violet": "violet purple lavender",
    "hazel": "hazel green amber",
    "auburn": "auburn chestnut",
}
_COLOR_WORDS = "|".join(sorted({word for words in _COLORS.values() for word in words.split()}))
_PARTS = {
    "eye_color": "eyes?|gaze|irises",
    "hair_color": "hair|braids?|curls|locks|tresses|ponytail|plaits?|beard",
}
_WORD = r"(?:[\w-]+\s+){0,2}?"

_COLORS_ZH = {
    "蓝": "蓝 湛蓝 碧蓝 天蓝",
    "绿": "绿 碧绿 翠绿 翡翠",
    "棕": "棕 褐 栗 琥珀 深",
    "灰": "灰 银灰 银",
    "黑": "黑 乌黑 漆黑 墨 深",
    "白": "白 雪白 花白 银",
    "金": "金 金黄 黄",
    "红": "红 火红 赤",
    "紫": "紫",
}
_COLOR_WORDS_ZH = "|".join(
    sorted({word for words in _COLORS_ZH.values() for word in words.split()}, key=len, reverse=True)
)
_PARTS_ZH = {
    "eye_color": "眼睛|双眼|眼眸|眸子|瞳孔|瞳|眼珠",
    "hair_color": "头发|长发|短发|发丝|卷发|辫子|胡子|鬓发|秀发",
}

_TRADES = [
    "baker",
    "smith",
    "blacksmith",
    "carpenter",
    "sailor",
    "captain",
    "fisherman",
    "farmer",
    "miller",
    "tailor",
    "weaver",
    "doctor",
    "nurse",
    "lawyer",
    "judge",
    "teacher",
    "priest",
    "monk",
    "nun",
    "soldier",
    "knight",
    "guard",
    "thief",
    "merchant",
    "innkeeper",
    "barkeep",
    "cook",
    "gardener",
    "hunter",
    "shepherd",
    "painter",
    "poet",
    "singer",
    "dancer",
    "actor",
    "actress",
    "writer",
    "journalist",
    "librarian",
    "scholar",
    "student",
    "apprentice",
    "mason",
    "potter",
    "butcher",
    "cobbler",
    "jeweller",
    "clockmaker",
    "watchmaker",
    "lighthouse-keeper",
    "ferryman",
    "coachman",
    "driver",
    "pilot",
    "engineer",
    "mechanic",
    "spy",
    "detective",
    "policeman",
    "surgeon",
    "apothecary",
    "alchemist",
    "wizard",
    "witch",
    "king",
    "queen",
    "prince",
    "princess",
    "duke",
    "duchess",
    "maid",
    "butler",
    "servant",
    "shopkeeper",
    "banker",
    "clerk",
    "tinker",
    "beggar",
    "pirate",
    "smuggler",
]
_TRADES_ZH = (
    "面包师|铁匠|木匠|水手|船长|渔夫|农夫|磨坊主|裁缝|织工|医生|护士|律师|法官|老师|教师|牧师|和尚|尼姑|"
    "士兵|骑士|守卫|小偷|商人|老板娘|厨师|园丁|猎人|牧羊人|画家|诗人|歌手|舞者|演员|作家|记者|图书管理员|"
    "学者|学生|学徒|石匠|屠夫|钟表匠|船夫|车夫|司机|飞行员|工程师|间谍|侦探|警察|药剂师|巫师|女巫|国王|"
    "王后|王子|公主|女仆|管家|店主|银行家|乞丐|海盗|走私者"
)


def changed_looks(narration: Narration) -> list[Doubt]:
    """Return where somebody's eyes, hair, age or trade are told otherwise."""
    doubts = []
    for fact in narration.having("eye_color", "hair_color", "age", "is_a"):
        for start, found in _told(narration, fact):
            if _contradicts(fact, found, is_chinese=narration.is_chinese):
                doubts.append(narration.doubt(DoubtKind.CHANGED_ATTRIBUTE, start, fact, found))
                break
    return doubts


def _told(narration: Narration, fact: Known) -> Iterator[tuple[int, str]]:
    """Yield what the passage says of the same matter, with its place."""
    name = narration.name(fact.subject)
    if fact.relation in _PARTS:
        patterns = (
            _color_patterns_zh(name, fact.relation)
            if narration.is_chinese
            else _color_patterns(name, fact.relation)
        )
        yield from _by_pronoun(narration, fact)
    elif fact.relation == "age":
        patterns = age_patterns(name, is_chinese=narration.is_chinese)
    else:
        patterns = _trade_patterns_zh(name) if narration.is_chinese else _trade_patterns(name)
    for pattern in patterns:
        for match in re.finditer(pattern, narration.told):
            yield match.start("found"), match["found"]


def _color_patterns(name: str, relation: str) -> list[str]:
    part, color = _PARTS[relation], rf"(?P<found>{_COLOR_WORDS})"
    seen = "eyed" if relation == "eye_color" else "haired"
    return [
        rf"{name}['’]s?\s+{_WORD}{color}\b[\s,]+{_WORD}(?:{part})\b",
        rf"{name}['’]s?\s+{_WORD}(?:{part})\s+(?:was|were|is|are|looked|shone|had gone)\s+"
        rf"{_WORD}{color}\b",
        rf"{name}(?:\s+(?:had|has|with)|,\s+with)\s+{_WORD}{color}\b[\s,]+{_WORD}(?:{part})\b",
        rf"(?i:\b{color})-{seen}\s+{name}",
        rf"{name},\s+{color}-{seen}\b",
    ]


def _color_patterns_zh(name: str, relation: str) -> list[str]:
    part, color = _PARTS_ZH[relation], rf"(?P<found>{_COLOR_WORDS_ZH})"
    return [
        rf"{name}(?:那|的|有着|长着|留着|一头|一双|双|头|对){{1,4}}[^，。！？]{{0,4}}?{color}色?的?"
        rf"[^，。！？]{{0,3}}?(?:{part})",
        rf"{name}的(?:{part})(?:是|呈|泛着)[^，。！？]{{0,3}}?{color}",
    ]


def _by_pronoun(narration: Narration, fact: Known) -> Iterator[tuple[int, str]]:
    """Yield colours after "her" or 她的, where only this one is named in the paragraph so far."""
    known = narration.value_of(fact.subject, "pronoun").casefold()
    if narration.is_chinese:
        pronoun = {"他": "他", "她": "她", "he": "他", "she": "她"}.get(known, "他|她")
        pattern = (
            rf"(?:{pronoun})(?:那|的|一头|一双|双|头|对){{1,4}}[^，。！？]{{0,4}}?"
            rf"(?P<found>{_COLOR_WORDS_ZH})色?的?[^，。！？]{{0,3}}?(?:{_PARTS_ZH[fact.relation]})"
        )
    else:
        pronoun = {"she": "her", "he": "his", "they": "their"}.get(known, "her|his")
        part = _PARTS[fact.relation]
        pattern = (
            rf"\b(?:{pronoun})\s+{_WORD}(?P<found>{_COLOR_WORDS})\b[\s,]+{_WORD}(?:{part})\b"
            rf"|\b(?:{pronoun})\s+(?:{part})\s+(?:was|were)\s+{_WORD}(?P<after>{_COLOR_WORDS})\b"
        )
    for match in re.finditer(pattern, narration.told, re.IGNORECASE):
        start = narration.told.rfind("\n", 0, match.start()) + 1
        if narration.named_in(narration.told[start : match.end()]) == [fact.subject]:
            found = match["found"] or match.groupdict().get("after") or ""
            yield match.start(), found


def _trade_patterns(name: str) -> list[str]:
    trade = rf"(?P<found>{'|'.join(_TRADES)})"
    return [
        rf"{name}\s+(?:was|is)\s+an?\s+(?:(?!not\b)\w+\s+)?{trade}\b",
        rf"{name},\s+(?:the|an?)\s+(?:\w+\s+)?{trade}\b",
    ]


def _trade_patterns_zh(name: str) -> list[str]:
    trade = rf"(?P<found>{_TRADES_ZH})"
    return [rf"{name}是(?:一|个|名|位|一名|一个|一位|当地的|村里的|镇上的){{0,2}}{trade}"]


def _contradicts(fact: Known, found: str, *, is_chinese: bool) -> bool:
    known, other = fact.value.casefold(), found.casefold()
    if fact.relation in _PARTS:
        colors = _COLORS_ZH if is_chinese else _COLORS
        sides = [
            {color for color, words in colors.items() if _has_any(value, words, is_chinese)}
            for value in (known, other)
        ]
        return bool(sides[0]) and not sides[0] & sides[1]
    if fact.relation == "age":
        ages = years(known), years(other)
        return None not in ages and ages[0] != ages[1]
    trades = _TRADES_ZH.split("|") if is_chinese else _TRADES
    held = [trade for trade in trades if trade in (known if is_chinese else known.split())]
    return bool(held) and other not in held


def _has_any(value: str, words: str, is_chinese: bool) -> bool:  # noqa: FBT001
    if is_chinese:
        return any(word in value for word in words.split())
    return not set(re.findall(r"[a-z]+", value)).isdisjoint(words.split())
