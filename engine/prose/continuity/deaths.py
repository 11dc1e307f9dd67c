"""Somebody who is dead speaks or acts."""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration
from engine.prose.verb_forms import BASE, IRREGULAR_PAST
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
ALIVE = frozenset({"no", "not", "false", "never", "alive", "没有", "没死", "未死", "活着", "否"})
# Whoever remembers, dreams, buries or speaks of the dead does not bring them back.
_MEMORY = re.compile(
    r"\b(?:remember(?:s|ed|ing)?|memor(?:y|ies)|recall(?:s|ed)?|dream(?:s|ed|t)?|ghosts?|spirits?|"
    r"graves?|tomb|coffin|funeral|bur(?:ied|ial)|corpse|dead|died|death|the late|portrait|"
    r"photograph|used to|years ago|long ago|as though|as if|mourn(?:s|ed|ing)?|killed|"
    r"murder(?:ed|er)?|alive|somewhere|lay still|left behind|"
    r"in the (?:ground|earth|churchyard|picture|painting)|(?:rests|sleeps) (?:on|in|under|beneath)|"
    r"still (?:rang|rings|echoed|echoes|hung|hangs)|empty|since|drown(?:ed|ing)|perished|"
    r"motionless|lifeless|shroud|white sheet|(?:they|people|the\s+\w+)\s+say|"
    r"from the (?:wall|frame|picture)|never|widow|when (?:he|she) was|"
    r"in (?:his|her) (?:youth|time|life))\b",
    re.IGNORECASE,
)
_MEMORY_ZH = re.compile(
    "生前|在世|年轻时|小时候|去世|死(?!死|活|心|结|板|守)|墓|坟|葬|遗(?!忘|漏|憾)|尸|棺|梦|回忆|想起|记得|记忆|曾|当年|那年|从前|"
    "以前|年前|亡灵|幽灵|灵[堂前柩位魂]|鬼(?!脸)|魂|[遗画雕塑好的]像|像[前上是]|仿佛|如果|假如|要是|照片|名字|"
    "有人提起|说起|据说|悼|祭|脑子里|脑海|耳边|白布|一动不动|冰凉|墙上|遗信|来信|信[里上]|[走去]后|再也|不再|们说|安睡|长眠|沉睡|总"
)
# They said Mira walked at night; and The Mira is a ship.
_SAID_OF = re.compile(
    r"(?:\b(?:they|people|some|everybody|everyone|he|she|we|I)\s+(?:said|say|says|swore|believed|claimed)\s+"
    r"(?:that\s+)?|\bthe\s+)$",
    re.IGNORECASE,
)
_SAY = (
    "said|says|asked|asks|replied|replies|answered|answers|cried|cries|whispered|whispers|"
    "murmured|murmurs|shouted|shouts|muttered|mutters|added|adds|called|calls|snapped|snaps|"
    "laughed|laughs|sighed|sighs|returned|continued|exclaimed|observed|enquired|inquired|demanded|"
    "remarked|declared|protested|insisted|begged|agreed|announced|suggested|offered|warned|sobbed|"
    "groaned|growled|hissed|breathed|repeated|went on|broke in|put in|told"
)
# What only the living have: a voice that is heard, a hand that moves.
_OWN = (
    "voice|laugh|laughter|hands?|eyes|footsteps?|steps?|fingers?|smile|shoulders?|head|gaze|whistle|"
    "cough|chair|glance|face|lips|arm|breath|brows?|whisper|boots"
)
_SEEN = "saw|see|sees|heard|hear|hears|watched|watches|found|let|made|felt|noticed|caught|with"
_INVERTED = (
    "came|comes|stood|stands|sat|sits|walked|strode|stepped|went|rode|ran|stumbled|hurried|entered"
)
_ALIVE = (
    "awake|asleep|hungry|thirsty|tired|angry|busy|late|early|cross|pleased|delighted|amused|silent|"
    "up|out of breath|on (?:her|his) feet|drunk|restless|impatient|sulking|at the door|hoarse"
)
_NO_ACT = listed(
    "had was were is are has have been would could should might must may called named loved"
    " missed used needed wanted lived died"
)
_NEXT_WORDS = re.compile(r"\s+(?:(?:\w+ly|then|only|just|also|now|still|slowly)\s+)?([\w']+)")
_AND_ANOTHER = r"(?:,?\s+and\s+(?:[A-Z]\w+|the\s+\w+|she|he|they|I))"
_PUT_IN = r",\s+(?:who|[^,.;]{1,40},)"
_MORE_PAST = listed("put set read cut let hit shut lay left lost hurt beat cast bound wound")
_BARE = "|".join(sorted(BASE))
_PROGRESSIVE = re.compile(r"\s+(?:was|is|were|are)\s+(?:\w+ly\s+|already\s+|still\s+)?(\w+)ing\b")
_ACT_ZH = (
    "说|道|问|答|笑|喊|叫|骂|嚷|点头|点了|摇头|摇了|站|坐|走|跑|看|望|盯|拿|推|抬|把|转|伸|举|握|拍|"
    "皱|叹|耸|俯|蹲|递|端|打开|关上|低声|抓|回头|跟|拉|放|起身|迈|靠|挥|咳|哼|开口|吃|喝|写|唱|弹|擦|洗|缝|"
    "削|翻|念|掏|摸|踢|敲|付|数|披|戴|脱|穿|系|解开|倒|咬|嚼|哭|扶|拎|提着|背着|扛|追|骑|推门|迎|掀|眨|瞪|"
    "扬|抿|吩咐|嘱咐|招呼|答应|解释|嘟囔|嘀咕|插嘴|劝|搓|捧|抱|吹|扔|捡|拾|切|揉|煮|跪|躺|睡|醒|打了|点着|"
    "等着|捏|搂|牵|接过|伸|传来|响起|迟到|出现"
)
_OWN_ZH = (
    "手|声音|笑声|脚步|脚步声|目光|影子|嘴角|手指|眼睛|眉头|嗓音|嗓门|"
    "咳嗽声|口哨声|身影|脸|肩膀|歌声"
)
_JUST_ZH = (
    "正|还在|刚刚|忽然|突然|终于|连忙|赶紧|急忙|一边|随手|慢慢|轻轻|"
    "悄悄|猛地|一把|一口|默默|早已|匆匆|也不"
)


