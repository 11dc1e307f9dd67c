"""PostgreSQL: one bot process a database."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.errors import StorageFailed
from engine.storage.database import Database
from engine.storage.failures import storage_failures
from engine.storage.migration import is_behind, migrate, revision_of
from engine.storage.schema import metadata

log = structlog.get_logger()

_LOCK_KEY = int.from_bytes(b"scriptor")
_SECONDS_TO_CONNECT = 10
_SECONDS_PER_STATEMENT = 60
# The server may need a moment to see that a killed process, or our own lost connection, is gone.
_TRIES_TO_LOCK = 5
_SECONDS_BETWEEN_TRIES = 0.1
# And it has to ask, when a machine went away without a word (the default is two hours).
_KEEPALIVE = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


class SessionLock:
    """The way into a writing transaction: one at a time, and by one process only.

    The process is told by an advisory lock, which lives as long as one connection. When that was
    lost, it is taken again before anything is written. One writer at a time is what SQLite can
    do, so that a use case need not think of races that only one of the engines has.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: AsyncConnection | None = None
        self._writer = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._writer.acquire()
        try:
            if not await self._is_held():
                await self.release()
                await self._take()
        except BaseException:
            self._writer.release()
            raise

    async def __aexit__(self, *_exception: object) -> None:
        self._writer.release()

    async def release(self) -> None:
        """Let another process have the database."""
        if self._connection is not None:
            await _drop(self._connection)
            self._connection = None

    async def _is_held(self) -> bool:
        if self._connection is None or self._connection.invalidated:
            return False
        try:
            # Asked each time: a connection that the server ended looks open for a while.
            await self._connection.scalar(select(1))
        except DBAPIError:
            return False
        return True

    async def _take(self) -> None:
        connection = await self._engine.connect()
        try:
            for _ in range(_TRIES_TO_LOCK):
                if await connection.scalar(select(func.pg_try_advisory_lock(_LOCK_KEY))):
                    self._connection = connection
                    return
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
        except BaseException:  # cancelled too: whether it holds the lock is not known
            await _drop(connection)
            raise
        await connection.close()
        raise StorageFailed("another process has this PostgreSQL database open")


async def _drop(connection: AsyncConnection) -> None:
    # The lock lives as long as its connection: back in the pool it would stay taken.
    await connection.invalidate()
    await connection.close()


@asynccontextmanager
async def open_postgres(url: str) -> AsyncGenerator[Database]:
    """Open the database at `url` (postgresql://...)."""
    writer = postgres_engine(url)
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    lock = SessionLock(writer)
    database = Database(writer, reader, gate=lock, clean=lambda: _clean(writer))
    try:
        with storage_failures():
            async with lock:
                await _migrate(writer)
        yield database
    finally:
        await lock.release()
        await database.close()


def postgres_engine(url: str) -> AsyncEngine:
    """Make an engine for `url`, which may hold any option that asyncpg reads.

    Raises:
        StorageFailed: asyncpg is not installed.
    """
    try:
        import asyncpg  # noqa: PLC0415 - an extra that SQLite needs not
    except ModuleNotFoundError as error:
        raise StorageFailed("PostgreSQL needs the package asyncpg (extra: postgres)") from error

    # asyncpg itself reads the URL, so that all of its options hold (sslmode, host=/socket, ...).
    dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            dsn,
            timeout=_SECONDS_TO_CONNECT,
            command_timeout=_SECONDS_PER_STATEMENT,
            server_settings=_KEEPALIVE,
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,  # the server may have been restarted since
        hide_parameters=True,  # an error must not quote members' words
    )


async def _migrate(writer: AsyncEngine) -> None:
    async with writer.begin() as connection:
        revision = await connection.run_sync(revision_of)
        if not is_behind(revision):
            return
        if revision is not None:
            # All or nothing; a copy is pg_dump's work, which need not be on this machine.
            log.warning("migrating_without_backup", revision=revision)
        await connection.run_sync(migrate)


async def _clean(writer: AsyncEngine) -> None:
    async with writer.connect() as connection:
        bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in metadata.sorted_tables:
            await bare.exec_driver_sql(f"VACUUM FULL {table.name}")
