"""Eyes, hair, an age or a trade are other than they were."""

import re
from collections.abc import Iterator

from engine.prose.continuity.ages import ages_told, years
from engine.prose.continuity.colors import colors_told, disagree
from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.narration import Narration
from engine.prose.continuity.trades import trades_disagree, trades_told

_RELATIONS = ("eye_color", "hair_color", "age", "is_a")
_NOT = re.compile(
    r"\b(?:not|never|no longer|neither|nor|n['’]t|as if|as though|dyed|wig|if|what it (?:was|is)|"
    r"wanted|wished|dream\w*|hoped|remember\w*|pretend\w*|used to|called|nicknamed)\b"
)
_NOT_ZH = re.compile(
    "不是|没有|并非|不再|如果|假如|要是|仿佛|好像|像是|假发|染|染成|画像|照片|戏里|扮|当成|当作|看作|看成"
)


def changed_looks(narration: Narration) -> list[Doubt]:
    """Return where somebody's eyes, hair, age or trade are told otherwise."""
    doubts = []
    for fact in narration.having(*_RELATIONS):
        for start, found in _contradictions(narration, fact):
            doubts.append(narration.doubt(DoubtKind.CHANGED_ATTRIBUTE, start, fact, found))
            break
    return doubts


def _contradictions(narration: Narration, fact: Known) -> Iterator[tuple[int, str]]:
    """Yield where a sentence that is about nobody else says otherwise, and what it says."""
    name, is_chinese = narration.name(fact.subject), narration.is_chinese
    denied = _NOT_ZH if is_chinese else _NOT
    for start, told in narration.about(fact.subject):
        said = list(_told(fact, told, name, is_chinese=is_chinese))
        # With what is known beside it, the other is somebody's or something's else.
        if not all(differs for _, _, differs in said):
            continue
        for at, found, _ in said:
            if not denied.search(told[:at]) and not narration.is_of_others(told, at, name):
                yield start + at, found


def _told(
    fact: Known, told: str, name: str, *, is_chinese: bool
) -> Iterator[tuple[int, str, bool]]:
    """Yield what a sentence says of the matter, where, and whether that differs."""
    if fact.relation == "age":
        known = years(fact.value.casefold())
        for at, (low, high) in ages_told(told, name, is_chinese=is_chinese):
            found = str(low) if low == high else f"{low}-{high}"
            yield at, found, known is not None and not low <= known <= high
    elif fact.relation == "is_a":
        for at, found in trades_told(told, name, is_chinese=is_chinese):
            yield at, found, trades_disagree(fact.value, found, is_chinese=is_chinese)
    else:
        for at, found in colors_told(told, fact.relation, is_chinese=is_chinese):
            yield at, found, disagree(fact.value, found, is_chinese=is_chinese)
