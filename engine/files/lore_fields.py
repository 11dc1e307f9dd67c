"""The fields of a lore entry in files: where each stands, and how its values are written.

World Info spells `excludeRecursion`; a card's book keeps the same under `extensions` as
`exclude_recursion`. Both spellings are read in both, whichever comes first; what is written goes
where the entry had it, or else where its form wants it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from engine.story import LorePosition, LoreRole, LoreText, SecondaryLogic

MOST_NUMBER = 1_000_000
MOST_NAME = 200  # characters
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_Choice = TypeVar("_Choice", bound=StrEnum)


class OddValue(ValueError):
    """The value is none of its kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of a field are read from JSON and written to it."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the noun, and its places in the files, the usual one first."""

    noun: str
    kind: Kind
    world: tuple[str, ...]
    card: tuple[str, ...]  # with a leading dot: under `extensions`
    also: tuple[str, ...] = ()  # places of the card that a new entry fills as well
    default: Any = None
    card_default: Any = None  # where it differs


def text(value: Any) -> str:
    """Read a text, without what no prompt and no database can hold."""
    if not isinstance(value, str):
        raise OddValue
    return _BROKEN.sub("", value)


def flag(value: Any) -> bool:
    """Read yes or no."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower(), value)
    if value in (0, 1):
        return bool(value)
    raise OddValue


def number(value: Any) -> int:
    """Read a whole number, which may be written as text."""
    if isinstance(value, str):
        digits = value.strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", digits):
            raise OddValue
        value = int(digits)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OddValue
    return int(min(max(round(value), -MOST_NUMBER), MOST_NUMBER))


def texts(value: Any) -> tuple[str, ...]:
    """Read a list of texts, which may be one text with commas."""
    if isinstance(value, str):
        return tuple(filter(None, (text(part).strip() for part in value.split(","))))
    if not isinstance(value, list):
        raise OddValue
    return tuple(text(part) for part in value)


def _count(value: Any) -> int:
    return max(number(value), 0)


def _percent(value: Any) -> int:
    return min(_count(value), 100)


def _level(value: Any) -> int:
    return int(value) if isinstance(value, bool) else _count(value)


def _same(value: Any) -> Any:
    return value


def _not(value: Any) -> bool:
    return not flag(value)


def _list(value: Sequence[str]) -> list[str]:
    return list(value)


def _choice(choices: type[_Choice]) -> Kind:
    """Return the kind of a value that files number in the order of its names."""
    in_order = list(choices)

    def read(value: Any) -> _Choice:
        if isinstance(value, str) and value in {str(choice) for choice in choices}:
            return choices(value)
        place = number(value)
        if not 0 <= place < len(in_order):
            raise OddValue
        return in_order[place]

    return Kind(read, in_order.index)


def _name(value: Any) -> str:
    return text(value)[:MOST_NAME]


TEXT = Kind(text, _same)
FLAG = Kind(flag, _same)
NUMBER = Kind(number, _same)
COUNT = Kind(_count, _same)
TEXTS = Kind(texts, _list)
POSITION = _choice(LorePosition)


def _snake(camel: str) -> str:
    return re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", camel)


def _extended(
    noun: str, kind: Kind, camel: str, *, default: Any = None, keeps_camel: bool = False
) -> Field:
    """Return a field of World Info that a card keeps under `extensions`."""
    snake = _snake(camel)
    spellings = (camel, snake) if keeps_camel else (snake, camel)
    card = tuple(dict.fromkeys([*(f".{name}" for name in spellings), *spellings]))
    world = tuple(dict.fromkeys([camel, snake, f".{camel}", f".{snake}"]))
    return Field(noun, kind, world, card, default=default)


FIELDS: tuple[Field, ...] = (
    Field(
        "name", Kind(_name, _same), ("comment", "name"), ("comment", "name"), ("name",), default=""
    ),
    Field("content", TEXT, ("content",), ("content",), default=""),
    Field("keys", TEXTS, ("key", "keys"), ("keys", "key"), default=()),
    Field(
        "secondary_keys",
        TEXTS,
        ("keysecondary", "secondary_keys"),
        ("secondary_keys", "keysecondary"),
        default=(),
    ),
    Field("is_selective", FLAG, ("selective",), ("selective",), default=True, card_default=False),
    Field("is_constant", FLAG, ("constant",), ("constant",), default=False),
    Field("order", NUMBER, ("order", "insertion_order"), ("insertion_order", "order"), default=100),
    Field("priority", NUMBER, ("priority",), ("priority", ".priority")),
    _extended(
        "logic",
        _choice(SecondaryLogic),
        "selectiveLogic",
        default=SecondaryLogic.AND_ANY,
        keeps_camel=True,
    ),
    _extended("depth", COUNT, "depth", default=4),
    _extended("role", _choice(LoreRole), "role", default=LoreRole.SYSTEM),
    _extended("outlet", TEXT, "outletName", default=""),
    _extended("scan_depth", COUNT, "scanDepth"),
    Field(
        "is_case_sensitive",
        FLAG,
        ("caseSensitive", "case_sensitive", ".case_sensitive", ".caseSensitive"),
        (".case_sensitive", ".caseSensitive", "case_sensitive", "caseSensitive"),
        ("case_sensitive",),
    ),
    _extended("has_whole_words", FLAG, "matchWholeWords"),
    _extended("is_not_recursed", FLAG, "excludeRecursion", default=False),
    _extended("wakes_nobody", FLAG, "preventRecursion", default=False),
    _extended("recursion_level", Kind(_level, _same), "delayUntilRecursion", default=0),
    _extended("probability", Kind(_percent, _same), "probability", default=100),
    _extended("uses_probability", FLAG, "useProbability", default=True, keeps_camel=True),
    _extended("group", TEXT, "group", default=""),
    _extended("group_override", FLAG, "groupOverride", default=False),
    _extended("group_weight", COUNT, "groupWeight", default=100),
    _extended("group_scoring", FLAG, "useGroupScoring"),
    _extended("sticky", COUNT, "sticky", default=0),
    _extended("cooldown", COUNT, "cooldown", default=0),
    _extended("delay", COUNT, "delay", default=0),
    _extended("triggers", TEXTS, "triggers", default=()),
    _extended("ignores_budget", FLAG, "ignoreBudget", default=False),
)
"""All but those that stand in several places at once: `is_on`, `position`, the character filter,
the texts also looked at, and `use_regex`."""

CARRIED = ("addMemo", "vectorized", "automationId", "displayIndex")
"""Fields of World Info that mean nothing here; a card's book has them under `extensions`."""

ALSO_IN: Mapping[LoreText, Field] = {
    name: _extended(str(name), FLAG, camel, default=False)
    for name, camel in {
        LoreText.PERSONA_DESCRIPTION: "matchPersonaDescription",
        LoreText.CHARACTER_DESCRIPTION: "matchCharacterDescription",
        LoreText.CHARACTER_PERSONALITY: "matchCharacterPersonality",
        LoreText.CHARACTER_DEPTH_PROMPT: "matchCharacterDepthPrompt",
        LoreText.SCENARIO: "matchScenario",
        LoreText.CREATOR_NOTES: "matchCreatorNotes",
    }.items()
}

_ANY = Kind(_same, _same)
FILTER = _extended("filter", _ANY, "characterFilter")
IS_ON_WORLD = Field("is_on", Kind(_not, _not), ("disable",), (), default=True)
IS_ON_CARD = Field("is_on", FLAG, (), ("enabled",), default=True)


def snake(camel: str) -> str:
    """Return how a card's `extensions` spell a field of World Info."""
    return _snake(camel)
