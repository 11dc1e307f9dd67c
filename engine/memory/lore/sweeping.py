"""One scan: sweeps over all entries until nothing more wakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from engine.memory.lore.chance import succeeds
from engine.memory.lore.checking import Checks, Verdict, Work
from engine.memory.lore.groups import Hit, keep_one_of_each
from engine.memory.lore.keys import Piece
from engine.memory.lore.looking import View
from engine.memory.lore.shelf import Shelved
from engine.memory.lore.timers import Timers
from engine.story import LoreObstacle, LoreScene, LoreSettings

MOST_SWEEPS = 100  # whatever the settings say

Count = Callable[[Shelved], int]


class Sweep(Enum):
    """Why the entries are gone through once more."""

    FIRST = auto()
    WOKEN = auto()  # what was found may wake others
    WIDER = auto()  # too few are active: one turn more is looked at


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that is in, and in which sweep it came."""

    hit: Hit
    tokens: int
    sweep: int


class Scanning:
    """The sweeps at one length of a path."""

    def __init__(
        self,
        shelf: Sequence[Shelved],
        scene: LoreScene,
        settings: LoreSettings,
        *,
        view: View,
        timers: Timers,
        work: Work,
        length: int,
        budget: int,
        count: Count,
        reports: bool,
    ) -> None:
        self.taken: list[Taken] = []
        self.dropped: dict[int, tuple[Shelved, Verdict]] = {}
        self.tokens = 0
        self.head = scene.lines[length - 1].id if length else scene.seed
        self._shelf, self._settings, self._length = shelf, settings, length
        self._budget, self._count, self._timers = budget, count, timers
        self._reports = reports
        self._checks = Checks(scene, view, timers, work, length=length)
        self._work = work
        self._done: set[int] = set()  # active, or failed its roll
        self._groups: set[str] = set()  # of those that are active
        self._book_tokens: dict[int, int] = {}
        self._full_books: set[int] = set()
        self._is_full = False
        levels = {each.entry.recursion_level for each in shelf if each.entry.is_on}
        self._levels = sorted(level for level in levels if level > 0)

    def run(self) -> None:
        """Sweep until nothing more wakes, or the budget or the limit of sweeps is reached."""
        kind: Sweep | None = Sweep.FIRST
        sweeps = 0
        while kind is not None:
            sweeps += 1
            new = self._sweep(kind, sweeps)
            kind = self._next(new, sweeps)

    def _sweep(self, kind: Sweep, number: int) -> list[Shelved]:
        hits: list[Hit] = []
        self._checks.begin(is_recursion=kind is Sweep.WOKEN, is_wider=kind is Sweep.WIDER)
        for shelved in self._shelf:
            if shelved.place in self._done:
                continue
            verdict = self._checks.judge(shelved, reports=self._reports)
            if verdict.hit is not None:
                hits.append(verdict.hit)
            elif verdict.obstacle is not None:
                self.dropped[shelved.place] = (shelved, verdict)
        hits.sort(key=lambda hit: (not hit.is_sticky, *hit.shelved.rank))
        hits = keep_one_of_each(hits, taken=self._groups, head=self.head, drop=self._drop)
        return [hit.shelved for hit in hits if self._take(hit, number)]

    def _take(self, hit: Hit, sweep: int) -> bool:
        """Roll for it, then see whether there is room. Groups are decided before the roll."""
        shelved = hit.shelved
        entry = shelved.entry
        is_rolled = entry.uses_probability and not hit.is_sticky
        if is_rolled and not succeeds(self.head, entry.id, entry.probability):
            self._done.add(shelved.place)
            self._drop(hit, LoreObstacle.ROLL)
            return False
        tokens = self._count(shelved)
        obstacle = None if entry.ignores_budget else self._no_room(shelved, tokens)
        if obstacle is not None:
            self._drop(hit, obstacle)
            return False
        if not entry.ignores_budget:
            self.tokens += tokens
            book = shelved.book_place
            self._book_tokens[book] = self._book_tokens.get(book, 0) + tokens
        self._done.add(shelved.place)
        self.dropped.pop(shelved.place, None)
        self._groups.update(entry.groups)
        self.taken.append(Taken(hit, tokens, sweep))
        return True

    def _no_room(self, shelved: Shelved, tokens: int) -> LoreObstacle | None:
        """Say whose budget is spent. What comes after the first that found no room finds none."""
        if self._is_full or self.tokens + tokens >= self._budget:
            self._is_full = True
            return LoreObstacle.BUDGET
        most = shelved.book.token_budget
        if most is None:
            return None
        book = shelved.book_place
        if book in self._full_books or self._book_tokens.get(book, 0) + tokens > most:
            self._full_books.add(book)
            return LoreObstacle.BOOK_BUDGET
        return None

    def _drop(self, hit: Hit, obstacle: LoreObstacle) -> None:
        before = self.dropped.get(hit.shelved.place)
        if before is not None and before[1].obstacle is LoreObstacle.SCORE:
            return  # that its group is taken in later sweeps is only the consequence
        verdict = Verdict(obstacle=obstacle, key=hit.key, key_text=hit.key_text)
        self.dropped[hit.shelved.place] = (hit.shelved, verdict)

    def _next(self, new: Sequence[Shelved], sweeps: int) -> Sweep | None:
        """Say why to sweep again, if at all."""
        settings = self._settings
        if self._is_full or sweeps >= MOST_SWEEPS or self._work.is_spent:
            return None
        waking = [
            each.woken_by
            for each in new
            if each.is_recursive and not each.entry.wakes_nobody and each.woken_by
        ]
        may_recurse = settings.is_recursive and (
            not settings.most_sweeps or sweeps < settings.most_sweeps
        )
        self._checks.woken_by += tuple(map(Piece, waking))
        if waking and may_recurse:
            if not self._checks.level and self._levels:
                self._checks.level = self._levels.pop(0)
            return Sweep.WOKEN
        if self._may_look_further():
            self._checks.wider += 1
            return Sweep.WIDER
        if self._levels and may_recurse:
            self._checks.level = self._levels.pop(0)
            return Sweep.WOKEN
        return None

    def _may_look_further(self) -> bool:
        """Whether too few are active; a limit of sweeps switches looking further off."""
        settings = self._settings
        if settings.most_sweeps or len(self.taken) >= settings.least_active:
            return False
        depth = settings.scan_depth + self._checks.wider + 1
        return depth <= min(self._length, settings.deepest or self._length)
