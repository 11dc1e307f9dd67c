"""Somebody who is dead speaks or acts."""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration
from engine.prose.verb_forms import IRREGULAR_PAST
from engine.prose.words import listed

DEAD = frozenset(
    [
        "dead",
        "died",
        "killed",
        "murdered",
        "drowned",
        "deceased",
        "yes",
        "true",
        "死",
        "死了",
        "已死",
        "去世",
        "身亡",
    ]
)
# Whoever remembers, dreams, buries or speaks of the dead does not bring them back.
_MEMORY = re.compile(
    r"\b(?:remember(?:s|ed|ing)?|memor(?:y|ies)|recall(?:s|ed)?|dream(?:s|ed|t)?|ghosts?|spirits?|"
    r"graves?|tomb|coffin|funeral|bur(?:ied|ial)|corpse|dead|died|death|the late|portrait|"
    r"photograph|used to|years ago|long ago|as though|as if|mourn(?:s|ed|ing)?|killed|"
    r"murder(?:ed|er)?|alive|widow|when (?:he|she) was|in (?:his|her) (?:youth|time|life))\b",
    re.IGNORECASE,
)
_MEMORY_ZH = re.compile(
    "生前|去世|死|墓|坟|葬|遗|尸|棺|梦|回忆|想起|记得|记忆|曾|当年|那年|从前|以前|年前|灵|鬼|魂|像|"
    "如果|假如|要是|照片|名字|提起|说起|据说|悼|祭|信"
)
_SAY = (
    "said|says|asked|asks|replied|replies|answered|answers|cried|cries|whispered|whispers|"
    "murmured|murmurs|shouted|shouts|muttered|mutters|added|adds|called|calls|snapped|snaps|"
    "laughed|laughs|sighed|sighs|returned|continued|exclaimed|observed"
)
_NO_ACT = listed(
    "had was were is are has have been would could should might must may called named loved"
    " missed used needed wanted lived died"
)
_NEXT_WORDS = re.compile(r"\s+(?:(?:\w+ly|then|only|just|also|now|still|never|slowly)\s+)?([\w']+)")
_PROGRESSIVE = re.compile(r"\s+(?:was|is|were|are)\s+(?:\w+ly\s+|already\s+|still\s+)?(\w+)ing\b")
_ACT_ZH = (
    "说|道|问|答|笑|喊|叫|骂|嚷|点头|点了|摇头|摇了|站|坐|走|跑|看|望|盯|拿|推|抬|转|伸|举|握|拍|"
    "皱|叹|耸|俯|蹲|递|端|打开|关上|低声|抓|回头|跟|拉|放下|起身|迈|靠|挥|咳|哼|开口"
)


def dead_who_act(narration: Narration) -> list[Doubt]:
    """Return where somebody who died speaks or acts in the narration."""
    doubts = []
    for fact in narration.having("died", "is", "state"):
        if fact.relation != "died" and fact.value.casefold() not in DEAD:
            continue
        acts = _acts_in_chinese if narration.is_chinese else _acts_in_english
        start = acts(narration, fact)
        if start is not None:
            doubts.append(narration.doubt(DoubtKind.DEAD_SPEAKER, start, fact, fact.subject))
    return doubts


def _acts_in_english(narration: Narration, fact: Known) -> int | None:
    name = narration.name(fact.subject)
    for start, told in narration.sentences:
        if _MEMORY.search(told):
            continue
        if spoken := re.search(rf"[”\"’']\s*(?:{_SAY})\s+(?:\w+\s+)?{name}", told):
            return start + spoken.start()
        for match in re.finditer(rf"{name}(?!['’]s)", told):
            rest = told[match.end() :]
            following = _NEXT_WORDS.match(rest)
            if _PROGRESSIVE.match(rest) or (following and _is_act(following[1])):
                return start + match.start()
    return None


def _is_act(word: str) -> bool:
    lower = word.casefold()
    if lower in _NO_ACT:
        return False
    return lower in IRREGULAR_PAST or lower in _SAY.split("|") or lower.endswith("ed")


def _acts_in_chinese(narration: Narration, fact: Known) -> int | None:
    pattern = rf"{narration.name(fact.subject)}(?!的)[^，。！？；：“”]{{0,5}}?(?:{_ACT_ZH})"
    for start, told in narration.sentences:
        match = re.search(pattern, told)
        if match and not _MEMORY_ZH.search(told):
            return start + match.start()
    return None
