"""What lore is active, and why: the settings of a scan, what it looks at, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from engine.story.lore import (
    BookNotice,
    Lorebook,
    LoreEntry,
    LorePosition,
    LoreRole,
    LoreScope,
    LoreText,
)

_NO_TEXTS: Mapping[LoreText, str] = MappingProxyType({})


class LoreStrategy(StrEnum):
    """Which come first, when the lore of characters and that of the server do not all fit."""

    EVENLY = "evenly"
    CHARACTER_FIRST = "character first"
    SERVER_FIRST = "server first"


@dataclass(frozen=True, slots=True)
class LoreSettings:
    """What holds where neither an entry nor its book says otherwise."""

    scan_depth: int = 2
    budget_percent: int = 25  # of the prompt
    budget_cap: int = 0  # tokens; 0: none
    has_names: bool = True  # whether who speaks is looked at too
    is_recursive: bool = True
    most_sweeps: int = 0  # 1: no recursion, 2: one step; 0: no limit
    is_case_sensitive: bool = False
    has_whole_words: bool = True
    group_scoring: bool = False
    strategy: LoreStrategy = LoreStrategy.EVENLY
    least_active: int = 0  # look further back until so many entries are active
    deepest: int = 0  # but not further back than so many turns; 0: to the beginning
    has_ascii_words: bool = False  # bounds of words as SillyTavern has them, not Unicode's


@dataclass(frozen=True, slots=True)
class ShelvedBook:
    """A book, and whose lore it is here."""

    scope: LoreScope
    book: Lorebook


@dataclass(frozen=True, slots=True)
class LoreLine:
    """A turn as it is looked at."""

    id: int  # of the turn: chance is drawn from it
    name: str  # of who speaks; "" for nobody
    text: str
    is_model: bool = False


@dataclass(frozen=True, slots=True)
class LoreScene:
    """What a scan looks at, oldest line first."""

    lines: tuple[LoreLine, ...]
    characters: tuple[str, ...] = ()  # names of who speaks now: for the filters of entries
    character_tags: tuple[str, ...] = ()
    trigger: str = "normal"
    texts: Mapping[LoreText, str] = field(default_factory=lambda: _NO_TEXTS)
    notes: tuple[str, ...] = ()  # looked at whatever the depth, such as the author's note
    has_note: bool = True  # whether the author's note stands in this prompt
    char: str = ""  # what {{char}} stands for in keys
    user: str = ""
    greeting: int | None = None  # the character's first line in use, from 0
    seed: int = 0  # the head's id where there is no line


class LoreReason(StrEnum):
    """Why an entry is active."""

    KEY = "key"
    CONSTANT = "constant"
    STICKY = "sticky"
    DECORATOR = "decorator"  # @@activate, or @@keep_activate_after_match


class LoreObstacle(StrEnum):
    """Why an entry is not in the prompt although a key of it was found, or it needs none."""

    OFF = "off"
    CHARACTER = "character"  # its filter is for others
    TRIGGER = "trigger"  # it is for other kinds of writing
    DELAY = "delay"  # the story has too few turns
    COOLDOWN = "cooldown"
    LEVEL = "level"  # waits for recursion
    RECURSION = "recursion"  # found in what other entries say only
    DECORATOR = "decorator"  # @@dont_activate and its kin
    SECONDARY = "secondary"  # the secondary keys say no
    GROUP = "group"  # another of its group was drawn
    SCORE = "score"  # another of its group has more keys found
    ROLL = "roll"
    BUDGET = "budget"
    BOOK_BUDGET = "book budget"
    EMPTY = "empty"  # it has no text
    NO_NOTE = "no note"  # it stands by the author's note, which is not there
    OUTLET = "outlet"  # it stands where its name is called, which nothing does


@dataclass(frozen=True, slots=True)
class ActiveLore:
    """An entry that is in."""

    entry: LoreEntry
    scope: LoreScope
    reason: LoreReason
    text: str  # without decorators; macros not expanded
    tokens: int
    position: LorePosition  # with the decorators heard
    depth: int
    role: LoreRole
    key: int | None = None  # the place of the first key that was found, from 0
    key_text: str = ""
    sweep: int = 1  # above 1: other entries woke it
    rank: int = 0  # of those that stand in one place, lower stands first


@dataclass(frozen=True, slots=True)
class DroppedLore:
    """An entry that would be in, but for one thing."""

    entry: LoreEntry
    scope: LoreScope
    obstacle: LoreObstacle
    key: int | None = None
    key_text: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What lore is active."""

    active: tuple[ActiveLore, ...]  # in the order in which they were taken
    dropped: tuple[DroppedLore, ...]  # in the order of the books
    notices: tuple[BookNotice, ...]  # of keys that cannot be looked for as they stand
    tokens: int  # of those that count
    budget_tokens: int
    head: int  # the id of the turn that chance was drawn from
