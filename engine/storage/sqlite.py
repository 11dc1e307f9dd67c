"""SQLite: one file, one process, one writing connection."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import StorageFailed
from engine.storage.backup import back_up_before_migration, drop_old_migration_backups
from engine.storage.closing import ClosingConnection
from engine.storage.database import Database
from engine.storage.failures import storage_failures
from engine.storage.folder import locked_folder
from engine.storage.migration import is_behind, migrate, revision_of

log = structlog.get_logger()

_SECONDS_TO_WAIT_FOR_A_LOCK = 30
_BARE = "scriptorium_bare"  # execution option of a connection: no transaction is begun

# FULL: a turn that was acknowledged survives a loss of power. secure_delete: what is erased is
# overwritten.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
# SQLite before 3.51.3 may damage the file when two connections write or checkpoint at once
# (https://sqlite.org/wal.html#walresetbug), so that only the writer ever does either.
_READER_PRAGMAS = ("wal_autocheckpoint=0", "query_only=ON")


@asynccontextmanager
async def open_sqlite(folder: Path) -> AsyncGenerator[Database]:
    """Open the database in `folder`, which is made if need be."""
    with locked_folder(folder) as file:
        writer = _engine(file, pragmas=_PRAGMAS, begin="BEGIN IMMEDIATE", connections=1)
        reader = _engine(file, pragmas=(*_PRAGMAS, *_READER_PRAGMAS), begin="BEGIN", connections=4)
        database = Database(
            writer, reader, gate=asyncio.Lock(), clean=lambda: _clean(writer, folder)
        )
        try:
            with storage_failures():
                await _check(writer)
                await _migrate(writer, folder)
                drop_old_migration_backups(folder, now=time.time())
            yield database
        finally:
            await database.close()


def _engine(file: Path, *, pragmas: tuple[str, ...], begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        connect_args={"timeout": _SECONDS_TO_WAIT_FOR_A_LOCK, "factory": ClosingConnection},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error must not quote members' words
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:  # the pool would forget it open, with its thread
            connection.close()
            raise
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_as_told(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another one wrote
        # in between, whatever the time-out: writers take the lock at the start.
        if not connection.get_execution_options().get(_BARE):
            connection.exec_driver_sql(begin)

    return engine


async def _check(writer: AsyncEngine) -> None:
    async with _outside_transactions(writer) as connection:
        found = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise StorageFailed(f"the database file is damaged: {found}")


async def _migrate(writer: AsyncEngine, folder: Path) -> None:
    async with writer.connect() as connection:
        revision = await connection.run_sync(revision_of)
    if not is_behind(revision):
        return
    if revision is not None:
        taken = await asyncio.to_thread(
            back_up_before_migration, folder, revision=revision, now=time.time()
        )
        log.info("backup_taken", file=str(taken))
    async with writer.begin() as connection:
        await connection.run_sync(migrate)


async def _clean(writer: AsyncEngine, folder: Path) -> None:
    # secure_delete is not enough: where a page's rows were moved, their old bytes stay in its gaps.
    # Rewritten pages have none, and older copies of pages go with the write-ahead log.
    async with _outside_transactions(writer) as connection:
        # The index keeps words that were taken out of it until it is merged.
        await connection.exec_driver_sql("INSERT INTO turn_search(turn_search) VALUES ('optimize')")
        await connection.exec_driver_sql("VACUUM")
        emptied = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    if emptied.one().busy:
        raise StorageFailed("a reader kept the write-ahead log from being emptied")
    await asyncio.to_thread(drop_old_migration_backups, folder, now=time.time())


@asynccontextmanager
async def _outside_transactions(writer: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    async with writer.connect() as connection:
        yield await connection.execution_options(**{_BARE: True})
