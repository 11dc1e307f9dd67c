"""Transactions."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from engine.errors import StorageFailed
from engine.storage.failures import storage_failures

Transaction = AsyncConnection

_SECONDS_TO_COME_HOME = 5


@dataclass
class Database:
    """An open, migrated database, used by this process only. Its faults raise StorageFailed."""

    writer: AsyncEngine
    reader: AsyncEngine
    gate: AbstractAsyncContextManager[object]  # held by whoever writes
    clean: Callable[[], Awaitable[None]]
    is_open: bool = field(default=True, init=False)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Transaction]:
        """Open the one writing transaction: durable once the block has ended, undone if it raises.

        Others wait until it ends: await nothing but the database in it.
        """
        self._check_open()
        with storage_failures():
            async with self.gate, self.writer.begin() as tx:
                yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """Open a read-only transaction that sees one state of the database."""
        self._check_open()
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

    async def close(self) -> None:
        """Close its connections, and open no more: whoever comes later gets StorageFailed.

        Waits for those that a cancelled task is still giving back: SQLAlchemy does that in a task
        of its own, which nobody else waits for.
        """
        self.is_open = False
        for engine in (self.reader, self.writer):  # SQLite: the last one to close empties the WAL
            pool = engine.pool
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_TO_COME_HOME):
                    while isinstance(pool, QueuePool) and pool.checkedout():  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            await engine.dispose()

    def _check_open(self) -> None:
        if not self.is_open:
            raise StorageFailed("the database is closed")
