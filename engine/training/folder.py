"""The folder of one training: what is read from it, and what is written so that it is whole."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.story.training import (
    ADAPTER,
    CHECKPOINTS,
    DONE,
    FAILED,
    MANIFEST,
    ORDER,
    PROGRESS,
    TENSORBOARD,
    WORKS,
    TrainingManifest,
    TrainingOrder,
    TrainingProgress,
    WorkRow,
)


class FolderUnusable(Exception):
    """The folder does not hold what its manifest says."""


@dataclass(frozen=True, slots=True)
class TrainingFolder:
    """The folder of one training."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Where the state is kept from which a killed run goes on."""
        return self.path / CHECKPOINTS

    @property
    def tensorboard(self) -> Path:
        """Where the log for TensorBoard lies."""
        return self.path / TENSORBOARD

    @property
    def adapter(self) -> Path:
        """Where the adapter is put; it appears whole or not at all."""
        return self.path / ADAPTER

    @property
    def is_over(self) -> bool:
        """Whether the training is done or has failed."""
        return (self.path / DONE).exists() or (self.path / FAILED).exists()

    def order(self) -> TrainingOrder:
        """Read what is to be trained."""
        return TrainingOrder.from_json((self.path / ORDER).read_bytes())

    def manifest(self) -> tuple[TrainingManifest, str]:
        """Read the manifest; return the SHA-256 of its file, too."""
        raw = (self.path / MANIFEST).read_bytes()
        return TrainingManifest.from_json(raw), hashlib.sha256(raw).hexdigest()

    def works(self) -> list[WorkRow]:
        """Read the works, in the order of their ids.

        Raises:
            FolderUnusable: they are not exactly those of the manifest.
        """
        lines = (self.path / WORKS).read_text("utf-8").split("\n")
        works = [WorkRow.from_json(line) for line in lines if line]
        named = {
            (work.work_id, work.text_hash, str(work.split)) for work in self.manifest()[0].works
        }
        found = {
            (work.work_id, hashlib.sha256(work.text.encode()).hexdigest(), work.split)
            for work in works
        }
        if named != found or len(works) != len(found):
            raise FolderUnusable(f"{len(works)} works; {len(named & found)} fit the manifest")
        return sorted(works, key=lambda work: work.work_id)

    def write(self, name: str, content: str | bytes) -> None:
        """Put a file in its place, whole or not at all."""
        part = self.path / f"{name}.part"
        raw = content.encode() if isinstance(content, str) else content
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path / name)

    def tell(self, progress: TrainingProgress) -> None:
        """Add a line to the progress."""
        with (self.path / PROGRESS).open("a", encoding="utf-8") as file:
            file.write(progress.to_json() + "\n")

    def put_adapter(self, files: dict[str, bytes]) -> None:
        """Put the adapter's files in their place, all or none."""
        part = self.path / f"{ADAPTER}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for name, raw in files.items():
            with (part / name).open("wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
        shutil.rmtree(self.adapter, ignore_errors=True)
        part.rename(self.adapter)
