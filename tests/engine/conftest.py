"""The database that engine tests run on."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from engine.settings import EngineSettings
from engine.storage import Database, open_database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    async with open_database(EngineSettings(data_dir=tmp_path / "data")) as opened:
        yield opened
