"""A tiny model, and what one training of it left."""

import os
from pathlib import Path

import pytest

os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

from engine.training.folder import TrainingFolder
from engine.training.process import run
from engine.training.watching import Stop
from tests.engine.training.tiny import make_model, some_works, tiny_order, write_folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let PEFT ask for a property that transformers has renamed."""
    here = Path(__file__).parent
    renamed = pytest.mark.filterwarnings(
        "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
    )
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(renamed)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def trained(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingFolder:
    """The folder of an uninterrupted training; tests only look at it."""
    path = tmp_path_factory.mktemp("trained") / "job"
    order = tiny_order(tiny_model, steps=24, steps_between_saves=6)
    folder = TrainingFolder(write_folder(path, order, some_works()))
    run(folder, Stop(), only_estimate=False)
    return folder
