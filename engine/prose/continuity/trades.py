"""Which trade or rank a sentence gives to somebody."""

import re
from collections.abc import Iterator

from engine.prose.words import listed

_TRADES = listed(
    "attorney dentist optician auctioneer bookkeeper banker actuary chandler "
    " abbess abbot accountant acrobat actor actress admiral alchemist ambassador apothecary"
    " apprentice architect archivist armourer assassin astrologer astronaut astronomer bailiff"
    " baker bandit banker barber barkeep barmaid barrister beekeeper beggar bishop blacksmith"
    " bodyguard bookbinder bookseller bosun botanist brewer bricklayer burglar butcher butler"
    " cabman captain carpenter cartographer chambermaid chandler chauffeur cheesemonger chef"
    " chemist chimneysweep clerk clockmaker clown coachbuilder coachman cobbler colonel"
    " composer conductor confectioner constable cook cooper councillor courier curate"
    " customs-officer dancer deacon dentist detective diplomat distiller diver dockworker"
    " doctor dressmaker driver duchess duke dyer editor electrician engineer executioner"
    " falconer farmer ferryman fiddler fisherman fishmonger footman fortune-teller friar"
    " furrier gambler gamekeeper gaoler gardener general geologist glassblower goldsmith"
    " governess gravedigger greengrocer grocer groom guard gunsmith hairdresser harbourmaster"
    " headmaster healer helmsman herbalist highwayman historian housekeeper hunter innkeeper"
    " jailer jeweller jockey journalist judge juggler king knight laundress lawyer librarian"
    " lieutenant lighthouse-keeper lumberjack magician maid mason mayor mechanic mercenary"
    " merchant messenger midshipman midwife miller milliner miner minister missionary"
    " moneylender monk musician nanny navigator notary nun nurse nursemaid organist outlaw"
    " page painter pastry-cook pawnbroker peddler pedlar photographer physician physicist"
    " pianist pickpocket pilot pirate plumber poacher poet policeman porter postman potter"
    " priest prince princess printer professor programmer publican publisher queen ranger"
    " reporter roofer saddler sailor scholar schoolmaster schoolmistress schoolteacher"
    " scientist sculptor seamstress senator sergeant servant sexton shepherd sheriff shoemaker"
    " shopkeeper silversmith singer smith smuggler soldier solicitor spy squire stableboy"
    " stevedore steward stonemason student surgeon surveyor tailor tanner taxi-driver teacher"
    " thief tinker trucker tutor undertaker valet vicar vintner waiter waitress washerwoman"
    " watchmaker weaver welder whaler wheelwright witch wizard woodcutter writer"
)
# Words for one trade.
_SAME = [
    listed("smith blacksmith"), listed("doctor physician surgeon healer"), listed("thief burglar"),
    listed("sailor seaman mariner bosun helmsman midshipman"), listed("teacher schoolmaster tutor"),
    listed("teacher schoolmistress schoolteacher governess"), listed("cook chef pastry-cook"),
    listed("lawyer barrister solicitor notary"), listed("innkeeper publican barkeep"),
    listed("priest vicar curate"), listed("writer poet journalist reporter"),
    listed("scholar professor student historian"), listed("baker pastry-cook confectioner"),
    listed("policeman constable detective"), listed("driver coachman chauffeur"),
    listed("librarian archivist"), listed("seamstress tailor dressmaker"),
    listed("soldier guard sergeant lieutenant colonel general captain mercenary"),
    listed("sailor captain admiral navigator pilot"),
]  # fmt: skip
# Whose own these are has the trade.
_TOOLS = {
    "doctor": "patients surgery scalpel stethoscope", "teacher": "pupils blackboard",
    "priest": "parishioners congregation sermon sermons flock pulpit parish", "weaver": "loom",
    "lawyer": "clients brief briefs", "blacksmith": "anvil forge bellows", "fisherman": "nets",
    "soldier": "regiment musket troops bayonet", "farmer": "plough harvest acres herd",
    "painter": "easel palette brushes canvases", "baker": "oven ovens dough loaves",
    "tailor": "thimble customers'", "miner": "pickaxe", "shepherd": "crook ewes",
}  # fmt: skip
_BY_TOOL = {tool: trade for trade, tools in _TOOLS.items() for tool in tools.split()}
_BY_TOOL_ZH = {
    "药箱": "医生", "病人": "医生", "讲台": "老师", "铁砧": "铁匠", "渔网": "渔夫", "锄头": "农夫",
    "军装": "士兵", "状子": "律师", "画笔": "画家", "算盘": "账房", "教众": "牧师", "庄稼": "农夫",
}  # fmt: skip
# Who lives by it has the trade.
_BY_DEED = {
    "farm": "farmer", "fish": "fisherman", "teach": "teacher", "hunt": "hunter", "paint": "painter",
    "beg": "beggar", "smuggl": "smuggler", "sew": "seamstress", "sing": "singer", "cook": "cook",
}  # fmt: skip
_BY_DEED_ZH = {
    "打鱼": "渔夫", "捕鱼": "渔夫", "种地": "农夫", "种田": "农夫", "放羊": "牧羊人",
    "打猎": "猎人", "教书": "老师", "行医": "医生", "打铁": "铁匠", "卖唱": "歌女",
    "砍柴": "樵夫", "打柴": "樵夫", "摆渡": "船夫", "撑船": "船夫", "唱戏": "戏子",
    "说书": "说书人", "要饭": "乞丐", "讨饭": "乞丐", "走镖": "镖师", "杀猪": "屠夫",
}  # fmt: skip
_TOOL = re.compile(rf"\b(?:her|his|own)\s+(?:\w+\s+)?(?P<tool>{'|'.join(_BY_TOOL)})\b")
_TOOL_ZH = re.compile(rf"[己他她]的[^，。！？；]{{0,4}}?(?P<tool>{'|'.join(_BY_TOOL_ZH)})")
_TRADE = rf"(?P<found>{'|'.join(sorted(_TRADES, key=len, reverse=True))})"
_ZH = (
    "面包师|面包匠|铁匠|木匠|水手|船长|渔夫|渔民|农夫|农民|磨坊主|裁缝|织工|医生|大夫|郎中|护士|律师|法官|老师|教师|"
    "先生|牧师|神父|和尚|尼姑|道士|士兵|骑士|守卫|卫兵|将军|小偷|商人|掌柜|老板娘|厨师|厨子|园丁|猎人|猎户|"
    "牧羊人|画家|画师|诗人|歌手|歌女|舞者|演员|戏子|作家|记者|图书管理员|学者|学生|教授|学徒|石匠|瓦匠|泥瓦匠|"
    "屠夫|钟表匠|船夫|艄公|车夫|司机|飞行员|工程师|间谍|侦探|警察|捕快|药剂师|巫师|女巫|国王|皇帝|王后|王子|"
    "公主|女仆|丫鬟|管家|店主|银行家|账房|乞丐|海盗|走私者|铜匠|银匠|鞋匠|染匠|矿工|樵夫|樵子|邮差|信差|"
    "接生婆|媒婆|说书人|琴师|乐师|镖师|刺客|当铺老板|修表匠|教书匠|鱼贩|菜贩|货郎|酒保|伙计|洗衣妇|绣娘|军人|文书|师爷|书吏|捕头|车把式|木工|渔民|猎手"
)
_SAME_ZH = [
    {"医生", "大夫", "郎中"}, {"面包师", "面包匠"}, {"渔夫", "渔民"}, {"农夫", "农民"},
    {"老师", "教师", "先生", "教授"}, {"厨师", "厨子"}, {"猎人", "猎户"}, {"水手", "船长", "船夫"},
    {"商人", "掌柜", "店主"}, {"钟表匠", "修表匠"}, {"教书匠", "老师", "教师", "先生"},
    {"士兵", "将军", "守卫", "卫兵"}, {"画家", "画师"},
]  # fmt: skip
_TRADE_ZH = rf"(?P<found>{_ZH})"


