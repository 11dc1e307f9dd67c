"""A look at the database that changes nothing and works while the bot runs."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StorageFailed
from engine.storage.folder import BACKUPS_NAME, FILE_NAME

_WAL_RESET_FIXED = (3, 51, 3)  # https://sqlite.org/wal.html#walresetbug
_SECONDS_TO_CONNECT = 10


@dataclass(frozen=True, slots=True)
class FileExamination:
    """What was seen of an SQLite file. `fault` is None for a whole file."""

    file: Path
    fault: str | None
    size_bytes: int
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SqliteExamination:
    """What was seen of a data folder. `database` is None before the first start."""

    version: str  # of the SQLite library
    has_wal_reset_bug: bool
    database: FileExamination | None
    is_writable: bool
    newest_backup: FileExamination | None


def examine_sqlite(folder: Path, *, now: float) -> SqliteExamination:
    """Examine the database of a data folder and its newest backup. `now` is in seconds."""
    file = folder / FILE_NAME
    backups = sorted((folder / BACKUPS_NAME).glob("*.sqlite3"), key=lambda b: b.stat().st_mtime)
    return SqliteExamination(
        version=sqlite3.sqlite_version,
        has_wal_reset_bug=sqlite3.sqlite_version_info < _WAL_RESET_FIXED,
        database=_examine(file, check="quick_check", now=now) if file.exists() else None,
        is_writable=_can_write(folder, file),
        newest_backup=_examine(backups[-1], check="integrity_check", now=now) if backups else None,
    )


def _examine(file: Path, *, check: str, now: float) -> FileExamination:
    stat = file.stat()
    try:
        # Read-only: a second connection that writes or checkpoints could damage the file.
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = str(database.execute(f"PRAGMA {check}(1)").fetchone()[0])
    except sqlite3.Error as error:
        found = str(error)
    fault = None if found == "ok" else found.splitlines()[0]
    return FileExamination(file, fault, stat.st_size, now - stat.st_mtime)


def _can_write(folder: Path, file: Path) -> bool:
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return os.access(standing, os.W_OK | os.X_OK) and (
        not file.exists() or os.access(file, os.W_OK)
    )


async def examine_postgres(url: str) -> str:
    """Return the version of a PostgreSQL server that this URL opens and can write to.

    Raises:
        StorageFailed: it cannot be reached, refuses the account, or is read-only.
    """
    try:
        import asyncpg  # noqa: PLC0415 - an extra that SQLite needs not
    except ModuleNotFoundError as error:
        raise StorageFailed("PostgreSQL needs the package asyncpg (extra: postgres)") from error
    dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    try:
        connection = await asyncpg.connect(dsn, timeout=_SECONDS_TO_CONNECT)
        try:
            version = str(await connection.fetchval("SHOW server_version"))
            read_only = await connection.fetchval("SHOW transaction_read_only")
        finally:
            await connection.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise StorageFailed(f"{type(error).__name__}: {error}".splitlines()[0]) from error
    if read_only == "on":
        raise StorageFailed("the server takes no writes")
    return version
