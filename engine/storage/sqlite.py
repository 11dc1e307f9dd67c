"""SQLite: one file, one process, one writing connection."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import structlog
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import StorageFailed
from engine.storage.backup import copy_sqlite
from engine.storage.failures import storage_failures
from engine.storage.migration import is_behind, migrate, revision_of

log = structlog.get_logger()

FILE_NAME = "scriptorium.sqlite3"
LOCK_NAME = "scriptorium.lock"
BACKUPS_NAME = "backups"
_SECONDS_TO_WAIT_FOR_A_LOCK = 30

# FULL: a turn that was acknowledged survives a loss of power. secure_delete: what is erased is
# overwritten.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
# SQLite before 3.51.3 may damage the file when two connections write or checkpoint at once
# (https://sqlite.org/wal.html#walresetbug), so that only the writer ever does either.
_READER_PRAGMAS = ("wal_autocheckpoint=0", "query_only=ON")


@asynccontextmanager
async def open_sqlite(
    folder: Path,
) -> AsyncGenerator[tuple[AsyncEngine, AsyncEngine, AbstractAsyncContextManager[object]]]:
    """Open the database in `folder`, which is made if need be; yield writer, reader and gate."""
    with _locked(folder):
        file = folder / FILE_NAME
        writer = _engine(file, pragmas=_PRAGMAS, begin="BEGIN IMMEDIATE", connections=1)
        reader = _engine(file, pragmas=(*_PRAGMAS, *_READER_PRAGMAS), begin="BEGIN", connections=4)
        try:
            with storage_failures():
                await _check(writer)
                await _migrate(writer, file)
            yield writer, reader, asyncio.Lock()
        finally:
            await reader.dispose()
            await writer.dispose()  # the last connection to close empties the WAL


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make `folder` and its files, for the owner only, and keep other processes out."""
    with storage_failures():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _open_own(folder / LOCK_NAME)
    try:
        with storage_failures():
            _take(lock, folder)
            os.close(_open_own(folder / FILE_NAME))
        yield
    finally:
        os.close(lock)


def _open_own(file: Path) -> int:
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)  # SQLite gives -wal and -shm the mode of the database
    return descriptor


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace") or "unknown"
        raise StorageFailed(f"another process (id {holder}) has {folder} open") from error
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)


def _engine(file: Path, *, pragmas: tuple[str, ...], begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        connect_args={"timeout": _SECONDS_TO_WAIT_FOR_A_LOCK},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error must not quote members' words
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_as_told(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another one wrote
        # in between, whatever the time-out: writers take the lock at the start.
        connection.exec_driver_sql(begin)

    return engine


async def _check(writer: AsyncEngine) -> None:
    async with writer.connect() as connection:
        found = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise StorageFailed(f"the database file is damaged: {found}")


async def _migrate(writer: AsyncEngine, file: Path) -> None:
    async with writer.connect() as connection:
        revision = await connection.run_sync(revision_of)
    if not is_behind(revision):
        return
    if revision is not None:
        target = file.parent / BACKUPS_NAME / f"before-{revision}-{time.time_ns()}.sqlite3"
        await asyncio.to_thread(copy_sqlite, file, target)
        log.info("backup_taken", file=str(target))
    async with writer.begin() as connection:
        await connection.run_sync(migrate)
