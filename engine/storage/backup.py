"""A copy of the database that can be started from."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.errors import StorageFailed


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database file `source`, which may be in use, to `target` in one whole state.

    The copy is checked before it gets its name.

    Raises:
        StorageFailed: there is no source, or the copy cannot be written or is not whole.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    try:
        # Read-only: a second connection that writes or checkpoints could damage the source.
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(unfinished)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it
            found = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StorageFailed(f"the copy is damaged: {found}")
        unfinished.replace(target)
    except sqlite3.Error as error:
        raise StorageFailed(str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
