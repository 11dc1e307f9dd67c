"""The keys under which a text is found: one segmentation for every database, in any language.

English words lose their inflections and accents. Han text has no spaces: its keys are its
characters and their pairs, which need no dictionary, so that an index never grows old. Keys are
letters and digits only: SQLite's FTS5 and PostgreSQL's tsvector store and find exactly the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import rjieba

from engine.prose.function_words import is_function_word
from engine.prose.words import HAN, listed

_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?:(?![{HAN}])[^\W_])+")
HAN_RUN = re.compile(f"[{HAN}]+")
_NAME = re.compile(r"(?<=[a-z,;:] )([A-Z]\w+)")
MOST_KEY_CHARACTERS = 64
_PERSON = "nr"  # a part of speech as jieba's dictionary has it
_VOWEL = re.compile("[aeiouy]")

_IRREGULAR_FORMS = listed(
    ": arise:arose bear:born,bore become:became begin:began,begun bend:bent bite:bit,bitten"
    " bleed:bled blow:blew,blown break:broke,broken breed:bred bring:brought build:built"
    " burn:burnt buy:bought catch:caught child:children choose:chose,chosen cling:clung"
    " come:came creep:crept deal:dealt die:dying dig:dug draw:drew,drawn drink:drank,drunk"
    " drive:driven,drove dwell:dwelt eat:ate,eaten fall:fallen,fell feed:fed feel:felt"
    " fight:fought find:found flee:fled fling:flung fly:flew,flown foot:feet"
    " forget:forgot,forgotten forgive:forgave freeze:froze,frozen get:gotten give:gave,given"
    " go:gone,went goose:geese grow:grew,grown half:halves hang:hung hear:heard"
    " hide:hid,hidden hold:held keep:kept kneel:knelt knife:knives know:knew,known lay:laid"
    " lead:led leaf:leaves leap:leapt learn:learnt leave:left lend:lent lie:lain,lying"
    " life:lives light:lit loaf:loaves lose:lost make:made man:men mean:meant meet:met"
    " mouse:mice pay:paid ride:ridden,rode ring:rang rise:risen,rose run:ran see:saw,seen"
    " seek:sought sell:sold send:sent sew:sewn shake:shaken,shook shelf:shelves shine:shone"
    " shoot:shot show:shown sing:sang,sung sink:sank sit:sat slay:slain,slew sleep:slept"
    " slide:slid smell:smelt speak:spoke,spoken spend:spent stand:stood steal:stole,stolen"
    " stick:stuck sting:stung stride:strode strike:struck swear:swore,sworn sweep:swept"
    " swim:swam swing:swung take:taken,took teach:taught tear:tore,torn tell:told"
    " thief:thieves think:thought throw:threw,thrown tie:tying tooth:teeth"
    " understand:understood wake:woke,woken wear:wore,worn weave:wove,woven weep:wept"
    " wife:wives win:won wolf:wolves woman:women write:wrote,written"
)
_BASE_OF = {
    form: base
    for base, _, forms in (each.partition(":") for each in _IRREGULAR_FORMS)
    for form in forms.split(",")
}
# What asks, leads in, or belongs to the writing of a story: it says nothing of what is looked for.
_ASKING = listed(
    "tell told tells ask asks asked remind reminds remember remembers recall recalls mention"
    " mentions mentioned describe describes reveal reveals explain explains story scene chapter"
    " turn happen happens happened finally again next thing things really exactly someone still"
    " use uses day days nowadays today currently present moment time"
    " answer answers question want wants talk talks speak know knows known find out say said"
    " isn wasn didn doesn don won wouldn couldn aren weren ll ve re whats"
    " 请问 告诉 提到 说起 谈起 回忆 记得 想起 到底 究竟 终于 问道 回答 问起 故事 那位 哪个 哪些"
    " 哪位 哪儿 是谁 多少 什么样 怎样 有谁 如今 原来 起来 提起"
    " 问题 之后 以前 之前 以后 当初 那次 这次 一次"
)


def segment(text: str) -> str:
    """Return the keys of a text in order, separated by blanks."""
    return " ".join(_keys_in(text))


def keys(text: str) -> tuple[str, ...]:
    """Return the different keys of a query in order, without function words."""
    return tuple(dict.fromkeys(key for word in content_words(text) for key in keyed(word).split()))


def content_words(text: str) -> tuple[str, ...]:
    """Return the different words of a query that say what it is about, as they are written.

    Of Han text these are rjieba's words of two characters and more, and what it leaves single
    between function words, joined.
    """
    found: list[str] = []
    for match in _RUN.finditer(_plain(text)):
        if match["han"]:
            found += _han_content(match[0])
        elif not _is_empty(match[0]) and len(match[0]) > 1:
            found.append(match[0])
    return tuple(dict.fromkeys(found))


def keyed(phrase: str) -> str:
    """Return what stands in the segmented form of every text with this phrase, between blanks."""
    runs = (match for match in _RUN.finditer(_plain(phrase)))
    keys = (_pairs(run[0]) if run["han"] else [stem(run[0])[:MOST_KEY_CHARACTERS]] for run in runs)
    return f" {' '.join(key for each in keys for key in each)} "


def names_in(text: str) -> tuple[str, ...]:
    """Return what may be a name in a text: capitalised words inside a sentence, and Han words of
    three characters, or of two with a single one before them.
    """
    found = [match[1] for match in _NAME.finditer(text) if not _is_empty(match[1].casefold())]
    for match in HAN_RUN.finditer(text):
        before = ""
        for word in rjieba.cut(match[0], hmm=True):
            whole = before + word if len(before) == 1 and not _is_empty(before) else word
            if 3 <= len(whole) <= 4 and not _is_empty(word):
                found.append(whole)
            before = word
    return tuple(dict.fromkeys(found))


def people_in(text: str) -> tuple[str, ...]:
    """Return the words of a Han text that rjieba takes for names of people."""
    runs = HAN_RUN.findall(text)
    return tuple(
        word for run in runs for word, kind in rjieba.tag(run, hmm=True) if kind == _PERSON
    )


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what the inflections of an English word have in common; it need not be a word."""
    word = _BASE_OF.get(word, word)
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, instead in (("ied", "y"), ("ing", ""), ("ed", ""), ("ly", "")):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest):
            word = rest + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def is_han(text: str) -> bool:
    """Say whether a word is of Han characters."""
    return HAN_RUN.fullmatch(text) is not None


def _keys_in(text: str) -> Iterator[str]:
    for match in _RUN.finditer(_plain(text)):
        run = match[0]
        if not match["han"]:
            yield stem(run)[:MOST_KEY_CHARACTERS]
            continue
        yield from run
        if len(run) > 1:
            yield from _pairs(run)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _plain(text: str) -> str:
    """Return the text NFKC, case folded, without accents."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize(
        "NFC", "".join(char for char in spread if not unicodedata.combining(char))
    )


_ASKING_KEYS = frozenset(map(stem, _ASKING))


@lru_cache(maxsize=4096)
def is_asking_word(key: str) -> bool:
    """Say whether a key is of a function word, or of one with which questions are put."""
    return _is_empty(key) or key in _ASKING_KEYS


def _is_empty(word: str) -> bool:
    return (is_function_word(word) and not word.isdigit()) or word in _ASKING


def _han_content(run: str) -> Iterator[str]:
    single = ""
    for word in [*rjieba.cut(run, hmm=True), ""]:
        if len(word) == 1 and not _is_empty(word):
            single += word
            continue
        if single:
            yield single
            single = ""
        if word and not _is_empty(word):
            yield word
