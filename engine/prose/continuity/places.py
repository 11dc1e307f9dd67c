"""Somebody is where they cannot be: elsewhere than was established, with no way told between."""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration, same
from engine.prose.words import listed

# Places so large or so far apart that nobody is in two of them at once.
_APART = listed(
    "bank casino courtroom dunes trench trenches bazaar embassy"
    " coach carriage wagon cart sea street road lane alley highway crossroads pavement square tent"
    " abbey airport alehouse arena asylum bakery ballroom barn barracks beach boat brewery"
    " bridge cafe café camp castle catacombs cathedral cave cemetery chapel church circus city"
    " clinic cloister convent cottage courthouse crypt desert dock docks factory fairground"
    " farm ferry field fields forest forge fortress gaol garden graveyard greenhouse harbor"
    " harbour hospice hospital hotel inn island jail jetty kindergarten laboratory library"
    " lighthouse manor market market-place marketplace marsh meadow mill mine monastery moor"
    " mountain museum nursery observatory office opera orchard palace parsonage pier port"
    " prison pub quarry quay restaurant school ship shipyard shop smithy stable stables"
    " stadium station swamp taproom tavern temple theater theatre tower town train university"
    " valley vicarage village vineyard wharf windmill wood woods workshop zoo"
)
# What is in such a place and hardly in another.
_WITHIN = {
    "church": "pew pews altar pulpit nave vestry font belfry choir",
    "tavern": "taproom bar-room counter alehouse",
    "ship": "deck mast hold bowsprit galley gangplank rigging quarterdeck",
    "station": "platform waiting-room ticket-office",
    "market": "stalls stall",
    "theatre": "stage stalls footlights wings dressing-room",
    "prison": "cell dungeon",
    "school": "classroom schoolroom",
    "hospital": "ward",
    "train": "carriage compartment",
    "lighthouse": "lamp-room lantern-room",
    "library": "reading-room bookshelves stacks",
    "farm": "barn hayloft cowshed",
    "garden": "cabbages flowerbeds flower-beds hedgerow arbour",
    "coach": "mail-coach stagecoach",
    "mill": "millstone millrace",
    "court": "dock witness-box",
}
_INSIDE = listed(
    "kitchen parlour drawing-room bedroom bedchamber nursery attic pantry scullery bed"
)
# Where such rooms may be.
_HOUSES = listed(
    "house home manor castle palace inn tavern farm lighthouse ship boat monastery abbey hotel"
    " cottage mill vicarage parsonage hospital school tower convent fort fortress prison hall"
    " court villa mansion barracks bakery orphanage"
)
_ROOMS = {room: place for place, rooms in _WITHIN.items() for room in rooms.split()}
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
    "|酒肆|酒楼|酒店|饭馆|旅店|市集|菜场|菜市|街市|甲板|船舱|桅杆|月台|站台|候车室|祭坛|礼拜堂|课堂|教室|讲台|病房|牢里|地牢|戏院|戏台|舞台|马厩|谷仓|田里|地里|麦田|稻田|花园|工地|作坊|铁匠炉|窑|驿站|渡口|河边|江边|山脚|城门|城墙|宫里|庙里|道观|祠堂|义庄|药铺|当铺|米铺|书房|学堂|营地|战场|机场|车厢|火车上|巷口|集上|赌场|茶楼|茶摊|面馆|饭堂|办公室|商店|咖啡馆|公园|王府|沙丘|金库|银行|大殿|大雄宝殿|公堂|县衙|赌坊|煤层|坑道|井下|矿坑|画廊|使馆|战壕|船篷|舱里|桥心|桥头|街上|街头|巷子|路边|海上|江上|船头|船尾|田埂|地头|井边|河滩|坟前|山坡|雪地|草原|马背"
)
_WAY_ZH = re.compile(
    "去|来|到|走|回|离开|抵|赶|骑|驶|航|进|出|搬|逃|爬|穿过|上路|动身|后来|第二天|次日|几天|之后|直到|带|送"
)


