"""Two critiques by the real model over HTTP; a hundred of them are in tests/prove."""

from pathlib import Path

import pytest

from engine.runtime import open_engine
from engine.settings import EngineSettings
from engine.story import CritiqueState, Dropped, Member
from engine.writing.critique import hand_in_text, shipped_lenses, write_critique
from tests.engine.serving.conftest import ServerProcess

TEXTS = (
    "Mara climbed the tower with the oil can. She was very sad. Nobody waved from the ship.",
    "The train stopped and the lights went out. A child laughed. Ilse looked at the cage.",
)
ANN = Member(3, "Ann")


@pytest.mark.timeout(180)
@pytest.mark.slow
async def test_every_quote_of_the_real_model_stands_in_the_text(
    server: ServerProcess, tmp_path: Path
) -> None:
    settings = EngineSettings(
        _env_file=None, data_dir=tmp_path, model_url=server.url, seconds_between_tokens=120
    )
    async with open_engine(settings) as engine:
        for number, text in enumerate(TEXTS, 1):
            handed = await hand_in_text(
                engine,
                guild_id=1,
                channel_id=2,
                member=ANN,
                lens=shipped_lenses()["line"],
                text=text,
                interaction_id=number,
            )
            written = await write_critique(
                engine, guild_id=1, critique_id=handed.critique.id, member=ANN
            )
            notes = written.critique.notes
            assert notes is not None
            assert written.critique.state is CritiqueState.WRITTEN
            assert all(each.quote.text in text for each in (*notes.notes, *notes.praise))
            assert notes.dropped.get(Dropped.UNREADABLE, 0) == 0
            assert notes.dropped.get(Dropped.NOT_VERBATIM, 0) == 0
            assert notes.notes or notes.praise or notes.dropped, "the model was asked for a note"
