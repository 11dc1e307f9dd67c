"""What is told while a voice is trained, and what stops a training."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from engine.story.training import Phase, TrainingProgress
from engine.training.folder import TrainingFolder
from engine.training.plan import PATIENCE
from engine.training.quantized import PackedWeights, packed_layers

OLD_PACE_SHARE = 0.8  # of the moving average of seconds a step
WHOLE = "whole"  # the last file of a checkpoint
ALLOCATOR = "allocator.pt"


class Interrupted(Exception):
    """The process was asked to end; its state is saved."""


class Diverged(Exception):
    """The loss is not a number any more."""

    def __init__(self, step: int) -> None:
        super().__init__(f"step {step}")
        self.step = step


class Stop:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self.is_asked = False

    def check(self) -> None:
        """End here if that was asked; nothing is lost between two pieces of work."""
        if self.is_asked:
            raise Interrupted

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Hear SIGTERM and SIGINT meanwhile."""

        def hear(_number: int, _frame: FrameType | None) -> None:
            self.is_asked = True

        heard = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, hear) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Watch:
    """Writes how far the process is."""

    def __init__(self, folder: TrainingFolder) -> None:
        self._folder = folder
        self._began = time.monotonic()
        self.loss: float | None = None
        self.held_out_loss: float | None = None

    @property
    def seconds(self) -> float:
        """Return how long this process has worked."""
        return time.monotonic() - self._began

    def tell(self, phase: Phase, step: int, of: int, eta_seconds: float | None = None) -> None:
        """Write a line of progress."""
        self._folder.tell(
            TrainingProgress(
                phase, step, of, self.loss, self.held_out_loss, round(self.seconds, 3), eta_seconds
            )
        )


class Telling(TrainerCallback):
    """Tells each step and the time that is left; stops when the loss is undefined."""

    def __init__(self, watch: Watch, stop: Stop, seconds_after: float) -> None:
        self._watch, self._stop = watch, stop
        self._seconds_after = seconds_after  # that the report will take
        self._pace: float | None = None
        self._at = time.monotonic()

    def on_step_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Note the time, but only of the first step: the others begin where one ended."""
        if self._pace is None:
            self._at = time.monotonic()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Renew the pace; save if the process is to end."""
        now = time.monotonic()
        took, self._at = now - self._at, now
        if self._pace is None:
            self._pace = took
        self._pace = OLD_PACE_SHARE * self._pace + (1 - OLD_PACE_SHARE) * took
        eta = self._pace * (state.max_steps - state.global_step) + self._seconds_after
        self._watch.tell(Phase.TRAINING, state.global_step, state.max_steps, round(eta, 1))
        if self._stop.is_asked:
            control.should_save = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Note the losses.

        Raises:
            Diverged: one is not a number.
        """
        logs: dict[str, float] = kwargs["logs"]
        for name, value in (("loss", logs.get("loss")), ("held_out_loss", logs.get("eval_loss"))):
            if value is None:
                continue
            if not math.isfinite(value):
                raise Diverged(state.global_step)
            setattr(self._watch, name, value)


class Guarding(TrainerCallback):
    """Stops the run when a layer was packed: its gradients would be wrong, without an error."""

    def on_step_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Look at every layer; it takes well under a millisecond.

        Raises:
            PackedWeights: some are packed.
        """
        if packed := packed_layers(kwargs["model"]):
            raise PackedWeights(f"{len(packed)} layers, the first {packed[0]}")


class StoppingEarly(TrainerCallback):
    """Ends the training when held-out works gain nothing any more.

    Read from the history, which is in every checkpoint: so a resumed run decides the same.
    """

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Decide."""
        if has_stopped_early(state.log_history):
            control.should_training_stop = True


def has_stopped_early(history: list[dict[str, float]]) -> bool:
    """Tell whether the best of the evaluations lies so far back that it will stay the best."""
    losses = [entry["eval_loss"] for entry in history if "eval_loss" in entry]
    return len(losses) - 1 - losses.index(min(losses)) >= PATIENCE if losses else False


class Keeping(TrainerCallback):
    """Finishes checkpoints with what Trainer does not keep, and a last file that says it is whole.

    Trainer writes a checkpoint piece by piece; a kill may leave half of one.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Mark the checkpoint.

        Raises:
            Interrupted: the process was asked to end, and can now.
        """
        checkpoint = checkpoints_of(args) / f"checkpoint-{state.global_step}"
        (checkpoint / WHOLE).touch()
        self._stop.check()


def checkpoints_of(args: TrainingArguments) -> Path:
    """Return where Trainer puts checkpoints."""
    return Path(str(args.output_dir))


class Pruning(TrainerCallback):
    """AdaLoRA's moving of ranks between layers, with a state that survives a kill.

    PEFT would cut pruned rows out of what it saves, and keeps the importance of the rest in memory
    only. Here rows are kept, as zeros, and the importance goes into the checkpoint.
    """

    def __init__(self, checkpoint: Path | None) -> None:
        self._pattern: Any = None
        self._checkpoint = checkpoint

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Take up the state of the checkpoint."""
        if self._checkpoint is None:
            return
        allocator = kwargs["model"].base_model.rankallocator
        kept = torch.load(self._checkpoint / ALLOCATOR, weights_only=True)
        self._pattern = kept.pop("pattern")
        for name, value in kept.items():
            setattr(allocator, name, value)

    def on_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Move ranks, between the optimizer's step and the end of the gradients."""
        model = kwargs["model"]
        config = model.peft_config["default"]
        config.rank_pattern = self._pattern
        model.base_model.update_and_allocate(state.global_step + 1)
        self._pattern, config.rank_pattern = config.rank_pattern, None

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Keep the state."""
        allocator = kwargs["model"].base_model.rankallocator
        names = ("ipt", "exp_avg_ipt", "exp_avg_unc")
        kept = {name: getattr(allocator, name) for name in names} | {"pattern": self._pattern}
        torch.save(kept, checkpoints_of(args) / f"checkpoint-{state.global_step}" / ALLOCATOR)
