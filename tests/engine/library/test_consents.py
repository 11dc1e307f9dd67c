"""Nothing is learned from without the consent of all: random evenings, checked at each step."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from tests.engine.library.ledger import Evening, Opener
from tests.fakes.scripted_model import ScriptedModel

PERMISSION: dict[str, Any] = {
    "discord_training_permission_by": "Olga",
    "discord_training_permission_date": date(2026, 1, 31),
    "discord_training_permission_reference": "ticket 17",
}
SEQUENCES = 15  # on either database; `make prove` plays 1,000


async def leave() -> None:
    """Rewrite no files after an erasure: it takes most of the time, and has tests of its own."""


def opener(settings: EngineSettings) -> Opener:
    """Return what opens the engine again on the same database, with or without permission."""

    @asynccontextmanager
    async def open_again(*, permits: bool) -> AsyncIterator[Engine]:
        chosen = settings.model_copy(update=PERMISSION if permits else {})
        async with open_engine(chosen, model=ScriptedModel()) as engine:
            yield replace(engine, database=replace(engine.database, clean=leave))

    return open_again


async def play_evenings(settings: EngineSettings, numbers: range) -> list[Evening]:
    """Play one evening a server, all on one database; return what they saw."""
    evenings = [Evening(number, random.Random(number)) for number in numbers]
    for evening in evenings:
        await evening.play(opener(settings))
    return evenings


async def test_random_evenings_train_on_nothing_and_use_no_voice_without_consent(
    storage_settings: EngineSettings,
) -> None:
    played = await play_evenings(storage_settings, range(1, SEQUENCES + 1))
    assert sum(evening.rows for evening in played) > SEQUENCES, "hardly anything was trained"
    assert sum(evening.promoted_seen for evening in played) > SEQUENCES, "hardly a voice was used"
    assert sum(len(evening.learned) for evening in played) > SEQUENCES / 2
    assert sum(evening.replaced for evening in played) > 2, "hardly a story was given anew"
