"""After the generation loop died: who did it, who is tried alone, and when to give up."""

import time
from collections import deque
from collections.abc import Sequence

import torch

from engine.serving.loop.row import Row

CLEAN_STEPS = 3  # that a suspect owes alone; doubled whenever it is suspected again
MOST_CLEAN_STEPS = 200
UNEXPLAINED_IN_A_MINUTE = 6
MOST_THRIFT = 4  # places and steps are halved at most so often


class LoopBeyondRepair(Exception):
    """The generation loop died and starting it again does not help."""


class LoopHangs(Exception):
    """Raised inside a loop that makes no step, to end what it hangs in."""


class Recovery:
    """Remembers deaths. A death is explained when a request caused it that was alone in the step.

    Those who were in the step when the loop died are suspects: they owe clean steps alone. Who
    kills the loop while alone on trial is guilty, and the other suspects of that death are cleared.
    """

    def __init__(self) -> None:
        self.thrift = 0
        self._suspected: dict[Row, int] = {}  # how often, since somebody was last found guilty
        self._unexplained: deque[float] = deque(maxlen=UNEXPLAINED_IN_A_MINUTE)
        self._short_at = 0.0  # when the memory last ran out

    def judge(self, error: BaseException | None, at_risk: Sequence[Row]) -> Row | None:
        """Return who is guilty, or put those at risk on trial and return None.

        Raises:
            LoopBeyondRepair: the GPU is at fault, or death after death cannot be explained.
        """
        is_short = is_out_of_memory(error)
        if isinstance(error, torch.AcceleratorError) and not is_short:
            raise LoopBeyondRepair(repr(error)) from error
        if is_short:
            self._short_at = time.monotonic()
            self.thrift = min(MOST_THRIFT, self.thrift + 1)
        if len(at_risk) == 1 and at_risk[0].steps_on_trial:
            self._suspected.clear()
            self._unexplained.clear()
            return at_risk[0]
        now = time.monotonic()
        self._unexplained.append(now)
        is_often = len(self._unexplained) == UNEXPLAINED_IN_A_MINUTE
        if is_often and now - self._unexplained[0] < 60:
            raise LoopBeyondRepair(repr(error)) from error
        for row in at_risk:
            times = self._suspected.get(row, 0)
            self._suspected[row] = times + 1
            row.steps_on_trial = min(MOST_CLEAN_STEPS, CLEAN_STEPS << times)
        return None

    def forget(self, row: Row) -> None:
        """Forget a request that ended. If it was a suspect, the death counts as explained."""
        if self._suspected.pop(row, None) is not None and row.steps_on_trial:
            self._unexplained.clear()

    def relax(self) -> int:
        """Return how often places and steps are halved now: once less for each calm minute."""
        if self.thrift and time.monotonic() - self._short_at > 60:
            self._short_at = time.monotonic()
            self.thrift -= 1
        return self.thrift


def is_out_of_memory(error: BaseException | None) -> bool:
    """Tell whether memory ran out, on a GPU or not: torch has no class of error for the latter."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)
