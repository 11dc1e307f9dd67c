"""Sticky, cooldown and what happens once: told from when entries were active on this path."""

from collections.abc import Iterable

from engine.memory.lore.shelf import Shelved


class Timers:
    """When each timed entry was last active by itself, as lengths of the path.

    An entry with sticky 3 and cooldown 2 that becomes active at length 2 is sticky at 3, 4 and 5,
    cools down at 6 and 7, and is free at 8. Being sticky does not begin it anew.
    """

    def __init__(self) -> None:
        self._began: dict[int, int] = {}

    def is_sticky(self, shelved: Shelved, length: int) -> bool:
        """Whether it is in because it was."""
        began = self._began.get(shelved.place)
        if began is None:
            return False
        return shelved.decorators.stays_in or length <= began + shelved.entry.sticky

    def is_cooling(self, shelved: Shelved, length: int) -> bool:
        """Whether it stays out because it was in, and is not sticky any more."""
        began = self._began.get(shelved.place)
        if began is None or self.is_sticky(shelved, length):
            return False
        entry = shelved.entry
        until = began + max(entry.sticky, 0) + max(entry.cooldown, 0)
        return shelved.decorators.stays_out or length <= until

    def note(self, active: Iterable[Shelved], length: int) -> None:
        """Take down what became active at this length."""
        for shelved in active:
            if shelved.is_timed and not self.is_sticky(shelved, length):
                self._began[shelved.place] = length
