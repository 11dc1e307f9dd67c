"""Somebody is "he" who was "she".

A pronoun is taken for somebody's only where nobody else can be meant: nobody else is named or
described near it, and the passage had no pronoun of that kind before.
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
# Anybody at all whom a pronoun might mean.
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
_OWN_DEEDS = (
    "(?:put|set|laid) down|put on|took off|pulled (?:on|off)|shrugged (?:on|off)|forg[eo]t(?:ten)?|"
    "finished|emptied|(?:un)?buttoned|laced|sheathed|rolled up|(?:un)?tied|straightened|smoothed"
)
_BESIDE = "with|on|in|over|under|behind|to|about|between|against|across|around|from|beneath|into|at"
_LEADS_IN = "when|as|before|after|while|once|though|although|because|since|if|with|having|until"
_FAR = 5  # words after a name, where a pronoun is hardly the object of what its bearer does
_BODY_ZH = (
    "手|头|眼|脸|脚|腿|肩|背|胡子|头发|嗓|声音|衣袖|袖|腰|嘴|心|帽|靴|眉|唇|指|"
    "掌|膝|自己|一生|毕生|名字"
)
_OWN_DEEDS_ZH = (
    "[解脱摘放]下|[戴披穿]上|[系扣]好|[系裹]紧|收起|[掏拔抽]出|[合闭]上|睁开|伸出|[抬竖]起|低下|[挽卷]起|"
    "忘了?带"
)
_ALWAYS_ZH = "从小|一向|向来|生来|生性|这辈子|平时|从来|总是|每天|每晚"
_LEADS_IN_ZH = (
    "因为|由于|虽然|尽管|每?当|自从|等|既然|只要|如果|要是|即使|即便|哪怕|为了|自打|趁|除了|对于|在"
)
_TO_OTHERS = (
    "kissed|touched|grasped|seized|watched|followed|pressed|stroked|clasped|noticed|observed|"
    "admired|remarked|received|wanted|missed|loved|grabbed|recognised|recognized|studied"
)


MANY = 3  # pronouns of the other kind
FOR_EACH = 5  # and so many more for each of one's own


def wrong_pronouns(narration: Narration) -> list[Doubt]:
    """Return where somebody is spoken of by a pronoun that is not theirs."""
    doubts = []
    for fact in narration.having("pronoun"):
        value = fact.value.casefold().split("/")[0].strip()
        kind = _AS_KIND.get(value, value)
        kinds = _KINDS_ZH if narration.is_chinese else _KINDS
        others = {
            word for name, words in kinds.items() if name not in {kind, "they"} for word in words
        }
        if kind in kinds:
            start = _find(narration, fact, others)
            if start is None and kind != "they" and not narration.is_chinese:
                start = _outweighed(narration, fact, kinds[kind], others)
            if start is not None:
                doubts.append(narration.doubt(DoubtKind.PRONOUN, start, fact))
    return doubts


def _find(narration: Narration, fact: Known, others: set[str]) -> int | None:
    """Return where a pronoun of the other kind can only mean this one."""
    name = narration.name(fact.subject)
    first = re.search(name, narration.told)
    if first is None:
        return None
    # Somebody may be told of who has no name: then only what is surely one's own counts.
    before = narration.told[: first.start()]
    is_alone = not (narration.is_chinese and _words(narration, before) & others)
    is_clear = False  # the last sentences name nobody but this one
    unclear_for = 0  # sentences in which somebody else may still be meant
    last = _last_sentences(narration)
    if _somebody_else(narration, fact, last) or _words(narration, last) & others:
        unclear_for = 2
    kind = fact.value.casefold()
    is_alone = is_alone and all(
        each == fact.subject or narration.value_of(each, "pronoun").casefold() == kind
        for each in narration.named_in(narration.told)
    )
    own = _of_its_own(name, others, is_chinese=narration.is_chinese)
    for start, told in narration.sentences:
        match = own.search(told)
        if match and not _somebody_else(narration, fact, match[0]):
            return start
        if _somebody_else(narration, fact, told):
            is_clear, unclear_for = False, 3
            continue
        unclear_for = max(0, unclear_for - 1)
        lead = "(?:[^。！？，；“”]{0,16}，)?" if narration.is_chinese else ""
        named = (re.match if narration.is_chinese else re.search)(rf"\W*{lead}{name}(?!的)", told)
        is_clear = is_clear or bool(named and not unclear_for and is_alone)
        if is_clear and _is_meant(narration, told, named, others):
            return start
        if _words(narration, told) & others:
            unclear_for = 2
    return None


def _is_meant(
    narration: Narration, told: str, named: re.Match[str] | None, others: set[str]
) -> bool:
    """Whether a sentence that nobody else is near has a pronoun of the other kind for this one."""
    if named is None:
        return bool(_words(narration, told) & others)
    rest = told[named.end() :]
    if narration.is_chinese:
        return re.search(rf"[，；][^，；。]{{0,8}}?[{''.join(others)}](?!们)", rest) is not None
    # In her own sentence "his hand" may be another's: only words far from her name count.
    words = re.findall(r"[a-z]+", rest.casefold())
    return not others.isdisjoint(words[_FAR:]) and others.isdisjoint(words[:_FAR])


def _outweighed(narration: Narration, fact: Known, own: set[str], others: set[str]) -> int | None:
    """Return where somebody is named who has no pronoun of theirs, where the other kind has many.

    Nobody else of whom something is known may be named.
    """
    name = narration.name(fact.subject)
    words = [word for _, told in narration.sentences for word in _word_list(narration, told)]
    of_others, of_own = (sum(word in kind for word in words) for kind in (others, own))
    if of_others < MANY + FOR_EACH * of_own:
        return None
    named = [at for at, told in narration.sentences if re.search(name, told)]
    if not named or narration.named_in(narration.told) != [fact.subject]:
        return None
    return named[0]


def _of_its_own(name: str, others: set[str], *, is_chinese: bool) -> re.Pattern[str]:
    """Return a pattern for pronouns that can only be those of whoever the sentence is about.

    Whoever shakes a head or looks at himself has it of their own, whoever else is near; and who is
    named after a pronoun in the same sentence is mostly meant by it.
    """
    if is_chinese:
        name = f"(?<![问对跟给向把被看叫让请和与替为]){name}"
        other = f"[{''.join(sorted(others))}]"
        return re.compile(
            rf"{name}[^。！？“”]{{0,24}}?{other}(?:自己|(?:的|那)?(?:那?[双张只])?(?:{_BODY_ZH}))"
            rf"|{name}(?:[^。！？；“”]{{0,12}}[，地])?[^。！？，；“”]{{0,6}}?(?:{_OWN_DEEDS_ZH}){other}的"
            rf"|^{name}(?:不?是|{_ALWAYS_ZH})[^。！？，；“”]{{1,20}}，(?:所以|因此|可)?{other}(?!们)"
            rf"|^{name}(?:没有?|并?不|并没有?)[^。！？，；“”]{{1,12}}，{other}(?:只|而是|反而|仍|依|还是)"
            rf"|(?:只剩|只有|除了){name}[^。！？；“”]{{0,12}}，[^。！？，；“”]{{0,6}}?{other}(?!们)"
            rf"|^[^。！？，“”]{{0,8}}{other}自己[^。！？，“”]{{0,8}}，{name}"
            rf"|^(?:{_LEADS_IN_ZH})?{other}(?!们)[^。！？“”]{{1,20}}，{name}"
        )
    theirs = "|".join(sorted(others - {"she", "he", "they", "him"}))
    all_others = "|".join(sorted(others))
    subject = "|".join(sorted(others & {"she", "he", "they"}))
    selves = "|".join(word for word in sorted(others) if word.endswith("self")) or "(?!)"
    verb = rf"(?!{_TO_OTHERS})\w+ed|shook|bent|bit|threw|raised|put|wrung|let|drew|held|ran|drew"
    particle = r"(?:\s+(?:up|down|back|on|off|out|in))?"
    return re.compile(
        rf"(?:^|^[^.;:!?]{{0,40}},)\W*{name}\s(?:[^.;:!?]{{0,120}}?\b(?:{selves})\b"
        rf"|[^.;:!?]*?\b(?:with|without|despite|for all|in spite of)\s+(?:{theirs})\s"
        rf"|[^.;:!?]*?\b(?:{verb}){particle}\s+(?:{theirs})\s+(?:\w+\s+)?(?:{_BODY})\b"
        rf"|[^.;:!?]*?\b(?:{_BESIDE})\s+(?:{theirs})\s+(?:\w+\s+)?(?:{_BODY})\b)"
        rf"|{name}\s+(?:had\s+)?(?:{_OWN_DEEDS})\s+(?:{theirs})\s"
        rf"|{name}\s+\w+,\s+(?:though|although|if|because|when|as)\s+(?:{subject})\b"
        rf"|^[^.;:!?,]{{0,40}}\b(?:{selves})\b[^.;:!?,]{{0,20}},\s+{name}\b"
        rf"|{name},\s+(?:having\s+\w+|\w+ing)\s+(?:{theirs})\b"
        rf"|{name},\s+(?:{theirs})\s+\w+"
        rf"|{name},\s+who\s+[^,.;]*?\b(?:{all_others})\b"
        rf"|^\W*(?i:{_LEADS_IN})\b[^,.;:!?]{{0,60}}\b(?:{all_others})\b[^,.;:!?]{{0,40}},\s+{name}\b"
    )


def _last_sentences(narration: Narration) -> str:
    return " ".join(re.split(r"(?<=[.!?。！？])\s*", narration.told_before)[-3:])


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
