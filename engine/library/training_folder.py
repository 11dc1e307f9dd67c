"""The folder of a training job: what the process is told there, and what it answers.

Every function reads or writes files: not for the event loop, but for `asyncio.to_thread`.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.story.training import (
    ADAPTER,
    CARD,
    CURVE,
    DONE,
    ESTIMATE,
    FAILED,
    MANIFEST,
    ORDER,
    PROGRESS,
    REPORT,
    TENSORBOARD,
    WORKS,
    TrainingEstimate,
    TrainingFault,
    TrainingManifest,
    TrainingOrder,
    TrainingProgress,
    TrainingReport,
    WorkRow,
)

# What may stay when a job is over: none of it holds a text of a work. The checkpoints go, because
# they are large, and the adapter has a place of its own by then.
KEPT = frozenset(
    {ORDER, MANIFEST, ESTIMATE, PROGRESS, REPORT, CARD, CURVE, TENSORBOARD, DONE, FAILED}
)
WEIGHTS = "adapter_model.safetensors"
TAIL_BYTES = 4096  # of the progress: more than its last line


@dataclass(frozen=True, slots=True)
class TrainingFolder:
    """One job's folder."""

    path: Path

    def write(
        self, order: TrainingOrder, rows: Sequence[WorkRow], manifest: TrainingManifest
    ) -> None:
        """Make the folder, readable by nobody else, with all that the process is told."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)  # of a try that was cut short
        self.path.mkdir(mode=0o700)
        _write(self.path / ORDER, order.to_json())
        _write(self.path / MANIFEST, manifest.to_json())
        _write(self.path / WORKS, "".join(f"{row.to_json()}\n" for row in rows))

    def read_order(self) -> TrainingOrder:
        """Return what the process was told. Raise OSError or ValueError."""
        return TrainingOrder.from_json((self.path / ORDER).read_bytes())

    def read_estimate(self) -> TrainingEstimate | None:
        """Return what the training will take, None while that is not known."""
        with contextlib.suppress(OSError, ValueError):
            return TrainingEstimate.from_json((self.path / ESTIMATE).read_bytes())
        return None

    def read_progress(self) -> TrainingProgress | None:
        """Return the newest progress that is written whole."""
        try:
            with (self.path / PROGRESS).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                lines = file.read().split(b"\n")
        except OSError:
            return None
        for line in reversed(lines):
            with contextlib.suppress(ValueError):
                return TrainingProgress.from_json(line)
        return None

    def read_report(self) -> TrainingReport | None:
        """Return the report of a training that is done, None of any other."""
        if not (self.path / DONE).exists():
            return None
        return TrainingReport.from_json((self.path / REPORT).read_bytes())

    def read_fault(self) -> TrainingFault | None:
        """Return why the process gave up, None if it did not."""
        with contextlib.suppress(OSError, ValueError):
            return TrainingFault.from_json((self.path / FAILED).read_bytes())
        return None

    @property
    def curve(self) -> Path:
        """The picture of the loss; it may not be there."""
        return self.path / CURVE

    def publish(self, target: Path, report: TrainingReport) -> None:
        """Put the adapter where the model server finds it; one that is there is never changed.

        Raises:
            FileExistsError: another one is there.
            OSError: there is no room, or no right to write.
        """
        if target.exists():
            if _digest(target / WEIGHTS) == report.adapter_digest:
                return  # a kill came between this and the row
            raise FileExistsError(target.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(self.path / ADAPTER, part)
        for name in (REPORT, MANIFEST, CARD):
            if (self.path / name).exists():
                shutil.copyfile(self.path / name, part / name)
        for file in part.iterdir():
            _flush(file)
            file.chmod(0o444)
        _flush(part)
        part.rename(target)
        _flush(target.parent)

    def forget_texts(self) -> None:
        """Delete all that could hold a text of a work, and all that nobody needs any more."""
        if not self.path.is_dir():
            return
        for entry in self.path.iterdir():
            if entry.name not in KEPT:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
