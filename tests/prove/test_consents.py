"""1,000 random evenings: no training row without consent, no stale adapter in use."""

import pytest

from engine.settings import EngineSettings
from tests.engine.library.test_consents import play_evenings

BATCHES, SEQUENCES = 20, 50


@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", range(BATCHES))
async def test_a_thousand_evenings_without_a_row_or_a_voice_that_lacks_consent(
    batch: int, engine_settings: EngineSettings
) -> None:
    first = 1000 + batch * SEQUENCES
    played = await play_evenings(engine_settings, range(first, first + SEQUENCES))
    rows = sum(evening.rows for evening in played)
    voices = sum(evening.promoted_seen for evening in played)
    assert rows > SEQUENCES
    assert voices > SEQUENCES
