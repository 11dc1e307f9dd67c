"""Copies of the database that can be started from."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage.failures import storage_failures
from engine.storage.folder import BACKUPS_NAME, FILE_NAME, open_own

DAYS_MIGRATION_BACKUPS_ARE_KEPT = 30  # they hold words that may have been erased since
_MIGRATION_PREFIX = "before-migration-"
_SECONDS_A_DAY = 86_400


def back_up(settings: EngineSettings, target: Path) -> None:
    """Copy the SQLite database that `settings` names to the file `target`, also while in use.

    Raises:
        StorageFailed: the database is PostgreSQL, whose own tools do this, or there is none, or
            the copy cannot be written.
    """
    if settings.database_url is not None:
        raise StorageFailed("a PostgreSQL database is backed up by pg_dump, not by this program")
    copy_database(settings.data_dir / FILE_NAME, target)


def back_up_before_migration(folder: Path, *, revision: str, now: float) -> Path:
    """Copy the database in `folder`, which is at `revision`. `now` is in seconds."""
    name = f"{_MIGRATION_PREFIX}{revision}-{now:.0f}.sqlite3"
    target = folder / BACKUPS_NAME / name
    copy_database(folder / FILE_NAME, target)
    return target


def drop_old_migration_backups(folder: Path, *, now: float) -> None:
    """Delete from `folder` what was taken before migrations long ago. `now` is in seconds."""
    for backup in (folder / BACKUPS_NAME).glob(f"{_MIGRATION_PREFIX}*.sqlite3"):
        if now - backup.stat().st_mtime > DAYS_MIGRATION_BACKUPS_ARE_KEPT * _SECONDS_A_DAY:
            backup.unlink()


def copy_database(source: Path, target: Path) -> None:
    """Copy the database file `source` to `target` in one whole state.

    The copy is checked before it gets its name, so that `target` is never half a copy.

    Raises:
        StorageFailed: there is no source, or the copy cannot be written or is not whole.
    """
    unfinished = target.with_name(f"{target.name}.part")
    with storage_failures():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        os.close(open_own(unfinished))
    try:
        with storage_failures():
            _copy_and_check(source, unfinished)
            unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_and_check(source: Path, target: Path) -> None:
    # Read-only: a second connection that writes or checkpoints could damage the source.
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it
        found = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StorageFailed(f"the copy is damaged: {found}")
