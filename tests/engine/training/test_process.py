"""A whole training of the tiny model: its files, its end, and how it goes on after a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from engine.story.training import (
    CARD,
    CURVE,
    DONE,
    ESTIMATE,
    FAILED,
    HELD_OUT,
    PROGRESS,
    REPORT,
    TRAIN,
    FaultCode,
    Method,
    Phase,
    TrainingEstimate,
    TrainingFault,
    TrainingProgress,
    TrainingReport,
)
from engine.training import estimating
from engine.training.__main__ import main
from engine.training.folder import FolderUnusable, TrainingFolder
from engine.training.learning import find_learned, newest_checkpoint, read_state
from engine.training.methods import WEIGHTS
from engine.training.process import TrainingRefused, run
from engine.training.watching import Diverged, Interrupted, Stop
from tests.engine.training.tiny import (
    some_works,
    start,
    tiny_order,
    unlike,
    work,
    write_folder,
)


def new_folder(path: Path, model: Path, **changes: object) -> TrainingFolder:
    """Write a folder that is ready for training."""
    return TrainingFolder(write_folder(path, tiny_order(model, **changes), some_works()))


def progress_of(folder: TrainingFolder) -> list[TrainingProgress]:
    """Read the progress."""
    lines = (folder.path / PROGRESS).read_text().splitlines()
    return [TrainingProgress.from_json(line) for line in lines]


def difference(one: TrainingFolder, other: TrainingFolder) -> float:
    """Return the greatest difference of two adapters' weights."""
    first, second = (load_file(folder.adapter / WEIGHTS) for folder in (one, other))
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def test_a_training_learns_and_reports(trained: TrainingFolder) -> None:
    report = TrainingReport.from_json((trained.path / REPORT).read_bytes())
    rows = {row.corpus: row for row in report.perplexities}
    assert list(rows) == ["held out", "held out as replies", "control"]
    assert rows["held out"].adapter < 0.8 * rows["held out"].base
    assert rows["held out"].tokens == 512
    assert report.data_digest == trained.manifest()[1]
    assert 0 < report.adapter_texts.longest_overlap_tokens < 20
    card = (trained.path / CARD).read_text()
    assert report.base_digest in card
    assert trained.works()[0].title not in card
    with Image.open(trained.path / CURVE) as picture:
        assert picture.size == (960, 504)
    assert list(trained.tensorboard.iterdir())


def test_progress_tells_the_time_that_is_left(trained: TrainingFolder) -> None:
    lines = progress_of(trained)
    assert [*dict.fromkeys(line.phase for line in lines)] == [
        Phase.LOADING,
        Phase.MEASURING,
        Phase.TRAINING,
        Phase.REPORTING,
    ]
    steps = [line for line in lines if line.phase is Phase.TRAINING]
    assert [line.step for line in steps] == list(range(1, 25))
    assert all(line.eta_seconds and line.of == 24 for line in steps)
    assert steps[-1].held_out_loss is not None
    assert lines[-1].step == lines[-1].of
    assert lines[-1].eta_seconds == 0


def test_a_training_killed_at_any_step_ends_as_if_it_had_not_been(
    trained: TrainingFolder, tiny_model: Path, tmp_path: Path
) -> None:
    folder = new_folder(tmp_path / "job", tiny_model, steps=24, steps_between_saves=6)
    with start(folder.path) as process:
        await_step(folder, 8, process)
        process.kill()
        process.communicate()
    checkpoint = newest_checkpoint(folder.checkpoints)
    assert checkpoint is not None
    assert 6 <= read_state(checkpoint)["global_step"] < 24
    half = folder.checkpoints / "checkpoint-23"  # as a kill in the middle of saving leaves it
    half.mkdir(exist_ok=True)
    run(folder, Stop(), only_estimate=False)
    assert difference(folder, trained) == 0.0
    states = [read_state(job.checkpoints / "checkpoint-24") for job in (folder, trained)]
    losses = [[e["loss"] for e in state["log_history"] if "loss" in e] for state in states]
    assert losses[0] == losses[1]


def await_step(folder: TrainingFolder, step: int, process: subprocess.Popen[str]) -> None:
    """Wait until the training has come so far."""
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline and process.poll() is None:
        path = folder.path / PROGRESS
        lines = path.read_text().splitlines() if path.exists() else []
        last = json.loads(lines[-1]) if lines else {"phase": ""}
        if last["phase"] == "training" and last["step"] >= step:
            return
        time.sleep(0.005)
    raise AssertionError(f"step {step} did not come")


def test_sigterm_saves_the_state_and_ends_in_peace(tiny_model: Path, tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "job", tiny_model, steps=400, steps_between_saves=200)
    with start(folder.path) as process:
        await_step(folder, 3, process)
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert newest_checkpoint(folder.checkpoints) is not None
    assert not (folder.path / DONE).exists()
    assert not (folder.path / FAILED).exists()


