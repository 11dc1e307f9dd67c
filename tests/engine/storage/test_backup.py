import asyncio
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import Database, open_database, stories, turns
from engine.storage.backup import (
    back_up,
    back_up_before_migration,
    drop_old_migration_backups,
)
from engine.storage.folder import BACKUPS_NAME, FILE_NAME
from engine.story import MoveKind, Story, Turn
from tests.engine.storage.samples import (
    CHANNEL,
    GUILD,
    add_story,
    add_turn,
    damage_a_byte,
    damage_pages,
    move,
)


async def read_story(settings: EngineSettings) -> tuple[int | None, list[Turn]]:
    async with open_database(settings) as database, database.reading() as tx:
        story = await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL)
        assert story is not None
        path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=story.head_turn_id)
        return story.head_turn_id, path


def restore(copy: Path, folder: Path) -> EngineSettings:
    folder.mkdir()
    shutil.copy(copy, folder / FILE_NAME)
    return EngineSettings(data_dir=folder, database_url=None)


async def keep_writing(database: Database, story: Story, written: list[int]) -> None:
    head = None
    while True:
        async with database.writing() as tx:
            turn = await add_turn(tx, story, head)
            await move(tx, story, MoveKind.WRITE, head, turn.id)
        head = turn.id
        written.append(turn.id)


async def test_a_copy_taken_while_the_bot_writes_is_one_whole_state(
    sqlite_settings: EngineSettings, tmp_path: Path
) -> None:
    written: list[int] = []
    copies = [tmp_path / f"copy-{n}.sqlite3" for n in range(3)]
    known_before = []
    async with open_database(sqlite_settings) as database:
        async with database.writing() as tx:
            story = await add_story(tx)
        writer = asyncio.create_task(keep_writing(database, story, written))
        for number, copy in enumerate(copies):
            while len(written) < 10 * (number + 1):
                await asyncio.sleep(0.001)
            known_before.append(written[-1])
            await asyncio.to_thread(back_up, sqlite_settings, copy)
        writer.cancel()
        await asyncio.wait([writer])
    for number, copy in enumerate(copies):
        head, path = await read_story(restore(copy, tmp_path / f"restored-{number}"))
        assert head == path[-1].id
        assert [turn.number for turn in path] == list(range(1, len(path) + 1))
        assert head >= known_before[number], "an acknowledged turn is missing in the copy"


async def test_a_copy_is_private_and_alone(sqlite_settings: EngineSettings, tmp_path: Path) -> None:
    async with open_database(sqlite_settings) as database, database.writing() as tx:
        await add_story(tx)
    target = tmp_path / "backups" / "monday.sqlite3"
    back_up(sqlite_settings, target)
    back_up(sqlite_settings, target)
    assert [path.name for path in target.parent.iterdir()] == ["monday.sqlite3"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o777 == 0o700


async def test_a_copy_is_taken_after_a_kill_too(
    sqlite_settings: EngineSettings, tmp_path: Path
) -> None:
    """What was only in the write-ahead log is in the copy."""
    async with open_database(sqlite_settings) as database:
        async with database.writing() as tx:
            story = await add_story(tx)
            turn = await add_turn(tx, story)
            await move(tx, story, MoveKind.WRITE, None, turn.id)
        left = tmp_path / "left"
        shutil.copytree(sqlite_settings.data_dir, left)  # as a kill leaves it
    target = tmp_path / "copy.sqlite3"
    back_up(EngineSettings(data_dir=left, database_url=None), target)
    assert await read_story(restore(target, tmp_path / "restored")) == (turn.id, [turn])


@pytest.mark.parametrize("damage", [damage_pages, damage_a_byte])
async def test_a_damaged_source_gives_no_copy(
    sqlite_settings: EngineSettings, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    async with open_database(sqlite_settings) as database, database.writing() as tx:
        story = await add_story(tx)
        for _ in range(200):
            await add_turn(tx, story, text="word " * 100)
    damage(sqlite_settings.data_dir / FILE_NAME)
    with pytest.raises(StorageFailed, match=r"damaged|malformed"):
        back_up(sqlite_settings, tmp_path / "copies" / "copy.sqlite3")
    assert list((tmp_path / "copies").iterdir()) == []


def test_without_a_database_there_is_no_copy(
    sqlite_settings: EngineSettings, tmp_path: Path
) -> None:
    with pytest.raises(StorageFailed):
        back_up(sqlite_settings, tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_postgres_is_left_to_its_own_tools(tmp_path: Path) -> None:
    settings = EngineSettings(data_dir=tmp_path, database_url="postgresql://host/stories")
    with pytest.raises(StorageFailed, match="pg_dump"):
        back_up(settings, tmp_path / "copy.sqlite3")


async def test_old_copies_of_migrations_go_and_those_of_the_operator_stay(
    sqlite_settings: EngineSettings,
) -> None:
    folder = sqlite_settings.data_dir
    now = time.time()
    async with open_database(sqlite_settings):
        pass
    old = back_up_before_migration(folder, revision="0001", now=now - 31 * 86_400)
    young = back_up_before_migration(folder, revision="0001", now=now)
    own = folder / BACKUPS_NAME / "monday.sqlite3"
    back_up(sqlite_settings, own)
    for copy in (old, own):
        os.utime(copy, (now - 31 * 86_400,) * 2)
    async with open_database(sqlite_settings):
        pass
    assert set((folder / BACKUPS_NAME).iterdir()) == {young, own}
    drop_old_migration_backups(folder, now=now + 31 * 86_400)
    assert set((folder / BACKUPS_NAME).iterdir()) == {own}
