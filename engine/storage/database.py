"""The database of one bot process: SQLite in a folder, or PostgreSQL by URL."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.settings import EngineSettings
from engine.storage.failures import storage_failures
from engine.storage.postgres import open_postgres
from engine.storage.sqlite import open_sqlite

Transaction = AsyncConnection


@dataclass(frozen=True)
class Database:
    """Transactions on an open, migrated database. Any fault of it raises StorageFailed."""

    writer: AsyncEngine
    reader: AsyncEngine
    gate: AbstractAsyncContextManager[object]  # held, or passed, by every writing transaction

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Transaction]:
        """Open a transaction that is durable when the block ends, and undone when it raises."""
        with storage_failures():
            async with self.gate, self.writer.begin() as tx:
                yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """Open a read-only transaction that sees one state of the database."""
        with storage_failures():
            async with self.reader.begin() as tx:
                yield tx


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
    async with opening as (writer, reader, gate):
        yield Database(writer, reader, gate)