@pytest.mark.parametrize("method", [Method.ADALORA, Method.PREFIX])
def test_the_other_methods_learn_and_are_resumed_exactly(
    method: Method, tiny_model: Path, tmp_path: Path
) -> None:
    order = {"method": method, "is_for_another_server": True, "rank": 8, "report_tokens": 64}
    whole, parted = (new_folder(tmp_path / name, tiny_model, **order) for name in ("a", "b"))
    run(whole, Stop(), only_estimate=False)
    stop = StopAtStep(parted, 6)
    with pytest.raises(Interrupted):
        run(parted, stop, only_estimate=False)
    assert newest_checkpoint(parted.checkpoints) == parted.checkpoints / "checkpoint-6"
    run(parted, Stop(), only_estimate=False)
    assert difference(whole, parted) == 0.0
    report = TrainingReport.from_json((whole.path / REPORT).read_bytes())
    assert report.perplexities[0].adapter < report.perplexities[0].base_nf4


class StopAtStep(Stop):
    """Somebody who wants the training to end when it has come so far."""

    def __init__(self, folder: TrainingFolder, step: int) -> None:
        self.folder, self.step = folder, step

    @property
    def is_asked(self) -> bool:
        """Whether the step is done."""
        last = progress_of(self.folder)[-1]
        return last.phase is Phase.TRAINING and last.step >= self.step

    @is_asked.setter
    def is_asked(self, value: bool) -> None:
        raise NotImplementedError


def test_it_ends_early_and_keeps_the_best(tiny_model: Path, tmp_path: Path) -> None:
    order = {"steps": 60, "steps_between_saves": 2, "learning_rate": 0.3}  # far too fast
    folder = new_folder(tmp_path / "job", tiny_model, **order)
    try:
        run(folder, Stop(), only_estimate=False)
    except Diverged:
        pytest.fail("it should have ended before")
    learned = find_learned(folder)
    assert learned is not None
    assert learned.steps == learned.best_step + 4 < 60
    best = load_file(learned.best_checkpoint(folder) / WEIGHTS)
    kept = load_file(folder.adapter / WEIGHTS)
    assert all(torch.equal(best[name], kept[name]) for name in kept)


def test_an_estimate_trains_nothing(tiny_model: Path, tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "job", tiny_model)
    run(folder, Stop(), only_estimate=True)
    estimate = TrainingEstimate.from_json((folder.path / ESTIMATE).read_bytes())
    assert estimate.refusal is None
    assert estimate.steps == 12
    assert estimate.tokens > 5_000
    assert estimate.seconds > 0
    assert estimate.memory_bytes < estimate.free_bytes
    assert not folder.adapter.exists()
    assert newest_checkpoint(folder.checkpoints) is None


def test_what_does_not_fit_is_refused_before_a_model_is_loaded(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimating, "free_bytes", lambda _device: 100 << 20)
    folder = new_folder(tmp_path / "job", tiny_model)
    with pytest.raises(TrainingRefused) as refused:
        run(folder, Stop(), only_estimate=True)
    assert refused.value.fault.code is FaultCode.OUT_OF_MEMORY
    assert refused.value.fault.facts["free_bytes"] == 100 << 20
    estimate = TrainingEstimate.from_json((folder.path / ESTIMATE).read_bytes())
    assert estimate.refusal == refused.value.fault
    assert estimate.saves_activations


def test_the_process_says_why_it_refuses(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    works = [work(1, TRAIN, "Too short."), work(2, HELD_OUT, unlike(2))]
    path = write_folder(tmp_path / "job", tiny_order(tiny_model), works)
    monkeypatch.setattr(sys, "argv", ["engine.training", str(path)])
    code, log = main(), capsys.readouterr().err
    fault = TrainingFault.from_json((path / FAILED).read_bytes())
    assert code == 1
    assert fault.code is FaultCode.TOO_LITTLE_TEXT
    assert fault.facts["tokens"] < 20  # type: ignore[operator]
    assert "too little text" in log
    assert "Too short" not in log


def test_prefix_tuning_is_refused_unless_another_server_is_meant(
    tiny_model: Path, tmp_path: Path
) -> None:
    folder = new_folder(tmp_path / "job", tiny_model, method=Method.PREFIX)
    with pytest.raises(TrainingRefused) as refused:
        run(folder, Stop(), only_estimate=False)
    assert refused.value.fault.code is FaultCode.METHOD_NOT_SERVED


def test_works_that_are_not_those_of_the_manifest_are_not_trained_on(
    tiny_model: Path, tmp_path: Path
) -> None:
    folder = new_folder(tmp_path / "job", tiny_model)
    lines = (folder.path / "works.jsonl").read_text().splitlines()
    (folder.path / "works.jsonl").write_text("\n".join(lines[1:]) + "\n")
    with pytest.raises(FolderUnusable):
        run(folder, Stop(), only_estimate=False)
