"""The training itself: transformers' Trainer on a PEFT model, resumed exactly after any kill."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from engine.story.training import Method, TrainingOrder
from engine.training.blocks import Block
from engine.training.folder import TrainingFolder
from engine.training.memory import peak_memory_bytes
from engine.training.plan import Plan
from engine.training.watching import (
    WHOLE,
    Guarding,
    Keeping,
    Pruning,
    Stop,
    StoppingEarly,
    Telling,
    Watch,
    has_stopped_early,
)

STATE = "trainer_state.json"
LEARNED = "learned.json"
CLOCK = "clock.json"  # in the folder of checkpoints: what earlier processes took


@dataclass(frozen=True, slots=True)
class Learned:
    """What a finished training left."""

    steps: int
    best_step: int
    best_loss: float  # on the held-out blocks of the evaluations
    seconds: float
    peak_memory_bytes: int

    def best_checkpoint(self, folder: TrainingFolder) -> Path:
        """Return where the best weights lie."""
        return folder.checkpoints / f"checkpoint-{self.best_step}"


class VoiceTrainer(Trainer):
    """Trainer, but for two ways of AdaLoRA's.

    PEFT 0.21 lets the rank, by which products are divided, be trained, and does not save it; here
    it stays what it is. And what AdaLoRA adds to the loss is no part of the held-out loss.
    """

    def create_optimizer(self, *args: Any, **kwargs: Any) -> torch.optim.Optimizer:
        """Return the optimizer of what is to be trained."""
        model: Any = self.model
        for name, weights in model.named_parameters():
            if ".ranknum." in name:
                weights.requires_grad_(requires_grad=False)
        return super().create_optimizer(*args, **kwargs)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Return the metrics of the held-out blocks."""
        model: Any = self.model
        config = model.peft_config["default"]
        weight = getattr(config, "orth_reg_weight", None)
        if weight is None:
            return dict(super().evaluate(*args, **kwargs))
        config.orth_reg_weight = 0.0
        try:
            return dict(super().evaluate(*args, **kwargs))
        finally:
            config.orth_reg_weight = weight


def find_learned(folder: TrainingFolder) -> Learned | None:
    """Return what an earlier process finished."""
    path = folder.checkpoints / LEARNED
    return Learned(**json.loads(path.read_bytes())) if path.exists() else None


def learn(
    folder: TrainingFolder,
    order: TrainingOrder,
    plan: Plan,
    *,
    model: Any,
    training: Sequence[Block],
    held_out: Sequence[Block],
    watch: Watch,
    stop: Stop,
    seconds_after: float,
) -> Learned:
    """Train the adapter on `model`, from the newest checkpoint if there is one.

    Raises:
        Interrupted: the process was asked to end; the state is saved.
        Diverged: the loss became undefined.
        PackedWeights: gradients would have been wrong.
    """
    remove_halves(folder.checkpoints)
    checkpoint = newest_checkpoint(folder.checkpoints)
    callbacks: list[TrainerCallback] = [
        Guarding(),
        StoppingEarly(),
        Telling(watch, stop, seconds_after),
        Clock(folder, watch, *read_clock(folder)),
        *([Pruning(checkpoint)] if order.method is Method.ADALORA else []),
        Keeping(stop),  # last: it says that the checkpoint is whole
    ]
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder.tensorboard)
    trainer = VoiceTrainer(
        model=model,
        args=arguments(folder, order, plan, is_on_gpu=model.device.type != "cpu"),
        train_dataset=[as_example(block) for block in training],
        eval_dataset=[as_example(block) for block in held_out],
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)  # progress.jsonl tells it
    if checkpoint is None or not is_finished(checkpoint, plan):
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    state = read_state(newest_checkpoint(folder.checkpoints) or folder.checkpoints)
    seconds, memory = read_clock(folder)
    learned = Learned(
        steps=state["global_step"],
        best_step=state["best_global_step"],
        best_loss=state["best_metric"],
        seconds=seconds,
        peak_memory_bytes=memory,
    )
    folder.write(f"checkpoints/{LEARNED}", json.dumps(asdict(learned)))
    return learned


def arguments(
    folder: TrainingFolder, order: TrainingOrder, plan: Plan, *, is_on_gpu: bool
) -> TrainingArguments:
    """Return Trainer's settings."""
    return TrainingArguments(
        output_dir=str(folder.checkpoints),
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch_blocks,
        per_device_eval_batch_size=plan.batch_blocks,
        gradient_accumulation_steps=plan.batches_per_step,
        learning_rate=plan.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=plan.warm_up_steps,
        max_grad_norm=1.0,
        weight_decay=0.0,
        eval_strategy="steps",
        eval_steps=plan.steps_between_saves,
        save_strategy="steps",
        save_steps=plan.steps_between_saves,
        save_total_limit=2,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        seed=order.seed,
        data_seed=order.seed,
        use_cpu=not is_on_gpu,
        bf16=False,
        dataloader_pin_memory=False,
        disable_tqdm=True,
        report_to=["tensorboard"],
    )


def as_example(block: Block) -> dict[str, torch.Tensor]:
    """Return a block as Trainer takes it: every token but the first is to be foretold."""
    ids = torch.tensor(block)
    return {"input_ids": ids, "labels": ids}


class Clock(TrainerCallback):
    """Keeps, over all processes of a training, the seconds and the peak of memory."""

    def __init__(
        self, folder: TrainingFolder, watch: Watch, seconds: float, memory_bytes: int
    ) -> None:
        self._folder, self._watch = folder, watch
        self._seconds, self._memory_bytes = seconds - watch.seconds, memory_bytes

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Write them down."""
        seconds = self._seconds + self._watch.seconds
        memory = max(self._memory_bytes, peak_memory_bytes())
        self._folder.write(f"checkpoints/{CLOCK}", json.dumps([round(seconds, 3), memory]))


def read_clock(folder: TrainingFolder) -> tuple[float, int]:
    """Return the seconds and the peak of memory so far."""
    path = folder.checkpoints / CLOCK
    if not path.exists():
        return 0.0, 0
    seconds, memory = json.loads(path.read_bytes())
    return float(seconds), int(memory)


def newest_checkpoint(checkpoints: Path) -> Path | None:
    """Return the newest whole checkpoint."""
    whole = [path.parent for path in checkpoints.glob(f"checkpoint-*/{WHOLE}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def remove_halves(checkpoints: Path) -> None:
    """Remove what a kill in the middle of saving left."""
    checkpoints.mkdir(exist_ok=True)
    for path in checkpoints.glob("checkpoint-*"):
        if not (path / WHOLE).exists():
            shutil.rmtree(path)


def read_state(checkpoint: Path) -> dict[str, Any]:
    """Read Trainer's state of a checkpoint."""
    state: dict[str, Any] = json.loads((checkpoint / STATE).read_bytes())
    return state


def is_finished(checkpoint: Path, plan: Plan) -> bool:
    """Tell whether the run had ended with this checkpoint."""
    state = read_state(checkpoint)
    return state["global_step"] >= plan.steps or has_stopped_early(state["log_history"])
