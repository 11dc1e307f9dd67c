"""A question to the canon is answered with the words that establish it, or not at all."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum

from engine.memory.canon import told
from engine.memory.passages import Passage
from engine.prose.function_words import is_function_word
from engine.prose.segmenting import content_words
from engine.prose.words import listed
from engine.runtime import Engine
from engine.story import Story
from engine.story.canon import Established, Fact, fold
from engine.writing.canon.ledger import read_canon
from engine.writing.recalling import find_passages

MOST_QUOTED = 3
MOST_CLOSEST = 2
_PARTS = re.compile(r"\w+")
_CAPITALIZED = re.compile(r"\b[A-Z]\w+(?:\s+[A-Z]\w+)*")
_BEGUN = re.compile(r"(?:^|[.?!:])\W*$")  # a sentence
_INITIAL = re.compile(r"\b[A-Z]\.\s*")
_TITLES = listed(
    "mr mrs miss ms dr sir lady lord old young king queen prince princess captain colonel general "
    "sergeant major doctor professor father mother sister brother aunt uncle grandmother "
    "grandfather granny"
)
# What members call the relations that the ledger has short names for.
_ASKED_AS = {
    "eye_color": "eye eyes look 眼睛 双眼",
    "hair_color": "hair look 头发",
    "age": "age old young years 年龄 多大 几岁 岁",
    "died": "dead die died alive death 死 死了 活着 还活",
    "is_at": "where place at 哪里 哪儿 在",
    "lives_in": "where live lives home house 哪里 哪儿 住 家",
    "is_a": "who what job trade profession work 谁 什么 职业 做",
    "parent_of": "mother father parent child son daughter 父亲 母亲 孩子 儿子 女儿",
    "sibling_of": "brother sister sibling 兄弟 姐妹 哥哥 姐姐 弟弟 妹妹",
    "spouse_of": "husband wife married spouse 丈夫 妻子 结婚",
    "friend_of": "friend friends 朋友",
    "enemy_of": "enemy enemies foe 敌人 仇人",
    "owns": "own owns have has belong 拥有 有 的",
    "wants": "want wants wish 想要 想",
    "promised": "promise promised 答应 承诺",
    "knows": "know knows 知道",
    "pronoun": "he she pronoun 他 她",
}
_WHO = listed("who whose whom")
_VAGUE = listed("have has what who where look he she 有 的 在 谁 什么 哪里 哪儿 他 她")
# What may stand beside a name and is no part of it.
_NO_NAMES = _TITLES | listed(" ".join(_ASKED_AS.values()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger says, newest last, or else what the story itself says."""

    story: Story
    facts: tuple[Established, ...]
    passages: tuple[Passage, ...]  # empty where the ledger answers
    is_established: bool = True  # else nothing answers, and the passages merely come closest


class _Fit(IntEnum):
    """How well a fact answers a question."""

    NONE = 0
    VAGUE = 1  # by a word that asks for many things: who, what, has
    PLAIN = 2


async def ask_canon(
    engine: Engine, *, guild_id: int, channel_id: int, question: str, member_id: int = 0
) -> Answer:
    """Look a question up, in the ledger first, then in the story. No model writes.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    canon = await read_canon(engine, guild_id=guild_id, channel_id=channel_id, member_id=member_id)
    language = canon.story.language
    fits = [(each, _fit(each.fact, question, language)) for each in canon.established]
    best = max((fit for _, fit in fits), default=_Fit.NONE)
    if best is not _Fit.NONE:
        return Answer(canon.story, tuple(each for each, fit in fits if fit is best), ())
    found = await find_passages(
        engine, guild_id=guild_id, channel_id=channel_id, query=question, member_id=member_id
    )
    most = MOST_QUOTED if found.is_established else MOST_CLOSEST
    return Answer(canon.story, (), found.passages[:most], found.is_established)


def _fit(fact: Fact, question: str, language: str) -> _Fit:
    """Whether the question names whom the fact is about, and asks in this respect.

    A name alone asks in every respect. Who asks *who* names the value instead.
    """
    asked = fold(question)
    names = _names_in(fact.subject, asked)
    if names and _is_of_a_namesake(fact.subject, question):
        return _Fit.NONE
    respect = listed(_ASKED_AS.get(fact.relation, fact.relation))
    if fact.subject.isascii() and asked.isascii():
        about = {*content_words(question)}
        rest = {*_words(asked), *about} - names
        if names:
            is_all = not (about - names | rest & _NO_NAMES) - _VAGUE
            wanted = {*respect, *content_words(told(fact, language))}
            return _Fit.PLAIN if is_all else _fit_of(wanted & rest)
        value = {*content_words(fold(fact.value))}
        return _fit_of(respect & rest) if value and value <= rest and _WHO & rest else _Fit.NONE
    if not names and len(fact.value) > 1 and fold(fact.value) in asked and "谁" in asked:
        names = {fold(fact.value)}
    rest_of_it = asked
    for name in names:
        rest_of_it = rest_of_it.replace(name, "")
    if names and not any(map(str.isalnum, rest_of_it)):
        return _Fit.PLAIN
    return _fit_of({word for word in respect if word in rest_of_it}) if names else _Fit.NONE


def _fit_of(hits: AbstractSet[str]) -> _Fit:
    if not hits:
        return _Fit.NONE
    return _Fit.PLAIN if hits - _VAGUE else _Fit.VAGUE


def _names_in(subject: str, asked: str) -> set[str]:
    """Return the parts of a name that a question has: the whole, a first name, a last name."""
    whole = fold(subject)
    parts = {fold(part) for part in _PARTS.findall(subject) if part[0].isupper() or part[0] > "~"}
    if not subject.isascii():
        return {part for part in {whole, *parts} if len(part) > 1 and part in asked}
    words = _words(asked)
    found = {
        part
        for part in {whole.split()[0], *parts}
        if len(part) > 2 and part in words and not is_function_word(part)
    }
    return {*whole.split(), whole} if whole in asked else found


def _is_of_a_namesake(subject: str, question: str) -> bool:
    """Whether a question has a part of a name only beside another: Mira Holt, of Mira Voss."""
    asked = _INITIAL.sub("", question)
    if not subject.isascii() or question.isupper() or fold(subject) in fold(asked):
        return False
    mine = [part for part in _PARTS.findall(subject) if fold(part) not in _NO_NAMES]
    meant = [
        (word, before, after) for before, word, after in _beside_each_other(asked) if word in mine
    ]
    return bool(meant) and all(
        _is_anothers(after, mine) or (word != mine[0] and _is_anothers(before, mine))
        for word, before, after in meant
    )


def _beside_each_other(asked: str) -> Iterator[tuple[str, str, str]]:
    """Yield each word with a capital letter, between those that stand right beside it, or ""."""
    for run in _CAPITALIZED.finditer(asked):
        words = _PARTS.findall(run[0])
        if _BEGUN.search(asked[: run.start()]):
            words[0] = "" if len(words) > 1 else words[0]  # no name: Describe Mira's eyes
        yield from zip(["", *words], words, [*words[1:], ""], strict=False)


def _is_anothers(word: str, mine: Sequence[str]) -> bool:
    return word not in ("", *mine) and fold(word) not in _NO_NAMES


def _words(text: str) -> set[str]:
    return {word.strip(".,?!'\"’").removesuffix("'s").removesuffix("’s") for word in text.split()}
