"""How far a slow start has come: told on stdout to the parent, and to a person at a terminal."""

import json
import sys
from collections.abc import Callable
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Step = Literal["convert", "weights", "canary", "ready"]

# Called with the step, what is done of it and the total; the unit is the step's own.
Report = Callable[[Step, int, int], None]

WORDS: dict[Step, str] = {
    "convert": "converting the embedded model",
    "weights": "loading the model",
    "canary": "trying the model",
    "ready": "ready",
}


def announce(line: dict[str, object]) -> None:
    """Print one JSON line for the parent process."""
    print(json.dumps(line), flush=True)  # noqa: T201 - stdout is the protocol with the parent


class StartProgress:
    """Remembers how far the start has come and tells everybody who listens."""

    def __init__(self) -> None:
        self.step: Step = "weights"
        self.done = 0
        self.total = 1
        self._twentieth = -1
        self._bar = loading_bar() if sys.stderr.isatty() else None
        self._task = self._bar.add_task("starting") if self._bar else None

    def report(self, step: Step, done: int, total: int) -> None:
        """Take note of progress; callable from any thread."""
        twentieth = 20 * done // max(total, 1)
        if (step, twentieth) == (self.step, self._twentieth):
            return  # hundreds of tensors a second are not worth a line each
        self.step, self.done, self.total, self._twentieth = step, done, total, twentieth
        announce({"step": step, "done": done, "total": total})
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=WORDS[step], completed=done, total=total)
            if step == "ready":
                self._bar.stop()


def loading_bar() -> Progress:
    """Open a bar on stderr."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    bar.start()
    return bar
