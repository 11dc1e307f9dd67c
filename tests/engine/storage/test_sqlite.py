import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import Database, open_database, turns
from engine.storage.folder import FILE_NAME
from tests.engine.storage.samples import GUILD, add_story, add_turn, damage_a_byte, damage_pages

HOLDER = """
import asyncio, sys
from pathlib import Path
from engine.settings import EngineSettings
from engine.storage import open_database

async def hold():
    async with open_database(EngineSettings(data_dir=Path(sys.argv[1]), database_url=None)):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(hold())
"""


async def test_the_folder_and_its_files_are_for_the_owner_only(
    sqlite_settings: EngineSettings,
) -> None:
    async with open_database(sqlite_settings) as database:
        async with database.writing() as tx:
            await add_story(tx)
        modes = {
            path.name: path.stat().st_mode & 0o777 for path in sqlite_settings.data_dir.iterdir()
        }
    assert sqlite_settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert modes == dict.fromkeys(
        [FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", "scriptorium.lock"], 0o600
    )


async def test_an_open_file_becomes_private(sqlite_settings: EngineSettings) -> None:
    async with open_database(sqlite_settings):
        pass
    file = sqlite_settings.data_dir / FILE_NAME
    file.chmod(0o644)
    async with open_database(sqlite_settings):
        assert file.stat().st_mode & 0o777 == 0o600


async def test_commits_are_durable_and_deleted_bytes_overwritten(
    sqlite_database: Database,
) -> None:
    for opening in (sqlite_database.writing, sqlite_database.reading):
        async with opening() as tx:
            pragmas = {
                name: await tx.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        full = 2
        assert pragmas == {
            "journal_mode": "wal",
            "synchronous": full,
            "foreign_keys": 1,
            "secure_delete": 1,
        }


async def test_a_second_opening_is_refused_at_once_with_the_reason(
    sqlite_settings: EngineSettings,
) -> None:
    folder = sqlite_settings.data_dir
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        began = time.perf_counter()
        with pytest.raises(StorageFailed) as refusal:
            async with open_database(sqlite_settings):
                pass
        assert time.perf_counter() - began < 1.0
        assert refusal.value.reason == f"another process (id {holder.pid}) has {folder} open"
    finally:
        holder.kill()
        holder.communicate()
    async with open_database(sqlite_settings):  # a killed holder holds nothing
        pass


@pytest.mark.parametrize("damage", [damage_pages, damage_a_byte])
async def test_a_damaged_file_is_refused(
    sqlite_settings: EngineSettings, damage: Callable[[Path], None]
) -> None:
    async with open_database(sqlite_settings) as database, database.writing() as tx:
        story = await add_story(tx)
        for _ in range(200):
            await add_turn(tx, story, text="word " * 100)
    damage(sqlite_settings.data_dir / FILE_NAME)
    with pytest.raises(StorageFailed, match=r"damaged|malformed"):
        async with open_database(sqlite_settings):
            pass


async def test_a_file_that_is_no_database_is_refused(sqlite_settings: EngineSettings) -> None:
    sqlite_settings.data_dir.mkdir()
    (sqlite_settings.data_dir / FILE_NAME).write_text("Once upon a time " * 100)
    with pytest.raises(StorageFailed, match="not a database"):
        async with open_database(sqlite_settings):
            pass


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    settings = EngineSettings(data_dir=tmp_path / "taken" / "data", database_url=None)
    with pytest.raises(StorageFailed):
        async with open_database(settings):
            pass


async def test_a_full_database_refuses_writes_keeps_reads_and_recovers(
    sqlite_database: Database,
) -> None:
    database = sqlite_database
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        pages = await tx.scalar(text("PRAGMA page_count"))
        await tx.execute(text(f"PRAGMA max_page_count = {pages}"))
    for _ in range(3):
        with pytest.raises(StorageFailed, match="full"):
            async with database.writing() as tx:
                await add_turn(tx, story, text="word " * 5_000)
    async with database.reading() as tx:
        assert await turns.find_turn(tx, guild_id=GUILD, turn_id=first.id) == first
    async with database.writing() as tx:
        await tx.execute(text("PRAGMA max_page_count = 100000"))
    async with database.writing() as tx:
        second = await add_turn(tx, story, first.id, text="word " * 5_000)
        path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=second.id)
    assert path == [first, second]


async def test_a_failure_quotes_no_words_of_members(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as tx:
        await tx.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(DBAPIError) as failure:
            await add_story(tx, title="a secret title")
        await tx.execute(text("PRAGMA query_only = OFF"))
    assert "readonly" in str(failure.value)
    assert "a secret title" not in str(failure.value)
