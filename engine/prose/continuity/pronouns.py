"""Somebody is "he" who was "she".

A pronoun is taken for somebody's only where nobody else can be meant: nobody of that kind is known
to be here, was told of before, or is named or described near it. Only what one does to oneself
("shook his head") is theirs whoever else is near. Two who are together are the usual scene, and
there a doubt about each "his" would be worse than none.
"""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import PEOPLE_ZH, Narration

_KINDS = {
    "she": {"she", "her", "hers", "herself"},
    "he": {"he", "him", "his", "himself"},
    "they": {"they", "them", "their", "theirs", "themselves"},
}
_KINDS_ZH = {"she": {"她"}, "he": {"他"}}
_AS_KIND = {"她": "she", "他": "he", "it": "", "它": "", "her": "she", "him": "he"}
# Whom a pronoun might mean.
_MEN = (
    "m[ae]n|boys?|brothers?|fathers?|sons?|husbands?|uncles?|lords?|gentlem[ae]n|king|master|fellow|"
    "priest|nephews?|papa|sir|lad|grandfather|prince|duke|bishop"
)
_WOMEN = (
    "wom[ae]n|girls?|sisters?|mothers?|daughters?|wife|wives|aunts?|lad(?:y|ies)|queen|mistress|"
    "nieces?|mama|mamma|madam|widow|maid|nurse|grandmother|princess|duchess|ship"
)
_ANYBODY = (
    "friends?|captain|doctor|child(?:ren)?|guard|soldier|sailor|stranger|servant|officer|cousins?|"
    "colonel|cat|dog|horse|person|people|somebody|someone|another|other|others|companion|baby|"
    "old one|god|guests?|visitor|neighbou?rs?|teacher"
)
_PEOPLE = {
    "she": re.compile(rf"\b(?:{_MEN}|{_ANYBODY})\b", re.IGNORECASE),
    "he": re.compile(rf"\b(?:{_WOMEN}|{_ANYBODY})\b", re.IGNORECASE),
}
_ALL_PEOPLE = re.compile(rf"\b(?:{_MEN}|{_WOMEN}|{_ANYBODY})\b", re.IGNORECASE)
_BODY = (
    "head|eyes|hands?|arms?|shoulders?|hair|brow|lips?|mouth|chin|throat|fists?|fingers|teeth|"
    "coat|cloak|hat|hood|collar|sleeves?|gloves?|boots?|cap|scarf|spectacles|glasses|beard|face|"
    "voice|breath|knees?|feet|foot|heels?|pockets?|belt|back|neck|waist|chest|lap|palms?|wrists?|"
    "thumb|tongue|cheeks?|shawl|skirts?|apron|bonnet|waistcoat|jacket|trousers|temper|mind|own"
)
_TO_OTHERS = (
    "kissed|touched|grasped|seized|watched|followed|pressed|stroked|clasped|noticed|observed|"
    "admired|remarked|received|wanted|missed|loved|grabbed|recognised|recognized|studied"
)
# Whatever is near, these are done with one's own.
_OWN_ACTS = (
    r"shook (?:{theirs}) head|shrugged (?:{theirs}) shoulders|cleared (?:{theirs}) throat|"
    r"(?:clenched|gritted|ground) (?:{theirs}) (?:teeth|jaw)|(?:held|caught) (?:{theirs}) breath|"
    r"(?:narrowed|rolled) (?:{theirs}) eyes|(?:lost|kept) (?:{theirs}) (?:temper|balance|footing)"
)
# With these and a part of the body or a garment: his own, where nobody else is near.
_ACTS = (
    rf"(?:(?!{_TO_OTHERS})\w+ed|shook|bent|bit|threw|raised|put|wrung|let|drew|held|ran)"
    r"(?:\s+(?:up|down|back|on|off|out|in))?"
)
_DEEDS = "(?:put|set|laid) down|(?:put|pulled|shrugged) on|(?:took|pulled|shrugged) off"
_BESIDE = "with|on|in|over|under|behind|to|about|between|against|across|around|from|beneath|into|at"
_FAR = 5  # words after a name, where a pronoun is hardly the object of what its bearer does
_BODY_ZH = (
    "手|头|眼|脸|脚|腿|肩|背|胡子|头发|嗓|声音|衣袖|袖|腰|嘴|心|帽|靴|眉|唇|指|"
    "掌|膝|自己|一生|毕生|名字"
)
_DEEDS_ZH = (
    "[解脱摘放]下|[系扣]好|[系裹]紧|收起|[掏拔抽]出|[合闭]上|睁开|伸出|[抬竖]起|低下|[挽卷]起|"
    "忘了?带"
)
_ANOTHER_ZH = "们也却倒才先"  # after a pronoun: whom it means is set against somebody
_CAUSES_ZH = "[让叫使请知觉说想信见]|发现"
_OWN_ACTS_ZH = "摇了?摇|点了?点|皱了?皱|皱起|清了?清|耸了?耸|屏住"
_ALWAYS_ZH = "从小|一向|向来|生来|生性|这辈子|平时|从来|总是|每天|每晚"


