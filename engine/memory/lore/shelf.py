"""Books made ready for looking: entries with what holds for each, in the order of their taking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.memory.lore.decorators import Decorators, read_decorators
from engine.memory.lore.keys import How, Key, make_key
from engine.memory.macros import expand
from engine.story import (
    Lorebook,
    LoreEntry,
    LorePosition,
    LoreScene,
    LoreScope,
    LoreSettings,
    LoreStrategy,
    ShelvedBook,
)

MOST_DEPTH = 1_000  # turns that are looked at
MOST_PATTERNS = 500  # of all books of a scan; those after them are never found
_HIDDEN = re.compile(r"\{\{hidden_key:([^{}]*)\}\}", re.IGNORECASE)
_RANKS = {
    LoreStrategy.EVENLY: (2, 2),
    LoreStrategy.CHARACTER_FIRST: (2, 3),
    LoreStrategy.SERVER_FIRST: (3, 2),
}
_READ_FIRST = (
    LoreScope.SERVER,
    LoreScope.CHANNEL,
    LoreScope.STORY,
    LoreScope.PERSONA,
    LoreScope.CHARACTER,
)


@dataclass(frozen=True, slots=True)
class Shelved:
    """An entry, and all that looking for it needs."""

    place: int  # among all entries of the scan
    scope: LoreScope
    book: Lorebook
    book_place: int
    entry: LoreEntry
    decorators: Decorators
    text: str  # without decorators
    woken_by: str  # what its text shows to other entries' keys
    keys: tuple[Key, ...]  # places as in the entry
    secondary_keys: tuple[Key, ...]
    additional_keys: tuple[tuple[Key, ...], ...]  # of its decorators
    exclude_keys: tuple[Key, ...]
    weight: int  # what looking for its keys costs: 16 a pattern, 1 a plain key
    scan_depth: int
    is_recursive: bool  # whether its book lets entries wake each other
    is_scored: bool
    rank: tuple[int | bool, ...]  # lower is taken first

    @property
    def position(self) -> LorePosition:
        """Where it is to stand, its decorators heard: their position beats their depth."""
        if self.decorators.position is not None:
            return self.decorators.position
        if self.decorators.depth is not None or self.decorators.reverse_depth is not None:
            return LorePosition.AT_DEPTH
        return self.entry.position

    def depth(self, length: int) -> int:
        """Return before how many of the last of `length` turns it is to stand."""
        if self.decorators.depth is not None:
            return self.decorators.depth
        if self.decorators.reverse_depth is not None:
            return max(length - self.decorators.reverse_depth, 0)
        return max(self.entry.depth, 0)

    @property
    def is_timed(self) -> bool:
        """Whether what was active earlier decides about it now."""
        entry, said = self.entry, self.decorators
        return entry.sticky > 0 or entry.cooldown > 0 or said.stays_in or said.stays_out


def shelve(books: Sequence[ShelvedBook], scene: LoreScene, settings: LoreSettings) -> list[Shelved]:
    """Return all entries, in the order of the books. A book that stands there twice is read once,
    as server's, channel's, story's, persona's, character's, in this order.
    """
    once: dict[int, int] = {}
    for at, book in sorted(enumerate(books), key=lambda each: _READ_FIRST.index(each[1].scope)):
        once.setdefault(book.book.id or -1 - at, at)
    room = _Room()
    kept = [books[at] for at in sorted(once.values())]
    shelved: list[Shelved] = []
    for book_place, book in enumerate(kept):
        for entry in book.book.entries:
            shelved.append(
                _shelve(entry, book, (len(shelved), book_place), scene, settings, room=room)
            )
    return shelved


def _shelve(
    entry: LoreEntry,
    book: ShelvedBook,
    places: tuple[int, int],
    scene: LoreScene,
    settings: LoreSettings,
    *,
    room: "_Room",
) -> Shelved:
    def told(text: str) -> str:
        return expand(text, char=scene.char, user=scene.user, seed=entry.id)

    place, book_place = places
    decorators, text = read_decorators(entry.content)
    depth = _first(decorators.scan_depth, entry.scan_depth, book.book.scan_depth)
    how = How(
        _chosen(entry.is_case_sensitive, settings.is_case_sensitive),
        _chosen(entry.has_whole_words, settings.has_whole_words),
        settings.has_ascii_words,
    )

    def keys(texts: Sequence[str]) -> tuple[Key, ...]:
        is_bare = entry.has_patterns
        return tuple(
            room.give(make_key(told(key).strip(), how, is_bare_pattern=is_bare)) for key in texts
        )

    return Shelved(
        place=place,
        scope=book.scope,
        book=book.book,
        book_place=book_place,
        entry=entry,
        decorators=decorators,
        text=text.strip(),
        woken_by=told(_HIDDEN.sub(r"\1", text)).strip(),
        keys=(primary := keys(entry.keys)),
        weight=sum(1 if key.pattern is None else 16 for key in primary),
        secondary_keys=keys(entry.secondary_keys) if entry.is_selective else (),
        additional_keys=tuple(map(keys, decorators.additional_keys)),
        exclude_keys=keys(decorators.exclude_keys),
        scan_depth=min(settings.scan_depth if depth is None else depth, MOST_DEPTH),
        is_recursive=settings.is_recursive and book.book.is_recursive is not False,
        is_scored=_chosen(entry.group_scoring, settings.group_scoring),
        rank=(
            decorators.yields,
            _source_rank(book.scope, settings.strategy),
            -(entry.priority or 0),
            -entry.order,
            place,
        ),
    )


class _Room:
    """How many patterns may still be looked for."""

    def __init__(self) -> None:
        self.left = MOST_PATTERNS

    def give(self, key: Key) -> Key:
        """Return the key, or one that is never found if it is a pattern too many."""
        if key.pattern is None:
            return key
        self.left -= 1
        return key if self.left >= 0 else replace(key, pattern=None, is_refused=True)


def _source_rank(scope: LoreScope, strategy: LoreStrategy) -> int:
    if scope in {LoreScope.STORY, LoreScope.CHANNEL}:
        return 0
    if scope is LoreScope.PERSONA:
        return 1
    return _RANKS[strategy][scope is LoreScope.SERVER]


def _chosen(own: bool | None, general: bool) -> bool:  # noqa: FBT001 - two answers to one question
    return general if own is None else own


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
