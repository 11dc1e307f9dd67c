"""The scan: what lore is active at the head of a path, and why. Pure: no clock, no chance."""

from collections.abc import Callable, Iterator, Sequence

from engine.memory.lore.checking import Work
from engine.memory.lore.keys import key_notices
from engine.memory.lore.looking import View
from engine.memory.lore.placing import ranks
from engine.memory.lore.shelf import MOST_PATTERNS, Shelved, shelve
from engine.memory.lore.sweeping import Scanning
from engine.memory.lore.timers import Timers
from engine.memory.macros import expand
from engine.story import (
    ActiveLore,
    BookNotice,
    BookNoticeKind,
    DroppedLore,
    LoreObstacle,
    LorePosition,
    LoreScene,
    LoreSettings,
    Scan,
    ShelvedBook,
)

LEAST_REPLAYED = 200  # turns
REPLAY_STEP = 100  # the replay's start moves so seldom
_NOTE_POSITIONS = frozenset({LorePosition.NOTE_TOP, LorePosition.NOTE_BOTTOM})


def scan(
    books: Sequence[ShelvedBook],
    scene: LoreScene,
    *,
    settings: LoreSettings,
    budget_tokens: int,
    count: Callable[[str], int],
) -> Scan:
    """Return what of the books is active at the end of the scene's lines.

    `budget_tokens` are those of the whole prompt, of which lore has its percentage; `count` says
    how many a text takes. Entries need ids of their own: chance is drawn from them and from the
    last line's id. Where entries are sticky or cool down, the scan is done anew for each length
    of the path, so that nothing has to be remembered and undo needs no undoing.
    """
    shelf = shelve(books, scene, settings)
    view = View(scene, has_names=settings.has_names)
    budget = lore_budget(settings, budget_tokens)
    counted: dict[int, int] = {}

    def count_once(shelved: Shelved) -> int:
        if not shelved.text:
            return 0
        if shelved.place not in counted:
            entry = shelved.entry
            text = expand(shelved.text, char=scene.char, user=scene.user, seed=entry.id)
            counted[shelved.place] = count(text)
        return counted[shelved.place]

    timers = Timers()
    earlier = Work()
    lengths = _replayed(len(scene.lines)) if any(each.is_timed for each in shelf) else range(0)
    for length in (*lengths, len(scene.lines)):
        is_last = length == len(scene.lines)
        if earlier.is_spent and not is_last:
            continue
        scanning = Scanning(
            shelf,
            scene,
            settings,
            view=view,
            timers=timers,
            work=Work() if is_last else earlier,
            length=length,
            budget=budget,
            count=count_once,
            reports=is_last,
        )
        scanning.run()
        timers.note((taken.hit.shelved for taken in scanning.taken), length)
    return _tell(scanning, shelf, scene, budget)


def lore_budget(settings: LoreSettings, prompt_tokens: int) -> int:
    """Return the tokens that lore may take; entries must stay below."""
    budget = max((settings.budget_percent * prompt_tokens + 50) // 100, 1)
    return min(budget, settings.budget_cap) if settings.budget_cap > 0 else budget


def _replayed(length: int) -> range:
    """Return the lengths before this one that decide what is sticky or cools down."""
    start = max(length - LEAST_REPLAYED, 0) // REPLAY_STEP * REPLAY_STEP
    return range(start + 1, length)


def _tell(scanning: Scanning, shelf: Sequence[Shelved], scene: LoreScene, budget: int) -> Scan:
    length = len(scene.lines)
    active = ranks(
        [
            ActiveLore(
                entry=taken.hit.shelved.entry,
                scope=taken.hit.shelved.scope,
                reason=taken.hit.reason,
                text=taken.hit.shelved.text,
                tokens=taken.tokens,
                position=taken.hit.shelved.position,
                depth=taken.hit.shelved.depth(length),
                role=taken.hit.shelved.decorators.role or taken.hit.shelved.entry.role,
                key=taken.hit.key,
                key_text=taken.hit.key_text,
                sweep=taken.sweep,
            )
            for taken in scanning.taken
        ]
    )
    dropped = [
        DroppedLore(shelved.entry, shelved.scope, verdict.obstacle, verdict.key, verdict.key_text)
        for _, (shelved, verdict) in sorted(scanning.dropped.items())
        if verdict.obstacle is not None
    ]
    notices = [notice for each in shelf for notice in _notices(each)]
    return Scan(
        active=tuple(each for each in active if _misplaced(each, scene) is None),
        dropped=(*dropped, *_without_place(active, scene)),
        notices=tuple(notices),
        tokens=scanning.tokens,
        budget_tokens=budget,
        head=scanning.head,
    )


def _notices(shelved: Shelved) -> Iterator[BookNotice]:
    """Yield what is told of an entry's keys; of patterns too many, once an entry."""
    told = key_notices(shelved.entry)
    yield from told
    refused = sum(key.is_refused for key in (*shelved.keys, *shelved.secondary_keys))
    if refused > sum(notice.kind is BookNoticeKind.REFUSED_KEY for notice in told):
        name = shelved.entry.name or shelved.entry.keys[0]
        yield BookNotice(BookNoticeKind.REFUSED_KEY, name, f"more than {MOST_PATTERNS} patterns")


def _without_place(active: Sequence[ActiveLore], scene: LoreScene) -> Iterator[DroppedLore]:
    for each in active:
        obstacle = _misplaced(each, scene)
        if obstacle is not None:
            yield DroppedLore(each.entry, each.scope, obstacle, each.key, each.key_text)


def _misplaced(active: ActiveLore, scene: LoreScene) -> LoreObstacle | None:
    if not active.text:
        return LoreObstacle.EMPTY
    if active.position is LorePosition.OUTLET:
        return LoreObstacle.OUTLET
    if active.position in _NOTE_POSITIONS and not scene.has_note:
        return LoreObstacle.NO_NOTE
    return None
