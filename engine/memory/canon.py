"""Which facts the next words need: those about who is named now. Pure."""

from collections.abc import Mapping, Sequence

from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.story.canon import Fact, FactScope, fold

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "is_a": "is a {}",
        "eye_color": "has {} eyes",
        "hair_color": "has {} hair",
        "age": "is {} years old",
        "pronoun": "is called “{}”",
        "died": "is dead",
        "is_at": "is at {}",
        "lives_in": "lives in {}",
        "parent_of": "is a parent of {}",
        "sibling_of": "is a sibling of {}",
        "spouse_of": "is married to {}",
        "friend_of": "is a friend of {}",
        "enemy_of": "is an enemy of {}",
        "owns": "owns {}",
        "wants": "wants {}",
        "promised": "promised {}",
        "knows": "knows {}",
        "is": "is {}",
    },
    "zh-CN": {
        "is_a": "是{}",
        "eye_color": "眼睛是{}",
        "hair_color": "头发是{}",
        "age": "{}岁",
        "pronoun": "用“{}”指代",
        "died": "已经死了",
        "is_at": "在{}",
        "lives_in": "住在{}",
        "parent_of": "是{}的父亲或母亲",
        "sibling_of": "是{}的兄弟姐妹",
        "spouse_of": "与{}结婚了",
        "friend_of": "是{}的朋友",
        "enemy_of": "是{}的敌人",
        "owns": "拥有{}",
        "wants": "想要{}",
        "promised": "答应过{}",
        "knows": "知道{}",
        "is": "是{}",
    },
}


def told(fact: Fact, language: str) -> str:
    """Return what a fact says of its subject, in the story's language: "has grey eyes"."""
    pattern = _WORDS[language].get(fact.relation)
    if pattern is None:
        colon = "：" if language == "zh-CN" else ": "
        return f"{fact.relation}{colon}{fact.value}"
    return pattern.format(fact.value)


def known_to(facts: Sequence[Fact], witness: str | None) -> list[Fact]:
    """Return what a character knows; with None for the story's own turns, all."""
    if witness is None:
        return list(facts)
    return [
        fact
        for fact in facts
        if fact.scope is FactScope.EVERYBODY or fold(witness) in map(fold, fact.witnesses)
    ]


def facts_named_in(facts: Sequence[Fact], texts: Sequence[str]) -> list[Fact]:
    """Return the facts whose subject is named in the texts, those named last first."""
    folded = [fold(text) for text in texts]
    places: dict[str, int] = {}
    for fact in facts:
        subject = fold(fact.subject)
        found = [at for at, text in enumerate(folded) if _names(text, subject)]
        if found:
            places[subject] = found[-1]
    named = [fact for fact in facts if fold(fact.subject) in places]
    return sorted(named, key=lambda fact: -places[fold(fact.subject)])


def _names(text: str, subject: str) -> bool:
    first = subject.split(maxsplit=1)[0] if subject.isascii() and " " in subject else subject
    return subject in text or (len(first) > 2 and first in text.split())


def offers_of_facts(facts: Sequence[Fact], language: str) -> list[Offer]:
    """Return one offer a subject, in the order given."""
    by_subject: dict[str, list[Fact]] = {}
    for fact in facts:
        by_subject.setdefault(fold(fact.subject), []).append(fact)
    comma, stop = ("，", "。") if language == "zh-CN" else ("; ", ".")
    lead, space = ("已确立：", "") if language == "zh-CN" else ("Established: ", " ")
    return [
        Offer(
            BlockKind.CANON,
            f"{lead}{about[0].subject}{space}"
            f"{comma.join(told(fact, language) for fact in about)}{stop}",
            Spot.TAIL,
            ids=tuple(fact.id for fact in about),
        )
        for about in by_subject.values()
    ]