def trades_told(told: str, name: str, *, is_chinese: bool) -> Iterator[tuple[int, str]]:
    """Yield the trades that a sentence about one person gives to them, with their places."""
    patterns = _patterns_zh(name) if is_chinese else _patterns(name)
    for pattern in patterns:
        for match in re.finditer(pattern, told):
            yield match.start("found"), match["found"]
    tools = _BY_TOOL_ZH if is_chinese else _BY_TOOL
    for match in (_TOOL_ZH if is_chinese else _TOOL).finditer(told):
        yield match.start("tool"), tools[match["tool"]]
    deeds = _BY_DEED_ZH if is_chinese else _BY_DEED
    for match in re.finditer(_deed_pattern(name, is_chinese=is_chinese), told):
        yield match.start(), deeds[match["deed"]]


def _deed_pattern(name: str, *, is_chinese: bool) -> str:
    """Return a pattern for what somebody lives by."""
    if is_chinese:
        living = "为[生业]|过活|糊口|吃饭|度日|过日子|养家"
        return rf"^{name}[^，。的]{{0,4}}?[靠以](?P<deed>{'|'.join(_BY_DEED_ZH)})(?:{living})"
    ends = "(?:g?ing|e?s|g?ed|e)?"
    return (
        rf"{name}\s+(?:[\w'’]+\s+){{0,4}}?(?<!to )(?P<deed>{'|'.join(_BY_DEED)}){ends}\b"
        r"[^.;:!?]{0,30}?\bfor (?:a|her|his|the) living\b"
    )