MANY = 3  # pronouns of the other kind
FOR_EACH = 5  # and so many more for each of one's own
BEFORE = 8  # sentences of the passages before, in which somebody else may be told of


def wrong_pronouns(narration: Narration) -> list[Doubt]:
    """Return where somebody is spoken of by a pronoun that is not theirs."""
    doubts = []
    for fact in narration.having("pronoun"):
        if fact.subject not in narration.named_in(narration.told):
            continue
        value = fact.value.casefold().split("/")[0].strip()
        kind = _AS_KIND.get(value, value)
        kinds = _KINDS_ZH if narration.is_chinese else _KINDS
        others = {
            word for name, words in kinds.items() if name not in {kind, "they"} for word in words
        }
        if kind in kinds:
            start = _find(narration, fact, kinds[kind], others)
            if start is None and kind != "they" and not narration.is_chinese:
                start = _outweighed(narration, fact, kinds[kind], others)
            if start is not None:
                doubts.append(narration.doubt(DoubtKind.PRONOUN, start, fact))
    return doubts


def _find(narration: Narration, fact: Known, own_kind: set[str], others: set[str]) -> int | None:
    """Return where a pronoun of the other kind can only mean this one."""
    name = narration.name(fact.subject)
    own, likely = (
        (_own_in_chinese(name, others), _likely_in_chinese(name, others))
        if narration.is_chinese
        else (_own_in_english(name, others), _likely_in_english(name, others))
    )
    is_told_of = _is_told_of(narration, fact, others)  # somebody whose pronoun it is
    is_named = False
    # Sentences in which somebody described may still be meant.
    unclear_for = 3 if _somebody_else(narration, fact, _last_sentences(narration)) else 0
    for start, told in narration.sentences:
        if (match := own.search(told)) and not _somebody_else(narration, fact, match[0]):
            return start
        if is_told_of:
            continue
        words = _words(narration, told)
        if words & own_kind and words & others:
            is_told_of = True  # she took his hand: two are told of
            continue
        if _somebody_else(narration, fact, told):
            is_named, unclear_for = False, 3
            continue
        unclear_for = max(0, unclear_for - 1)
        lead = "(?:[^。！？，；“”]{0,16}，)?" if narration.is_chinese else ""
        named = (re.match if narration.is_chinese else re.search)(rf"\W*{lead}{name}(?!的)", told)
        if not unclear_for:
            is_named = is_named or named is not None
            if likely.search(told) or (is_named and _is_meant(narration, told, named, others)):
                return start
        is_told_of = bool(words & others)
    return None


def _is_told_of(narration: Narration, fact: Known, others: set[str]) -> bool:
    """Whether somebody of the other kind is known to be here, or was just told of."""
    kind = fact.value.casefold()
    before = _last_sentences(narration)
    if _words(narration, before) & others:
        return True
    return any(
        each != fact.subject and narration.value_of(each, "pronoun").casefold() != kind
        for each in narration.named_in(f"{before}\n{narration.told}")
    )


def _is_meant(
    narration: Narration, told: str, named: re.Match[str] | None, others: set[str]
) -> bool:
    """Whether a sentence that nobody else is near has a pronoun of the other kind for this one."""
    if named is None:
        return bool(_words(narration, told) & others)
    rest = told[named.end() :]
    if narration.is_chinese:
        return (
            re.search(rf"[，；][^，；。]{{0,8}}?[{''.join(others)}](?![{_ANOTHER_ZH}])", rest)
            is not None
        )
    # In her own sentence "his hand" may be another's: only words far from her name count.
    words = re.findall(r"[a-z]+", rest.casefold())
    return not others.isdisjoint(words[_FAR:]) and others.isdisjoint(words[:_FAR])


def _outweighed(narration: Narration, fact: Known, own: set[str], others: set[str]) -> int | None:
    """Return where somebody is named who has no pronoun of theirs, where the other kind has many.

    Nobody else of whom something is known may be named, and nobody have been told of before.
    """
    name = narration.name(fact.subject)
    words = [word for _, told in narration.sentences for word in _word_list(narration, told)]
    of_others, of_own = (sum(word in kind for word in words) for kind in (others, own))
    if of_others < MANY + FOR_EACH * of_own or _is_told_of(narration, fact, others):
        return None
    # Whoever is told of before the first name, or beside it, is somebody else.
    first = re.search(name, narration.told)
    if first is None or _words(narration, narration.told[: first.start()]) & others:
        return None
    if "him" in others and re.search(rf"{name}[^.;:!?]*\bhim\b", narration.told):
        return None
    named = [at for at, told in narration.sentences if re.search(name, told)]
    if not named or narration.named_in(narration.told) != [fact.subject]:
        return None
    return named[0]


