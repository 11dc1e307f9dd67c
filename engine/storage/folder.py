"""The folder that holds an SQLite database: for its owner only, and for one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StorageFailed
from engine.storage.failures import storage_failures

FILE_NAME = "scriptorium.sqlite3"
BACKUPS_NAME = "backups"
_LOCK_NAME = "scriptorium.lock"


@contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """Keep other processes out of `folder`; yield the database file. Both are made if need be.

    Raises:
        StorageFailed: another process has the folder, or it cannot be written.
    """
    with storage_failures():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open_own(folder / _LOCK_NAME)
    try:
        with storage_failures():
            _take(lock, folder)
            os.close(open_own(folder / FILE_NAME))
        yield folder / FILE_NAME
    finally:
        os.close(lock)


def open_own(file: Path) -> int:
    """Open or make a file that only its owner can read; return its descriptor."""
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