def _patterns(name: str) -> list[str]:
    adjectives = r"(?:(?!not\b|like\b)[\w'’-]+\s+){0,3}?"
    return [
        rf"{name}\s+(?:was|is|had been|became)\s+(?:an?|the)\s+{adjectives}{_TRADE}\b",
        rf"{name},\s+(?:the|an?|her|his|their|our|that|once)\s+{adjectives}{_TRADE}\b",
        rf"\b(?:work\w*|serv\w+|trained|hired|apprenticed|living|known|employed|paid|life|years|"
        rf"trade)\b[^,.;]{{0,24}}?\bas\s+(?:an?|the)\s+{adjectives}{_TRADE}\b",
        rf"(?i:\bas\s+(?:an?|the))\s+{adjectives}{_TRADE},?\s+{name}",
        rf"(?i:\bas\s+an?)\s+{adjectives}{_TRADE}\s+of\s+(?:the\s+)?\w+,\s+{name}",
        rf"(?i:\bof\s+all\s+the)\s+{_TRADE}s?\b[^,.;:]{{0,30}},\s+{name}",
        rf"(?i:\b(?:the|an?))\s+(?:[\w'’-]+\s+)?{_TRADE},?\s+{name}",
        rf"{name}\s+the\s+{_TRADE}\b",
        rf"{name},\s+(?:[\w'’-]+\s+){{0,2}}?{_TRADE}\s+(?:of|to|at|in|and|by)\b",
        rf"{name}\b(?!['’]s)[^,.;]{{0,40}}?\b(?:was|is|be|been|become|became)\s+(?:an?|the|our|their)\s+"
        rf"{adjectives}{_TRADE}\b",
        rf"\b(?:best|only|finest|worst|first|youngest|oldest|poorest|cleverest)\s+{_TRADE}\b",
        rf"\blike\s+(?:all|every|any|most)\s+(?:\w+\s+)?{_TRADE}s?\b",
        rf"\b{_TRADE}\s+by\s+(?:trade|profession|calling|birth)\b",
        rf"\b(?:apprenticed|articled|bound)\s+to\s+an?\s+{adjectives}{_TRADE}\b",
        rf"\b(?:she|he|they)\s+(?:was|is|were|are)\s+(?:an?|the)\s+{adjectives}{_TRADE}\b",
    ]


def _patterns_zh(name: str) -> list[str]:
    gap = "[^，。！？；：“”不没]"
    return [
        rf"{name}{gap}{{0,4}}?(?:是(?![来给])|当(?!着)|做|成了|当上|做了|干的是){gap}{{0,8}}?{_TRADE_ZH}",
        rf"(?:作为|身为|当了|做了){gap}{{0,8}}?{_TRADE_ZH}",
        rf"{_TRADE_ZH}{name}",
        rf"(?:干|吃|做){gap}{{0,4}}?{_TRADE_ZH}(?:这|的)(?:一?行|碗饭|营生|活)",
        rf"(?:最好|唯一|最年轻|最老|有名)的{gap}{{0,3}}?{_TRADE_ZH}",
        rf"{_TRADE_ZH}，?(?:就是|便是|正是){name}",
        rf"{name}(?:这|那)(?:个|位|名){gap}{{0,4}}?{_TRADE_ZH}",
        rf"(?:她|他)(?:是|可是|本是|就是){gap}{{0,8}}?{_TRADE_ZH}",
    ]


def trades_disagree(known: str, told: str, *, is_chinese: bool) -> bool:
    """Say whether who has one trade can hardly have the other."""
    if is_chinese:
        held = {trade for trade in _ZH.split("|") if trade in known}
        same: list[set[str]] | list[frozenset[str]] = _SAME_ZH
    else:
        held = set(_TRADES & set(known.casefold().split()))
        same = _SAME
    if not held or told in held or any(told in trade or trade in told for trade in held):
        return False
    return not any(told in words and not held.isdisjoint(words) for words in same)
