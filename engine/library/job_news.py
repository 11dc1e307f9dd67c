"""What is to be shown of a training job."""

from dataclasses import dataclass
from pathlib import Path

from engine.story import Adapter, TrainingJob
from engine.story.training import TrainingEstimate, TrainingProgress, TrainingReport


@dataclass(frozen=True, slots=True)
class JobNews:
    """How a job stands now."""

    job: TrainingJob
    base_model: str  # as the settings name it
    estimate: TrainingEstimate | None = None
    before: int = 0  # jobs that come first, while it waits
    progress: TrainingProgress | None = None
    adapter: Adapter | None = None  # when it is done
    report: TrainingReport | None = None
    curve: Path | None = None  # a picture of the loss, if there is one
