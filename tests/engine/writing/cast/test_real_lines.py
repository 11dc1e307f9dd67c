"""Some lines by the real embedded model; `make prove` draws two hundred."""

from pathlib import Path

import pytest

from tests.prove.test_cast import draw, said_for_others, served


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_the_embedded_models_characters_speak_for_themselves(tmp_path: Path) -> None:
    async with served(tmp_path) as engine:
        counts, lines = await draw(engine, generations=9)
    assert counts["drawn"] >= 9
    assert lines
    assert said_for_others(lines) == []
