"""From the works that may be learned from to the files of a training, and to its manifest."""

import hashlib
import json
import re
from collections.abc import Sequence

from engine.library.gate import TrainableWork, permission_of
from engine.settings import EngineSettings, ServingSettings
from engine.story import Source, TrainingJob, TrainingWork
from engine.story.training import (
    HELD_OUT,
    TRAIN,
    Effort,
    ManifestPermission,
    Method,
    TrainingManifest,
    TrainingOrder,
    WorkRow,
)

LEAST_WORKS = 2  # one to learn from, and one that only measures
LEAST_WORDS = 2_000  # below, no model has the tokens that a training needs
HELD_OUT_SHARE = 0.15
WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’][^\W\u3400-\u9fff]+)*")


def count_words(works: Sequence[TrainableWork]) -> int:
    """Count the words of all works; in Chinese each character is one."""
    return sum(sum(1 for _ in WORD.finditer(work.text)) for work in works)


def split_works(works: Sequence[TrainableWork]) -> dict[int, str]:
    """Return on which side each work stands, by a hash of its id: it does not change sides.

    There is always a work that only measures, if there are two: else it is the one of the lowest
    hash. Should it ever change sides, an adapter that learned from it is not what it measures:
    every training begins from the base model.
    """
    places = {work.work_id: _place(work.work_id) for work in works}
    held_out = {work_id for work_id, place in places.items() if place < HELD_OUT_SHARE}
    if not held_out and len(places) > 1:
        held_out = {min(places, key=lambda work_id: places[work_id])}
    elif len(held_out) == len(places):
        held_out -= {max(places, key=lambda work_id: places[work_id])} if held_out else set()
    return {work_id: HELD_OUT if work_id in held_out else TRAIN for work_id in places}


def _place(work_id: int) -> float:
    digest = hashlib.sha256(f"work {work_id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def rows_of(works: Sequence[TrainableWork]) -> list[WorkRow]:
    """Return the lines that the process reads."""
    sides = split_works(works)
    return [
        WorkRow(
            work_id=work.work_id,
            title=work.title,
            language=work.language,
            text=work.text,
            text_hash=work.text_hash,
            split=sides[work.work_id],
        )
        for work in works
    ]


def manifest_rows(works: Sequence[TrainableWork]) -> list[TrainingWork]:
    """Return what is kept of each work: by whose consent it is used, and no text."""
    sides = split_works(works)
    return [
        TrainingWork(
            work_id=work.work_id,
            text_hash=work.text_hash,
            licence=work.licence.value,
            source=work.source.value,
            consents=json.dumps(
                [
                    {
                        "id": consent.id,
                        "version": consent.version,
                        "language": consent.language,
                        "wording_hash": consent.wording_hash,
                        "way": consent.way.value,
                        "given_ms": consent.given_ms,
                    }
                    for consent in work.consents
                ]
            ),
            split=sides[work.work_id],
        )
        for work in works
    ]


def manifest_of(works: Sequence[TrainableWork], settings: EngineSettings) -> TrainingManifest:
    """Return the manifest; it names Discord's permission if a text came through Discord."""
    permission = permission_of(settings)
    needs_it = any(work.source is Source.DISCORD for work in works)
    recorded = (
        ManifestPermission(permission.by, permission.day.isoformat(), permission.reference)
        if permission is not None and needs_it
        else None
    )
    return TrainingManifest(tuple(manifest_rows(works)), recorded)


def order_of(job: TrainingJob, name: str, serving: ServingSettings) -> TrainingOrder:
    """Return what is to be trained, on the model that is served."""
    return TrainingOrder(
        job_id=job.id,
        guild_id=job.guild_id,
        name=name,
        model=serving.model,
        models_dir=str(serving.models_dir.absolute()),
        device=serving.device.value,
        method=Method(job.method),
        effort=Effort(job.effort),
        rank=min(16, serving.most_adapter_rank),
        seed=job.seed,
        threads=serving.model_threads,
    )
