import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor.database import check_postgres, check_sqlite
from bot.doctor.finding import Mark
from engine.storage.folder import BACKUPS_NAME, FILE_NAME

NOW = time.time()


def make_database(file: Path, *, days_old: float = 0.0) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE words (text TEXT)")
        database.executemany("INSERT INTO words VALUES (?)", [("tale " * 100,)] * 200)
        database.commit()
    os.utime(file, (NOW - days_old * 86_400,) * 2)


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192:20480] = os.urandom(12_288)
    file.write_bytes(content)


def examined(folder: Path) -> dict[Mark, str]:
    """Return the findings as one text a mark."""
    findings = check_sqlite(folder, now=NOW)
    return {mark: "\n".join(str(f) for f in findings if f.mark is mark) for mark in Mark}


def test_a_folder_before_the_first_start_is_fine(tmp_path: Path) -> None:
    found = examined(tmp_path / "data")
    assert "the first start makes it" in found[Mark.OK]
    assert not found[Mark.PROBLEM]
    assert not (tmp_path / "data").exists()


def test_a_whole_database_with_a_fresh_backup_is_fine(tmp_path: Path) -> None:
    make_database(tmp_path / FILE_NAME)
    make_database(tmp_path / BACKUPS_NAME / "monday.sqlite3", days_old=1)
    found = examined(tmp_path)
    assert not found[Mark.PROBLEM]
    assert "is whole, 1.0 days old" in found[Mark.OK]


def test_a_damaged_database_is_a_problem(tmp_path: Path) -> None:
    make_database(tmp_path / FILE_NAME)
    damage(tmp_path / FILE_NAME)
    assert "restore the newest backup" in examined(tmp_path)[Mark.PROBLEM]


def test_a_damaged_backup_is_a_problem(tmp_path: Path) -> None:
    make_database(tmp_path / FILE_NAME)
    make_database(tmp_path / BACKUPS_NAME / "monday.sqlite3")
    damage(tmp_path / BACKUPS_NAME / "monday.sqlite3")
    assert "newest backup" in examined(tmp_path)[Mark.PROBLEM]


def test_only_the_newest_backup_counts(tmp_path: Path) -> None:
    make_database(tmp_path / FILE_NAME)
    make_database(tmp_path / BACKUPS_NAME / "z-monday.sqlite3", days_old=2)
    damage(tmp_path / BACKUPS_NAME / "z-monday.sqlite3")
    os.utime(tmp_path / BACKUPS_NAME / "z-monday.sqlite3", (NOW - 172_800,) * 2)
    make_database(tmp_path / BACKUPS_NAME / "a-tuesday.sqlite3", days_old=1)
    assert not examined(tmp_path)[Mark.PROBLEM]


@pytest.mark.parametrize("days_old", [None, 30])
def test_no_recent_backup_is_a_warning(tmp_path: Path, days_old: int | None) -> None:
    make_database(tmp_path / FILE_NAME)
    if days_old is not None:
        make_database(tmp_path / BACKUPS_NAME / "monday.sqlite3", days_old=days_old)
    assert "python -m bot backup" in examined(tmp_path)[Mark.WARNING]


def test_what_a_crash_left_is_not_touched(tmp_path: Path) -> None:
    make_database(tmp_path / "live.sqlite3")
    with closing(sqlite3.connect(tmp_path / "live.sqlite3")) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO words VALUES ('kept in the WAL')")
        writer.commit()
        for end in ("", "-wal"):  # as after a kill: nobody has closed the file
            shutil.copy(tmp_path / f"live.sqlite3{end}", tmp_path / f"{FILE_NAME}{end}")
    wal = tmp_path / f"{FILE_NAME}-wal"
    before = wal.read_bytes(), (tmp_path / FILE_NAME).read_bytes()
    assert not examined(tmp_path)[Mark.PROBLEM]
    assert (wal.read_bytes(), (tmp_path / FILE_NAME).read_bytes()) == before


def test_a_database_in_use_is_examined_without_disturbing_it(tmp_path: Path) -> None:
    make_database(tmp_path / FILE_NAME)
    with closing(sqlite3.connect(tmp_path / FILE_NAME, timeout=0)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO words VALUES ('more')")
        found = examined(tmp_path)
        writer.commit()
    assert not found[Mark.PROBLEM]


@pytest.mark.parametrize(
    ("version", "mark"), [((3, 51, 2), Mark.WARNING), ((3, 51, 3), Mark.OK), ((3, 60, 0), Mark.OK)]
)
def test_an_sqlite_with_the_wal_reset_fault_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], mark: Mark
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    monkeypatch.setattr("sqlite3.sqlite_version", ".".join(map(str, version)))
    assert f"SQLite {'.'.join(map(str, version))}" in examined(tmp_path)[mark]


async def test_a_postgresql_that_is_down_is_a_problem_and_the_password_stays_unseen() -> None:
    found = await check_postgres(SecretStr("postgresql://bot:pa55word@127.0.0.1:1/tales"))
    assert found.mark is Mark.PROBLEM
    assert "pa55word" not in str(found)
