"""How a database is opened."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from engine.settings import EngineSettings
from engine.storage.database import Database
from engine.storage.postgres import open_postgres
from engine.storage.sqlite import open_sqlite


@asynccontextmanager
async def open_database(settings: EngineSettings) -> AsyncGenerator[Database]:
    """Open, check and migrate the database that `settings` names; close it at the end.

    Raises:
        StorageFailed: it cannot be opened, is damaged, is newer than this program, or another
            process has it open.
    """
    if settings.database_url is None:
        opening = open_sqlite(settings.data_dir)
    else:
        opening = open_postgres(settings.database_url.get_secret_value())
    async with opening as database:
        yield database