def _own_in_english(name: str, others: set[str]) -> re.Pattern[str]:
    """Return a pattern for pronouns that are surely of whoever is named, whoever else is near."""
    theirs = "|".join(sorted(others & {"his", "her", "their"})) or "(?!)"
    selves = "|".join(word for word in sorted(others) if word.endswith("self")) or "(?!)"
    # Who watched him dress himself did not dress.
    nobody = (
        r"(?:(?!(?:he|him|his|she|her|they|them|their|it|that|who|and|the|an?)\b)[\w'’-]+\s+){0,5}?"
    )
    return re.compile(
        rf"(?:^|^[^.;:!?]{{0,40}},)\W*{name}\s+{nobody}(?:{selves})\b"
        rf"|^\W*(?i:{nobody})(?:{selves})\b[^.;:!?,]{{0,20}},\s+{name}\b(?!['’]s)"
        rf"|{name}\s+(?:\w+ly\s+|had\s+|only\s+)?(?:{_OWN_ACTS.format(theirs=theirs)})\b"
    )


def _likely_in_english(name: str, others: set[str]) -> re.Pattern[str]:
    """Return a pattern for pronouns that are of whoever is named, where nobody else is near."""
    theirs = "|".join(sorted(others - {"she", "he", "they", "him"}))
    all_others = "|".join(sorted(others))
    return re.compile(
        rf"^\W*{name}\s(?:[^.;:!?]*?\b(?:with|without|despite|for all)\s+(?:{theirs})\s"
        rf"|[^.;:!?]*?\b(?:{_ACTS})\s+(?:{theirs})\s+(?:\w+\s+)?(?:{_BODY})\b"
        rf"|[^.;:!?]*?\b(?:{_BESIDE})\s+(?:{theirs})\s+(?:\w+\s+)?(?:{_BODY})\b)"
        rf"|{name}\s+(?:had\s+)?(?:{_DEEDS})\s+(?:{theirs})\s"
        rf"|{name},\s+(?:having\s+\w+|\w+ing)\s+(?:{theirs})\b"
        rf"|{name},\s+(?:{theirs})\s+\w+"
        rf"|{name},\s+who\s+[^,.;]*?\b(?:{all_others})\b"
    )


def _own_in_chinese(name: str, others: set[str]) -> re.Pattern[str]:
    other = f"[{''.join(sorted(others))}]"
    return re.compile(
        rf"^{name}(?:(?!{_CAUSES_ZH})[^。！？，；“”]){{0,10}}?{other}自己(?![会去来想也不要能做种写买说都])"
        rf"|^{name}(?:{_OWN_ACTS_ZH})了?{other}的(?:头|眉|嗓|肩|呼吸)"
    )


def _likely_in_chinese(name: str, others: set[str]) -> re.Pattern[str]:
    name = f"(?<![问对跟给向把被看叫让请和与替为]){name}"
    other = f"[{''.join(sorted(others))}]"
    return re.compile(
        rf"{name}(?:(?!{_CAUSES_ZH})[^。！？“”]){{0,24}}?{other}(?:自己|(?:的|那)?(?:那?[双张只])?(?:{_BODY_ZH}))"
        rf"|{name}(?:[^。！？；“”]{{0,12}}[，地])?[^。！？，；“”]{{0,6}}?(?:{_DEEDS_ZH}){other}的"
        rf"|^{name}(?:不?是|{_ALWAYS_ZH})[^。！？，；“”]{{1,20}}，{other}(?![{_ANOTHER_ZH}])"
        rf"|^[^。！？，“”]{{0,8}}{other}自己[^。！？，“”]{{0,8}}，{name}"
    )


def _last_sentences(narration: Narration) -> str:
    return " ".join(re.split(r"(?<=[.!?。！？])\s*", narration.told_before)[-BEFORE:])


def _words(narration: Narration, told: str) -> set[str]:
    return set(_word_list(narration, told))


def _word_list(narration: Narration, told: str) -> list[str]:
    if narration.is_chinese:
        return list(re.sub("他们|她们|其他|他人", "", told))
    return re.findall(r"[a-z]+", told.casefold())


def _somebody_else(narration: Narration, fact: Known, told: str) -> bool:
    """Whether anybody but the fact's subject is named or described whom the pronoun may mean."""
    rest = re.sub(narration.name(fact.subject), "", told)
    if narration.is_chinese:
        others = [each for each in narration.subjects if each != fact.subject]
        return bool(PEOPLE_ZH.search(rest)) or any(each in rest for each in others)
    kind = fact.value.casefold()
    if _PEOPLE.get(kind, _ALL_PEOPLE).search(rest):
        return True
    alike = {each for each in narration.subjects if narration.value_of(each, "pronoun") == kind}
    return narration.names_others(told, fact.subject, besides=alike)
