"""A training process without a model: it speaks the files, saves each step, and can be killed.

python trainer.py KIND [--estimate] FOLDER. Kinds: steady; slow; fatal, which dies at its third
step each time; unlucky, which dies once at each of four steps;
poor, which has no memory; refusing, which refuses the estimate.
"""

import hashlib
import os
import signal
import sys
import time
from pathlib import Path

from engine.story.training import (
    ADAPTER,
    CHECKPOINTS,
    CURVE,
    DONE,
    ESTIMATE,
    FAILED,
    MANIFEST,
    ORDER,
    PROGRESS,
    REPORT,
    WORKS,
    FaultCode,
    Phase,
    TextMeasures,
    TrainingEstimate,
    TrainingFault,
    TrainingOrder,
    TrainingProgress,
    TrainingReport,
    WorkRow,
)

STEPS = 6
WEIGHTS = b"weights of "
PNG = b"\x89PNG\r\n\x1a\n of the loss"


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[-1])
    order = TrainingOrder.from_json((folder / ORDER).read_bytes())
    rows = [WorkRow.from_json(line) for line in (folder / WORKS).read_text().splitlines()]
    assert {row.split for row in rows} == {"train", "held_out"}
    if "--estimate" in sys.argv:
        refusal = TrainingFault(FaultCode.TOO_LITTLE_TEXT, {"tokens": 12, "least": 5_000})
        estimate = TrainingEstimate(
            memory_bytes=2 << 30,
            free_bytes=8 << 30,
            seconds=90.0,
            tokens=sum(len(row.text.split()) for row in rows),
            held_out_tokens=100,
            steps=STEPS,
            device="cpu",
            saves_activations=False,
            refusal=refusal if kind == "refusing" else None,
        )
        (folder / ESTIMATE).write_text(estimate.to_json())
        return
    if kind == "poor":
        fault = TrainingFault(FaultCode.OUT_OF_MEMORY, {"needed_bytes": 9, "free_bytes": 3})
        (folder / FAILED).write_text(fault.to_json())
        sys.exit(1)
    train(kind, folder)
    finish(folder, order)


def train(kind: str, folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    saved = folder / CHECKPOINTS / "step"
    saved.parent.mkdir(exist_ok=True)
    begin = int(saved.read_text()) if saved.exists() else 0
    for step in range(begin + 1, STEPS + 1):
        time.sleep(30 if kind == "slow" and step > 2 else 0.05)
        if kind == "fatal" and step == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        told = TrainingProgress(Phase.TRAINING, step, STEPS, 4.0 - step / 10, None, 1.0, 2.0)
        with (folder / PROGRESS).open("a") as file:
            file.write(told.to_json() + "\n")
        if kind == "unlucky" and step < 5 and not (folder / f"died-{step}").exists():
            (folder / f"died-{step}").touch()
            saved.write_text(str(step - 1))
            time.sleep(0.2)  # so that somebody sees how far it came
            os.kill(os.getpid(), signal.SIGKILL)
        saved.write_text(str(step))


def finish(folder: Path, order: TrainingOrder) -> None:
    weights = WEIGHTS + order.name.encode()
    (folder / ADAPTER).mkdir(exist_ok=True)
    (folder / ADAPTER / "adapter_model.safetensors").write_bytes(weights)
    (folder / ADAPTER / "adapter_config.json").write_text("{}")
    (folder / CURVE).write_bytes(PNG)
    texts = TextMeasures(*[0.5] * 11, longest_overlap_tokens=6)
    report = TrainingReport(
        base_model="scripted",
        base_digest="cd" * 32,
        template="plain",
        template_digest="ef" * 32,
        data_digest=hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest(),
        method=order.method,
        adapter_digest=hashlib.sha256(weights).hexdigest(),
        language="en",
        tokens=9_000,
        held_out_tokens=1_000,
        steps=STEPS,
        trained_steps=STEPS,
        best_step=STEPS,
        held_out_loss=3.4,
        perplexities=(),
        samples=4,
        adapter_texts=texts,
        base_texts=texts,
        dropped_duplicates=0,
        seconds=1.0,
        peak_memory_bytes=1 << 30,
        device="cpu",
    )
    (folder / REPORT).write_text(report.to_json())
    (folder / DONE).write_text("{}")


if __name__ == "__main__":
    main()
