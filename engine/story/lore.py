"""Lore: texts that enter a prompt when what is told calls for them. World Info is its common name.

Every field of an entry that common files know is here, under one name, whatever the file called
it. What is None is decided by the book, or by the settings of the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class BookForm(StrEnum):
    """How a file of lore is laid out."""

    WORLD_INFO = "world info"  # {"entries": {"0": {...}}}
    LOREBOOK_V3 = "lorebook_v3"  # {"spec": "lorebook_v3", "data": {"entries": [...]}}
    CHARACTER_BOOK = "character_book"  # {"entries": [...]}, as it stands in a card


class SecondaryLogic(StrEnum):
    """What the secondary keys must do, when there are any. The values are in the files' order."""

    AND_ANY = "and any"  # at least one is found
    NOT_ALL = "not all"  # at least one is not
    NOT_ANY = "not any"  # none is
    AND_ALL = "and all"


class LorePosition(StrEnum):
    """Where an entry's file wants it in the prompt. The values are in the files' order."""

    BEFORE_CHARACTER = "before character"
    AFTER_CHARACTER = "after character"
    NOTE_TOP = "note top"
    NOTE_BOTTOM = "note bottom"
    AT_DEPTH = "at depth"
    BEFORE_EXAMPLES = "before examples"
    AFTER_EXAMPLES = "after examples"
    OUTLET = "outlet"


class LoreRole(StrEnum):
    """Who says an entry that stands at a depth. The values are in the files' order."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class LoreText(StrEnum):
    """A text beside the turns in which an entry's keys may be looked for too."""

    PERSONA_DESCRIPTION = "persona description"
    CHARACTER_DESCRIPTION = "character description"
    CHARACTER_PERSONALITY = "character personality"
    CHARACTER_DEPTH_PROMPT = "character depth prompt"
    SCENARIO = "scenario"
    CREATOR_NOTES = "creator notes"


class LoreScope(StrEnum):
    """Whose lore a book is."""

    STORY = "story"
    CHANNEL = "channel"
    PERSONA = "persona"  # of a member's own character
    CHARACTER = "character"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """One entry of a book."""

    id: int = 0  # in storage; in a file that was read, its number there
    name: str = ""  # for members; never in a prompt
    content: str = ""  # decorators (lines that begin with @@) stand before it
    keys: tuple[str, ...] = ()  # words, or /pattern/flags
    secondary_keys: tuple[str, ...] = ()
    logic: SecondaryLogic = SecondaryLogic.AND_ANY
    is_selective: bool = True  # whether the secondary keys count
    has_patterns: bool = False  # every key is a bare regular expression (lorebook_v3's use_regex)
    is_constant: bool = False  # needs no key
    is_on: bool = True
    # Where it stands.
    order: int = 100  # higher: nearer to the end, and taken first
    priority: int | None = None  # lowest is dropped first; None counts as 0
    position: LorePosition = LorePosition.BEFORE_CHARACTER
    depth: int = 4  # for AT_DEPTH: before so many of the last turns
    role: LoreRole = LoreRole.SYSTEM
    outlet: str = ""
    # How its keys are looked for.
    scan_depth: int | None = None  # in so many of the last turns
    is_case_sensitive: bool | None = None
    has_whole_words: bool | None = None
    also_in: tuple[LoreText, ...] = ()
    # Recursion: what other entries say wakes this one.
    is_not_recursed: bool = False  # other entries do not wake it (exclude recursion)
    wakes_nobody: bool = False  # its text wakes no others (prevent recursion)
    recursion_level: int = 0  # above 0: only by recursion, from this level on
    # Chance, and one out of many.
    probability: int = 100  # percent
    uses_probability: bool = True
    group: str = ""  # names, comma-separated
    group_override: bool = False
    group_weight: int = 100
    group_scoring: bool | None = None
    # Time, in turns; 0: off.
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    # For whom, and when.
    characters: tuple[str, ...] = ()  # names
    character_tags: tuple[str, ...] = ()
    characters_excluded: bool = False  # whether these are the ones it is not for
    triggers: tuple[str, ...] = ()  # kinds of writing; () for all
    ignores_budget: bool = False
    # As its file has it, so that nothing is lost: kept keys, and how they were spelt.
    form: BookForm = field(default=BookForm.WORLD_INFO, compare=False)
    raw: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, compare=False, repr=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups it is in."""
        return tuple(dict.fromkeys(filter(None, map(str.strip, self.group.split(",")))))


@dataclass(frozen=True, slots=True)
class Lorebook:
    """Entries that were written together, and what holds for all of them."""

    id: int = 0  # in storage
    name: str = ""
    description: str = ""
    scan_depth: int | None = None
    token_budget: int | None = None  # of this book's entries together
    is_recursive: bool | None = None
    entries: tuple[LoreEntry, ...] = ()
    form: BookForm = field(default=BookForm.WORLD_INFO, compare=False)
    raw: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, compare=False, repr=False)


class BookNoticeKind(StrEnum):
    """What of a file of lore was not taken as it stands."""

    BROKEN_ENTRY = "broken entry"  # left out: it is no entry
    TOO_LONG = "too long"  # left out: its text or its keys are longer than they may be
    TOO_MANY = "too many"  # left out: the book has more entries than it may
    REFUSED_KEY = "refused key"  # kept, but never found: `detail` says what cannot be looked for
    PLAIN_KEY = "plain key"  # looks like a pattern and is none: looked for as it stands
    ODD_FIELD = "odd field"  # the field `detail` holds nothing of its kind: its default counts


@dataclass(frozen=True, slots=True)
class BookNotice:
    """Something that members are told about a file that was read, or about an entry's keys."""

    kind: BookNoticeKind
    entry: str  # its name, or its first key, or its number in the file
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LorebookFile:
    """A book as its file has it."""

    form: BookForm
    book: Lorebook
    notices: tuple[BookNotice, ...] = ()