# What is thought of, looked at or heard from there is not where somebody is.
_ELSEWHERE = re.compile(
    r"\b(?:thought|thinks?|thinking|remember\w*|dream\w*|imagin\w*|wish\w*|look(?:ed|s|ing)?|gaz\w+|"
    r"saw|sees?|heard|hears?|told|tells?|said|spoke|speaks?|talk\w*|knew|knows?|would|will|"
    r"wanted|hoped|planned|if|not|never|once|used to|had been|name of|letter|painting|"
    r"born|had\s+(?:worked|lived|served|studied|grown)|thoughts?|point\w*|aim\w*|follow\w*|"
    r"watch\w*|wav\w+|play\w*|book|song|story|map|nobody|they)\b",
    re.IGNORECASE,
)
_ELSEWHERE_ZH = re.compile(
    "想|说|通往|[对朝]着|战前|早年|记得|梦|望|看见|看着|听见|听说|说起|如果|要是|没|不|曾|从前|以前|信里|画"
)
# At the market they still talked of her.
_OTHERS_THERE = re.compile(
    r"\s*,?\s*(?:they|nobody|no one|everybody|everyone|people|somebody|someone|called)\b"
)
# She lit the lamp for the ships on the sea.
_OF_A_THING = re.compile(r"\b(?:for|of|to|from|about|like)\s+(?:the|an?|her|his)\s+\w+\s+$")
# The path through the forest is nobody's place.
_THING_THERE = re.compile(r"(?:^|[,;:])\W*(?:the|an?|some\w+)\s+(?:\w+\s+)?$", re.IGNORECASE)
_OTHERS_THERE_ZH = re.compile("[里中上内]?(?:没有?人|有人|人们|大家|他们|谁)")
_NO_WAY_ZH = re.compile(
    "起来|原来|看来|本来|从来|下来|想来|回头|回答|到处|进度|过去|带着|出神|出声|出汗|来不及|听来"
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
    common = "|".join(sorted([*_APART, *_ROOMS, *_INSIDE], key=len, reverse=True))
    where = (
        r"(?:in|at|inside|on|aboard|outside|under|beneath|within|among|against|across|through|"
        r"between)"
    )
    pattern = re.compile(
        rf"\b{where}\s+(?:(?:the|a|an)\s+(?:[\w'’-]+\s+){{1,3}}?of\s+)?"
        r"(?:(?:the|a|an|her|his|their|that|this|some)\s+)?"
        rf"(?:(?!of\b|to\b)[\w'’-]+\s+){{0,2}}?(?P<place>(?:{proper})\b|(?:{common})\b)",
        re.IGNORECASE,
    )
    lives = re.compile(r"\b(?:lives|lived|dwells|dwelt|home|house|rooms)\b")
    about = dict(narration.about(fact.subject))
    way_before = _ways(narration.told_before, name, _WAY)
    for at, (start, told) in enumerate(narration.sentences):
        if start not in about or way_before:
            continue
        if fact.relation == "lives_in" and not lives.search(told):
            continue
        matches = [
            each
            for each in pattern.finditer(told)
            if _excludes(fact.value, each["place"])
            and not _WAY.search(told[: each.end()])
            and not _ELSEWHERE.search(told[: each.end()])
            and not _OTHERS_THERE.match(told[each.end() :])
            and not _THING_THERE.search(told[: each.start()])
            and not _OF_A_THING.search(told[: each.start()])
            and not narration.is_of_others(told, each.start("place"), name)
            and _bare(fact.value).casefold() not in told.casefold()
        ]
        earlier = [sentence for _, sentence in narration.sentences[:at]]
        is_new = not re.search(name, " ".join([narration.told_before, *earlier]))
        if not matches or (not is_new and any(_goes(each, name) for each in earlier)):
            continue
        return start + matches[0].start(), matches[0]["place"]
    return None


def _ways(told: str, name: str, way: re.Pattern[str]) -> bool:
    """Whether somebody goes anywhere near the end of the passages before."""
    sentences = re.split(r"(?<=[.!?。！？])\s*", told)[-6:]
    return any(re.search(name, each) and way.search(each) for each in sentences)


def _goes(told: str, name: str) -> bool:
    """Whether somebody goes anywhere in a sentence, or all do."""
    return bool(_WAY.search(told) and re.search(rf"{name}|\b(?:they|we)\b", told))


def _excludes(known: str, found: str) -> bool:
    """Whether nobody can be in both places: both proper names, or both in the list."""
    words = _bare(known).casefold().split()
    other = _ROOMS.get(found.casefold(), found.casefold())
    if other in words or found.casefold() in words or same(_bare(known), found):
        return False
    if _is_proper(known):
        return found[0].isupper()
    if other in _INSIDE:
        return _HOUSES.isdisjoint(words) and not _APART.isdisjoint(words)
    return other in _APART and not _APART.isdisjoint(words)


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
        rf"{verb}[^，。！？；：“”]{{0,8}}?(?P<place>{'|'.join([*known, _APART_ZH])})"
        if fact.relation == "lives_in"
        else rf"(?:在|倚着|靠着|坐着|站着|躺着|蹲着|守着|隔着)?[^，。！？；：“”]{{0,8}}?"
        rf"(?P<place>{'|'.join([*known, _APART_ZH])})"
        rf"(?![里上]?的[信钟消歌]|[里上中]?的[^，。！？；：“”着]{{0,8}}{name})"
    )
    about = dict(narration.about(fact.subject))
    if _ways(narration.told_before, name, _WAY_ZH):
        return None
    for at, (start, told) in enumerate(narration.sentences):
        match = pattern.search(told)
        if start not in about or match is None:
            continue
        if not _excludes_in_chinese(fact.value, match["place"]):
            continue
        so_far = told[: match.end()]
        if (
            _ELSEWHERE_ZH.search(so_far)
            or re.search("时候|长大|出生", told)
            or _OTHERS_THERE_ZH.match(told[match.end() :])
            or narration.is_of_others(told[: match.start("place")], match.start("place"), name)
            or _way_in_chinese(so_far)
            or any(
                _way_in_chinese(earlier) and re.search(name, earlier)
                for _, earlier in narration.sentences[:at]
            )
        ):
            continue
        return start + match.start(), match["place"]
    return None


def _way_in_chinese(told: str) -> bool:
    return _WAY_ZH.search(_NO_WAY_ZH.sub("", told)) is not None


def _excludes_in_chinese(known: str, found: str) -> bool:
    bare, other = re.sub("[里上中]$", "", known), re.sub("[里上中]$", "", found)
    return bare not in other and other not in bare