def dead_who_act(narration: Narration) -> list[Doubt]:
    """Return where somebody who died speaks or acts in the narration."""
    doubts = []
    for fact in narration.having("died", "is", "state"):
        value = fact.value.casefold()
        if value in ALIVE or (fact.relation != "died" and value not in DEAD):
            continue
        acts = _acts_in_chinese if narration.is_chinese else _acts_in_english
        start = acts(narration, fact)
        if start is not None:
            doubts.append(narration.doubt(DoubtKind.DEAD_SPEAKER, start, fact, fact.subject))
    return doubts


def _acts_in_english(narration: Narration, fact: Known) -> int | None:
    name = narration.name(fact.subject)
    ways = (
        rf"[”\"’']\s*(?:{_SAY})\s+(?:\w+\s+)?{name}",
        rf"(?:^|,|\b(?:in|out|up|down|there|here|then))\W*(?:{_INVERTED})\s+{name}",
        rf"\b(?:{_SEEN})\s+{name}\s+(?:\w+ly\s+)?(?:\w+ing\b|(?:{_BARE})\b)",
        rf"\bthere\s+(?:was|is|stood|sat|lay)\s+{name}",
        rf"{name}\s+who\s+(?:\w+ed|{'|'.join(sorted(IRREGULAR_PAST))})\b",
        rf"{name}\s+(?:did|does|could|would|can|won|can)(?:not|n?['’]t| not)\s+(?:\w+ly\s+)?"
        rf"(?:{_BARE})\b",
        rf"{name}\s+(?:was|is)\s+(?:\w+ly\s+|too\s+|so\s+|already\s+|still\s+)?(?:{_ALIVE})\b",
        rf"{name},\s+(?:still\s+|already\s+|\w+ly\s+)?\w{{2,}}ing\b",
    )
    for start, told in narration.sentences:
        if _MEMORY.search(told):
            continue
        for way in ways:
            if match := re.search(way, told):
                return start + match.start()
        for match in re.finditer(rf"{name}(?:['’]s?\s+(?:\w+\s+)?(?:{_OWN})\b)?", told):
            if told[match.end() : match.end() + 2] in ("'s", "’s"):
                continue
            if _SAID_OF.search(told[: match.start()]):
                continue
            if _does(told[match.end() :]):
                return start + match.start()
    return None


def _does(rest: str) -> bool:
    """Whether what follows a name begins with an act, after who else acts and what is put in."""
    if _PROGRESSIVE.match(rest):
        return True
    for between in ("", _AND_ANOTHER, _PUT_IN):
        following = re.match(between + _NEXT_WORDS.pattern, rest)
        if following and _is_act(following[1]):
            return True
    return False


def _is_act(word: str) -> bool:
    lower = word.casefold()
    if lower in _NO_ACT:
        return False
    if lower in IRREGULAR_PAST or lower in _SAY.split("|") or lower in _MORE_PAST:
        return True
    return lower.endswith("ed") or (lower.endswith("s") and lower[:-1] in BASE)


def _acts_in_chinese(narration: Narration, fact: Known) -> int | None:
    pattern = (
        rf"(?<![把被将像为给替]){narration.name(fact.subject)}(?!号)(?:(?!的)|的(?:{_OWN_ZH}))[^。！？；：“”]{{0,12}}?(?:{_ACT_ZH})"
        rf"|{narration.name(fact.subject)}(?::|：)[“「]|{narration.name(fact.subject)}(?:{_JUST_ZH})"
    )
    for start, told in narration.sentences:
        match = re.search(pattern, told)
        if match and not _MEMORY_ZH.search(told):
            return start + match.start()
    return None
