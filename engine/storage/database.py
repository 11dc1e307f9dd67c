"""Transactions."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.storage.failures import storage_failures

Transaction = AsyncConnection


@dataclass(frozen=True)
class Database:
    """An open, migrated database, used by this process only. Its faults raise StorageFailed."""

    writer: AsyncEngine
    reader: AsyncEngine
    gate: AbstractAsyncContextManager[object]  # held by whoever writes
    clean: Callable[[], Awaitable[None]]

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Transaction]:
        """Open the one writing transaction: durable once the block has ended, undone if it raises.

        Others wait until it ends: await nothing but the database in it.
        """
        with storage_failures():
            async with self.gate, self.writer.begin() as tx:
                yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """Open a read-only transaction that sees one state of the database."""
        with storage_failures():
            async with self.reader.begin() as tx:
                yield tx

    async def scrub(self) -> None:
        """Remove what was deleted or overwritten from the database's files, by rewriting them.

        Nobody writes meanwhile. What remains: copies taken before migrations, for 30 days; the
        operator's own backups; for PostgreSQL its write-ahead log, until the server re-uses it.
        """
        with storage_failures():
            async with self.gate:
                await self.clean()
