"""How far a slow start has come."""

from collections.abc import Callable
from typing import Literal

Step = Literal["convert", "weights", "quantize", "canary", "ready"]

# Called with the step, what is done of it and the total; the unit is the step's own.
Progress = Callable[[Step, int, int], None]


def ignore_progress(_step: Step, _done: int, _total: int) -> None:
    """Show nothing."""
