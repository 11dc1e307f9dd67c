"""Somebody is where they cannot be: elsewhere than was established, with no way told between."""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration, same

# Places so large or so far apart that nobody is in two of them at once.
_APART = [
    "tavern",
    "inn",
    "market",
    "castle",
    "palace",
    "harbour",
    "harbor",
    "port",
    "ship",
    "boat",
    "forest",
    "wood",
    "woods",
    "church",
    "temple",
    "school",
    "prison",
    "jail",
    "hospital",
    "station",
    "village",
    "town",
    "city",
    "island",
    "mountain",
    "desert",
    "beach",
    "farm",
    "mill",
    "lighthouse",
    "museum",
    "theatre",
    "theater",
    "bridge",
    "cave",
    "mine",
    "monastery",
    "abbey",
    "manor",
    "cemetery",
    "graveyard",
    "factory",
    "bakery",
    "smithy",
    "library",
    "observatory",
    "airport",
    "train",
    "ferry",
    "swamp",
    "valley",
    "quarry",
    "barracks",
    "courthouse",
    "circus",
    "zoo",
    "university",
    "vineyard",
    "orchard",
    "chapel",
    "cathedral",
    "dock",
    "docks",
    "pier",
]
_STAYS = (
    "was|is|sat|sits|stood|stands|lay|lies|waited|waits|stayed|stays|slept|sleeps|knelt|kneels|"
    "leaned|worked|works|remained|remains|rested|sang|danced|drank|lingered|were|hid|hides"
)
_WAY = re.compile(
    r"\b(?:went|go(?:es|ne|ing)?|came|comes?|walk(?:s|ed|ing)?|rode|rides?|r[au]n(?:s|ning)?|"
    r"travel\w*|arriv\w+|reach\w*|return\w*|left|leaves?|leaving|sail\w*|drove|drives?|enter\w*|"
    r"mov\w+|journey\w*|fled|flees?|climb\w*|cross\w*|head(?:ed|ing|s)|back|until|later|next|"
    r"morning|days?|weeks?|hours?|march\w*|escap\w+|took|takes|brought|carried|dragged|sent|by the "
    r"time)\b",
    re.IGNORECASE,
)
_APART_ZH = (
    "酒馆|客栈|市场|集市|城堡|宫殿|皇宫|港口|码头|船上|森林|树林|教堂|寺庙|寺|学校|监狱|牢房|医院|车站|"
    "村子|村里|镇上|城里|岛上|山上|山顶|沙漠|海滩|海边|农场|磨坊|灯塔|博物馆|剧院|桥上|山洞|矿井|墓地|"
    "工厂|面包店|铁匠铺|图书馆|机场|火车|渡船|沼泽|山谷|军营|法院|大学|果园|茶馆|书院|衙门"
)
_WAY_ZH = re.compile(
    "去|来|到|走|回|离开|抵|赶|骑|驶|航|进|出|搬|逃|爬|穿过|上路|动身|后来|第二天|次日|几天|之后|直到|带|送"
)


_ARTICLES = re.compile(r"^(?:in|at|on|inside|aboard|the|a|an)\s+", re.IGNORECASE)


def wrong_places(narration: Narration) -> list[Doubt]:
    """Return where somebody stays in another place than the one they are known to be in."""
    doubts = []
    for fact in narration.having("is_at", "lives_in"):
        find = _place_in_chinese if narration.is_chinese else _place_in_english
        found = find(narration, fact)
        if found is not None:
            start, place = found
            doubts.append(narration.doubt(DoubtKind.WRONG_PLACE, start, fact, place))
    return doubts


def _place_in_english(narration: Narration, fact: Known) -> tuple[int, str] | None:
    name = narration.name(fact.subject)
    known = [each.value for each in narration.having("is_at", "lives_in")]
    proper = "|".join(re.escape(_bare(value)) for value in known if _is_proper(value)) or "(?!)"
    common = "|".join(_APART)
    verbs = "lives|lived|dwells|dwelt" if fact.relation == "lives_in" else _STAYS
    pattern = re.compile(
        rf"{name}\s+(?:\w+ly\s+|still\s+|already\s+)?(?:{verbs})\b[^.;:!?”\"]{{0,40}}?"
        rf"\b(?:in|at|inside|on|aboard|by|near|outside|under|beneath)\s+"
        rf"(?:(?:the|a|an|her|his|their|that|old|great|little|crowded|empty|quiet|\w+['’]s)\s+){{0,3}}"
        rf"(?P<place>(?:{proper})\b|(?:{common})\b)"
    )
    way_before = _ways(narration.told_before, name, _WAY)
    for at, (start, told) in enumerate(narration.sentences):
        match = pattern.search(told)
        if match is None or not _excludes(fact.value, match["place"], common.split("|")):
            continue
        if way_before or _WAY.search(told[: match.end()]):
            continue
        if any(_goes(earlier, name) for _, earlier in narration.sentences[:at]):
            continue
        return start + match.start(), match["place"]
    return None


def _ways(told: str, name: str, way: re.Pattern[str]) -> bool:
    """Whether somebody goes anywhere near the end of the passages before."""
    sentences = re.split(r"(?<=[.!?。！？])\s*", told)[-6:]
    return any(re.search(name, each) and way.search(each) for each in sentences)


def _goes(told: str, name: str) -> bool:
    """Whether somebody, or whoever is meant by a pronoun, goes anywhere in a sentence."""
    return bool(_WAY.search(told) and re.search(rf"{name}|\b(?:she|he|they|we)\b", told))


def _excludes(known: str, found: str, common: list[str]) -> bool:
    """Whether nobody can be in both places: both proper names, or both in the list."""
    words = _bare(known).casefold().split()
    if found.casefold() in words or same(_bare(known), found):
        return False
    if _is_proper(known):
        return found[0].isupper()
    return found.casefold() in common and any(word in common for word in words)


def _bare(value: str) -> str:
    return re.sub(
        r"^(?:in|at|on|inside|aboard|the|a|an)\s+", "", value.strip(), flags=re.IGNORECASE
    )


def _is_proper(value: str) -> bool:
    return _bare(value)[:1].isupper()


def _place_in_chinese(narration: Narration, fact: Known) -> tuple[int, str] | None:
    name = narration.name(fact.subject)
    known = [re.escape(each.value) for each in narration.having("is_at", "lives_in")]
    verb = "住在" if fact.relation == "lives_in" else "在"
    pattern = re.compile(
        rf"{name}[^，。！？；：“”]{{0,8}}?{verb}[^，。！？；：“”]{{0,6}}?"
        rf"(?P<place>{'|'.join([*known, _APART_ZH])})"
    )
    if _ways(narration.told_before, name, _WAY_ZH):
        return None
    for at, (start, told) in enumerate(narration.sentences):
        match = pattern.search(told)
        if match is None or not _excludes_in_chinese(fact.value, match["place"]):
            continue
        if _WAY_ZH.search(told[: match.start("place")]) or any(
            _WAY_ZH.search(earlier) and re.search(name, earlier)
            for _, earlier in narration.sentences[:at]
        ):
            continue
        return start + match.start(), match["place"]
    return None


def _excludes_in_chinese(known: str, found: str) -> bool:
    bare, other = re.sub("[里上中]$", "", known), re.sub("[里上中]$", "", found)
    return bare not in other and other not in bare
