"""The checks of one entry in one sweep, in the order in which they are made."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.memory.lore.groups import Hit
from engine.memory.lore.keys import Haystack, Piece
from engine.memory.lore.looking import View
from engine.memory.lore.shelf import MOST_DEPTH, Shelved
from engine.memory.lore.timers import Timers
from engine.story import LoreObstacle, LoreReason, LoreScene, SecondaryLogic


@dataclass(frozen=True, slots=True)
class Verdict:
    """In, by a hit; or out, by an obstacle; or neither: nothing calls for the entry."""

    hit: Hit | None = None
    obstacle: LoreObstacle | None = None
    key: int | None = None
    key_text: str = ""


_NOTHING = Verdict()

MOST_WORK = 200_000_000  # characters that patterns look at; plain keys are sixteen times as quick


class Work:
    """What may still be looked at. Spent, no further sweep begins: a count, never a clock."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0


class Checks:
    """What is known at one length of a path, and in one sweep."""

    def __init__(
        self, scene: LoreScene, view: View, timers: Timers, work: Work, *, length: int
    ) -> None:
        self.woken_by: tuple[Piece, ...] = ()
        self.level = 0  # of recursion that is open
        self.wider = 0  # so many turns more are looked at
        self._scene, self._view, self._timers, self._length = scene, view, timers, length
        self._names = {name.casefold().strip() for name in scene.characters}
        self._tags = {tag.casefold().strip() for tag in scene.character_tags}
        self._model_turns = sum(line.is_model for line in scene.lines[:length])
        self._is_recursion = self._is_wider = False
        self._hays: dict[tuple[object, ...], tuple[Haystack, int]] = {}
        self._work = work

    def begin(self, *, is_recursion: bool, is_wider: bool) -> None:
        """Begin a sweep."""
        self._is_recursion, self._is_wider = is_recursion, is_wider
        self._hays.clear()

    def judge(self, shelved: Shelved, *, reports: bool) -> Verdict:
        """Check one entry. Without `reports`, what keeps it out is told only of its keys."""
        is_sticky = self._timers.is_sticky(shelved, self._length)
        needs_no_key = shelved.entry.is_constant or shelved.decorators.is_always_in
        found = self._primary(shelved)
        if not (found or is_sticky or needs_no_key):
            return _NOTHING  # whatever else keeps it out: nobody asked for it
        obstacle = self._closed(shelved, is_sticky=is_sticky)
        if obstacle is not None:
            is_called = needs_no_key or (bool(found) and self._secondary(shelved) is not None)
            return self._out(shelved, obstacle, found) if reports and is_called else _NOTHING
        if is_sticky:
            return Verdict(self._hit(shelved, LoreReason.STICKY, found))
        if needs_no_key:
            reason = LoreReason.CONSTANT if shelved.entry.is_constant else LoreReason.DECORATOR
            return Verdict(self._hit(shelved, reason, found))
        points = self._secondary(shelved)
        if points is None:
            return self._out(shelved, LoreObstacle.SECONDARY, found)
        return Verdict(self._hit(shelved, LoreReason.KEY, found, points))

    def _closed(self, shelved: Shelved, *, is_sticky: bool) -> LoreObstacle | None:
        """Return what keeps the entry out whatever its keys say, the first in their order."""
        checks = self._before_its_keys(shelved, is_sticky=is_sticky)
        return next((obstacle for obstacle, is_there in checks if is_there), None)

    def _before_its_keys(
        self, shelved: Shelved, *, is_sticky: bool
    ) -> Iterator[tuple[LoreObstacle, bool]]:
        entry = shelved.entry
        yield LoreObstacle.OFF, not entry.is_on
        yield LoreObstacle.CHARACTER, not self._is_for_these(shelved)
        yield (
            LoreObstacle.TRIGGER,
            bool(entry.triggers) and self._scene.trigger not in entry.triggers,
        )
        yield LoreObstacle.DELAY, self._length < entry.delay
        yield LoreObstacle.COOLDOWN, self._timers.is_cooling(shelved, self._length)
        if is_sticky:
            return
        level = entry.recursion_level
        yield LoreObstacle.LEVEL, level > 0 and (not self._is_recursion or level > self.level)
        is_closed = entry.is_not_recursed or not shelved.is_recursive
        yield LoreObstacle.RECURSION, self._is_recursion and is_closed
        yield LoreObstacle.DECORATOR, self._is_decorated_away(shelved)

    def _is_for_these(self, shelved: Shelved) -> bool:
        """Whether the filters let it in: by name, then by tag."""
        entry = shelved.entry
        for wanted, there in (
            (entry.characters, self._names),
            (entry.character_tags, self._tags),
        ):
            is_there = any(name.casefold().strip() in there for name in wanted)
            if wanted and is_there is entry.characters_excluded:
                return False
        return True

    def _is_decorated_away(self, shelved: Shelved) -> bool:
        said = shelved.decorators
        return (
            (said.is_always_out and not said.is_always_in)
            or self._model_turns < said.only_after
            or (said.only_every > 0 and self._model_turns % said.only_every != 0)
            or (said.greeting is not None and said.greeting != self._scene.greeting)
            or any(key.is_in(self._hay(shelved)) for key in shelved.exclude_keys)
        )

    def _primary(self, shelved: Shelved) -> list[int]:
        """Return the places of the keys found; of an entry in no group, the first one only."""
        hay = self._hay(shelved)
        found: list[int] = []
        for place, key in enumerate(shelved.keys):
            if key.is_in(hay):
                found.append(place)
                if not shelved.entry.group:
                    break
        return found

    def _secondary(self, shelved: Shelved) -> int | None:
        """Return the points of the secondary keys, or None where they say no."""
        hay = self._hay(shelved)
        if not all(any(key.is_in(hay) for key in keys) for keys in shelved.additional_keys):
            return None
        keys = shelved.secondary_keys
        if not keys:
            return 0
        count = sum(key.is_in(hay) for key in keys)
        match shelved.entry.logic:
            case SecondaryLogic.AND_ANY:
                return count or None
            case SecondaryLogic.AND_ALL:
                return count if count == len(keys) else None
            case SecondaryLogic.NOT_ANY:
                return None if count else 0
            case SecondaryLogic.NOT_ALL:
                return None if count == len(keys) else 0

    def _hay(self, shelved: Shelved) -> Haystack:
        depth = min(shelved.scan_depth + self.wider, MOST_DEPTH)
        sources = shelved.entry.also_in
        if (depth, sources) not in self._hays:
            woken_by = () if self._is_wider else self.woken_by
            hay = self._view.look(self._length, depth, sources, woken_by)
            self._hays[depth, sources] = (hay, hay.size)
        hay, size = self._hays[depth, sources]
        self._work.left -= size * shelved.weight // 16
        return hay

    def _hit(self, shelved: Shelved, reason: LoreReason, found: list[int], points: int = 0) -> Hit:
        key, text = _first(shelved, found)
        return Hit(shelved, reason, key, text, len(found) + points)

    def _out(self, shelved: Shelved, obstacle: LoreObstacle, found: list[int]) -> Verdict:
        key, text = _first(shelved, found)
        return Verdict(obstacle=obstacle, key=key, key_text=text)


def _first(shelved: Shelved, found: list[int]) -> tuple[int | None, str]:
    return (found[0], shelved.entry.keys[found[0]]) if found else (None, "")
