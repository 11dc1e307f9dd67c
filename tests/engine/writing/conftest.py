from collections.abc import AsyncGenerator

import pytest

from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database, open_database
from tests.fakes.desk import Desk, engine_over
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import Table, table_over


@pytest.fixture
def gate() -> Gate:
    """Holds the model's pieces while it is shut; it is open at first."""
    return Gate()


@pytest.fixture
def model(gate: Gate) -> ScriptedModel:
    return ScriptedModel(sleep=gate)


@pytest.fixture
async def engine(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> AsyncGenerator[Engine]:
    async with engine_over(database, model, storage_settings) as opened:
        yield opened


@pytest.fixture
async def table(sqlite_settings: EngineSettings, model: ScriptedModel) -> AsyncGenerator[Table]:
    """A channel whose clock the test sets; on SQLite, which is quicker."""
    async with (
        open_database(sqlite_settings) as database,
        table_over(database, model, sqlite_settings) as opened,
    ):
        yield opened


@pytest.fixture
async def desk(engine: Engine) -> Desk:
    """A channel in which Ann has started a story."""
    desk = Desk(engine)
    await desk.start()
    return desk
