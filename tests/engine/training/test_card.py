from importlib import resources

import pytest

from engine.story.training import ManifestPermission, TrainingManifest
from engine.story.voice import TrainingWork
from engine.training.card import leave
from engine.training.curve import smoothed

CONSENTS = '[{"id": 1, "version": 1}, {"id": 2, "version": 1}]'


def test_the_card_tells_by_whose_leave() -> None:
    given = TrainingWork(7, "ab" * 32, "learn", "discord", CONSENTS, "train")
    free = TrainingWork(8, "cd" * 32, "public-domain", "public domain", "[]", "held_out")
    permission = ManifestPermission("Ada", "2026-11-01", "ticket 12")
    text = leave(TrainingManifest((given, free), permission))
    assert "ticket 12, 2026-11-01, recorded by Ada" in text
    assert "| 7 | train | learn | discord | 2, to version 1 | abababababababab |" in text
    assert "| 8 | held_out | public-domain | public domain | none needed |" in text
    assert "No text came through Discord" in leave(TrainingManifest((free,)))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_control_corpus_comes_with_the_package(language: str) -> None:
    text = (resources.files("engine.training") / "control" / f"{language}.txt").read_text("utf-8")
    assert 20_000 <= len(text.encode()) <= 60_000


def test_the_beginning_of_a_smoothed_curve_is_not_pulled_down() -> None:
    assert smoothed([4.0, 4.0, 4.0]) == pytest.approx([4.0, 4.0, 4.0])
