import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import Database, migration, open_database, turns
from engine.storage.folder import BACKUPS_NAME, FILE_NAME
from engine.storage.schema import metadata
from tests.engine.storage.samples import add_story, add_turn

NEXT_MIGRATION = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("CREATE TABLE lore (id INTEGER PRIMARY KEY)")
    op.execute("DELETE FROM turns")
    {ending}
"""

POSTGRES_CATALOGUE = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


def catalogue(connection: Connection) -> list[str]:
    """Return all that the database knows of its tables but the order of their columns."""
    if connection.dialect.name == "postgresql":
        rows = [row for query in POSTGRES_CATALOGUE for row in connection.execute(text(query))]
        return sorted(str(tuple(row)) for row in rows)
    rows = list(connection.execute(text("SELECT name, sql FROM sqlite_master")))
    return sorted(
        f"{name}: {line.strip().rstrip(',')}"
        for name, sql in rows
        for line in re.split("\n", sql or "")
    )


async def test_the_migrations_build_the_schema(database: Database) -> None:
    async with database.writing() as tx:
        migrated = await tx.run_sync(catalogue)
        await tx.run_sync(metadata.drop_all)
        assert await tx.run_sync(catalogue) != migrated
        await tx.run_sync(metadata.create_all)
        assert await tx.run_sync(catalogue) == migrated
    assert len(migrated) > 100


async def test_opening_again_changes_nothing(storage_settings: EngineSettings) -> None:
    async with open_database(storage_settings) as database, database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx))
    async with open_database(storage_settings) as database, database.reading() as tx:
        assert await turns.list_unfinished(tx) == [turn]
    assert not (storage_settings.data_dir / BACKUPS_NAME).exists()


async def test_a_database_of_a_newer_program_is_refused(
    storage_settings: EngineSettings,
) -> None:
    async with open_database(storage_settings) as database, database.writing() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageFailed, match="revision 9999"):
        async with open_database(storage_settings):
            pass


@pytest.fixture
def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what adds a migration after the last one; it ends with `ending`."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migration.SCRIPTS, scripts)
    before = max(path.name for path in (scripts / "versions").glob("0*.py"))[:4]

    def add(ending: str) -> None:
        revision = f"{int(before) + 1:04}"
        source = NEXT_MIGRATION.format(revision=revision, before=before, ending=ending)
        (scripts / "versions" / f"{revision}_next.py").write_text(source)
        monkeypatch.setattr(migration, "SCRIPTS", scripts)

    return add


async def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    storage_settings: EngineSettings,
    monkeypatch: pytest.MonkeyPatch,
    add_migration: Callable[[str], None],
) -> None:
    async with open_database(storage_settings) as database, database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx))
        before = await tx.run_sync(catalogue)
    add_migration("raise OSError('the disk is on fire')")
    with pytest.raises(StorageFailed, match="the disk is on fire"):
        async with open_database(storage_settings):
            pass
    monkeypatch.undo()
    async with open_database(storage_settings) as database, database.writing() as tx:
        assert await tx.run_sync(catalogue) == before
        assert await turns.list_unfinished(tx) == [turn]


async def test_a_copy_is_taken_before_a_migration_and_can_be_started_from(
    sqlite_settings: EngineSettings,
    monkeypatch: pytest.MonkeyPatch,
    add_migration: Callable[[str], None],
) -> None:
    async with open_database(sqlite_settings) as database, database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx))
    add_migration("pass")
    async with open_database(sqlite_settings) as database, database.reading() as tx:
        assert await turns.list_unfinished(tx) == []
    monkeypatch.undo()
    (copy,) = (sqlite_settings.data_dir / BACKUPS_NAME).iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    restored = EngineSettings(data_dir=sqlite_settings.data_dir / "restored", database_url=None)
    restored.data_dir.mkdir()
    shutil.copy(copy, restored.data_dir / FILE_NAME)
    async with open_database(restored) as database, database.reading() as tx:
        assert await turns.list_unfinished(tx) == [turn]


OF_TWO_BRANCHES = (  # at turns 7 and 8; the second one is in use
    "INSERT INTO branches (id, guild_id, story_id, name, head_turn_id, in_use, created_ms)"
    " VALUES (1, 5, 1, 'old', 7, 0, 0), (2, 5, 1, 'main', 8, 1, 0)",
    "INSERT INTO ballots (id, guild_id, story_id, head_turn_id, state, opener_id, interaction_id,"
    " created_ms) VALUES (1, 5, 1, 7, 'open', 9, 1, 0), (2, 5, 1, 8, 'open', 9, 2, 0),"
    " (3, 5, 1, NULL, 'decided', 9, 3, 0)",
    "INSERT INTO order_steps (id, guild_id, story_id, anchor_turn_id, kind, member_id, created_ms)"
    " VALUES (1, 5, 1, 7, 'skip', 9, 0)",
)


def test_votes_and_steps_that_are_there_find_their_branches() -> None:
    with create_engine("sqlite://").begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migration.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        for statement in OF_TWO_BRANCHES:
            connection.execute(text(statement))
        migration.migrate(connection)
        votes = connection.execute(text("SELECT ballot_id, branch_id FROM ballot_branches"))
        steps = connection.execute(text("SELECT step_id, branch_id FROM step_branches"))
        assert sorted(map(tuple, votes)) == [(1, 1), (2, 2), (3, 2)]
        assert sorted(map(tuple, steps)) == [(1, 1), (1, 2)]
