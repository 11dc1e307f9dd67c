"""Checks of the database and of its newest backup. Nothing is changed."""

from pathlib import Path

from pydantic import SecretStr

from bot.doctor.finding import Finding, ok, problem, warning
from engine.errors import StorageFailed
from engine.storage.examination import (
    FileExamination,
    SqliteExamination,
    examine_postgres,
    examine_sqlite,
)

DAY = 86_400
OLD_BACKUP_DAYS = 8


def check_sqlite(folder: Path, *, now: float) -> list[Finding]:
    """Check the SQLite database of a data folder. `now` is in seconds since the epoch."""
    seen = examine_sqlite(folder, now=now)
    findings = [check_library(seen), check_file(seen, folder), check_writable(seen, folder)]
    if seen.database is not None:
        findings.append(check_backup(seen.newest_backup))
    return findings


def check_library(seen: SqliteExamination) -> Finding:
    if seen.has_wal_reset_bug:
        return warning(
            f"SQLite {seen.version} has the WAL-reset fault that 3.51.3 mends",
            "the bot writes through one connection, which avoids it: "
            "open the file with no other writing program while the bot runs",
        )
    return ok(f"SQLite {seen.version}")


def check_file(seen: SqliteExamination, folder: Path) -> Finding:
    if seen.database is None:
        return ok(f"no database in {folder} yet: the first start makes it")
    if seen.database.fault:
        return problem(
            f"{seen.database.file} is damaged: {seen.database.fault}",
            "stop the bot and restore the newest backup (docs/operators-guide.md)",
        )
    return ok(f"{seen.database.file} is whole, {seen.database.size_bytes / 1e6:.1f} MB")


def check_writable(seen: SqliteExamination, folder: Path) -> Finding:
    if seen.is_writable:
        return ok(f"{folder} can be written")
    return problem(f"{folder} cannot be written", "give the bot's account the rights to it")


def check_backup(backup: FileExamination | None) -> Finding:
    if backup is None:
        return warning("no backup yet", "python -m bot backup, every day by a timer")
    if backup.fault:
        return problem(
            f"the newest backup {backup.file} is damaged: {backup.fault}",
            "python -m bot backup, and check the disk",
        )
    days = backup.age_seconds / DAY
    if days > OLD_BACKUP_DAYS:
        return warning(f"the newest backup is {days:.0f} days old", "python -m bot backup")
    return ok(f"the newest backup {backup.file} is whole, {days:.1f} days old")


async def check_postgres(url: SecretStr) -> Finding:
    """Check that PostgreSQL answers and can be written. The URL holds a password: not shown."""
    try:
        version = await examine_postgres(url.get_secret_value())
    except StorageFailed as failure:
        return problem(f"PostgreSQL: {failure.reason}", "DATABASE_URL, the server, its rights")
    return ok(f"PostgreSQL {version} answers and can be written")
