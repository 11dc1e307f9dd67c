"""Somebody is "he" who was "she".

A pronoun is taken for somebody's only where nobody else can be meant: nobody else is named or
described near it, and the passage had no pronoun of that kind before.
"""

import re

from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration

_KINDS = {
    "she": {"she", "her", "hers", "herself"},
    "he": {"he", "him", "his", "himself"},
    "they": {"they", "them", "their", "theirs", "themselves"},
}
_KINDS_ZH = {"she": {"她"}, "he": {"他"}}
_AS_KIND = {"她": "she", "他": "he", "it": "", "它": "", "her": "she", "him": "he"}
# Anybody at all whom a pronoun might mean.
_PEOPLE = re.compile(
    r"\b(?:m[ae]n|wom[ae]n|boys?|girls?|brothers?|sisters?|fathers?|mothers?|sons?|daughters?|"
    r"husband|wife|wives|uncle|aunt|lad(?:y|ies)|lord|gentlem[ae]n|friends?|captain|doctor|"
    r"child(?:ren)?|king|queen|master|mistress|fellow|guard|soldier|sailor|stranger|servant|"
    r"priest|officer|cousins?|nephew|niece|papa|mama|mamma|sir|madam|widow|colonel|cat|dog|horse|"
    r"person|people|somebody|someone|another|other|others|companion|maid|baby|old one|ship|god)\b",
    re.IGNORECASE,
)
_PEOPLE_ZH = re.compile(
    "男人|女人|男孩|女孩|兄|弟|姐|妹|父|母|爸|妈|儿子|女儿|丈夫|妻|叔|姨|先生|夫人|太太|小姐|朋友|船长|"
    "医生|孩子|国王|王后|老人|老头|士兵|水手|陌生|仆|神父|客人|别人|有人|同伴|婴儿|猫|狗|马|人影|家伙"
)
_NAME = re.compile(r"(?<![.!?“\"‘—]\s)(?<!^)\b[A-Z][a-z]+")
_NO_NAME = frozenset(
    [
        "I",
        "Mr",
        "Mrs",
        "Miss",
        "The",
        "A",
        "An",
        "And",
        "But",
        "Or",
        "So",
        "Then",
        "When",
        "If",
        "It",
        "He",
        "She",
        "They",
        "We",
        "You",
        "His",
        "Her",
        "Their",
        "My",
        "Our",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "English",
        "French",
        "God",
        "Christmas",
    ]
)


_BODY = (
    "head|eyes|hands?|arms?|shoulders?|hair|brow|lips?|mouth|chin|throat|fists?|fingers|teeth|"
    "coat|cloak|hat|hood|collar|sleeves?|gloves?|boots?|cap|scarf|spectacles|glasses|beard"
)
_TO_OTHERS = (
    "kissed|touched|grasped|seized|watched|followed|pressed|stroked|clasped|noticed|observed|"
    "admired|remarked|received|wanted|missed|loved|grabbed|recognised|recognized|studied"
)


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
            if start is not None:
                doubts.append(narration.doubt(DoubtKind.PRONOUN, start, fact))
    return doubts


def _find(narration: Narration, fact: Known, others: set[str]) -> int | None:
    """Return where a pronoun of the other kind can only mean this one."""
    name = narration.name(fact.subject)
    is_clear = False  # the last sentences name nobody but this one
    unclear_for = 0  # sentences in which somebody else may still be meant
    last = _last_sentences(narration)
    if _somebody_else(narration, fact, last) or _words(narration, last) & others:
        unclear_for = 2
    own = _of_its_own(name, others)
    for start, told in narration.sentences:
        if own.search(told) and not _somebody_else(narration, fact, told):
            return start
        names_this = re.search(name, told)
        if _somebody_else(narration, fact, told):
            is_clear, unclear_for = False, 3
            continue
        unclear_for = max(0, unclear_for - 1)
        if names_this and not unclear_for:
            is_clear = True
        # In her own sentence "his hand" may be another's: only the next ones count.
        if is_clear and not names_this and _words(narration, told) & others:
            return start
        if is_clear and narration.is_chinese and names_this:
            rest = told[names_this.end() :]
            if re.search(rf"[，；][{''.join(others)}](?!们)", rest):
                return start
        if _words(narration, told) & others:
            unclear_for = 2
    return None


def _of_its_own(name: str, others: set[str]) -> re.Pattern[str]:
    """Return a pattern for who begins a sentence and does something with their own body.

    Whoever shakes a head or looks at himself has it of their own, whoever else is near.
    """
    theirs = "|".join(sorted(others - {"she", "he", "they", "him"}))
    selves = (
        "|".join(word for word in sorted(others) if word.endswith(("self", "selves"))) or "(?!)"
    )
    verb = rf"(?!{_TO_OTHERS})\w+ed|shook|bent|bit|threw back|raised|put on|wrung|let|drew"
    return re.compile(
        rf"^\W*{name}\s[^.;:!?]*?\b(?:(?:{selves})"
        rf"|(?:{verb})\s+(?:{theirs})\s+(?:\w+\s+)?(?:{_BODY}))\b"
    )


def _last_sentences(narration: Narration) -> str:
    return " ".join(re.split(r"(?<=[.!?。！？])\s*", narration.told_before)[-3:])


def _words(narration: Narration, told: str) -> set[str]:
    if narration.is_chinese:
        return set(re.sub("他们|她们|其他|他人", "", told))
    return set(re.findall(r"[a-z]+", told.casefold()))


def _somebody_else(narration: Narration, fact: Known, told: str) -> bool:
    """Whether anybody but the fact's subject is named or described."""
    rest = re.sub(narration.name(fact.subject), "", told)
    if narration.is_chinese:
        others = [each for each in narration.subjects if each != fact.subject]
        return bool(_PEOPLE_ZH.search(rest)) or any(each in rest for each in others)
    if _PEOPLE.search(rest) or narration.named_in(rest):
        return True
    return any(name not in _NO_NAME for name in _NAME.findall(rest))
