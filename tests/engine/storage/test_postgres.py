import time

import pytest
from pydantic import SecretStr

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import Database, open_database, turns
from tests.engine.storage.samples import GUILD, add_story, add_turn


def elsewhere(settings: EngineSettings, old: str, new: str) -> EngineSettings:
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    assert old in url
    return settings.model_copy(update={"database_url": SecretStr(url.replace(old, new))})


async def execute(settings: EngineSettings, sql: str) -> None:
    import asyncpg  # noqa: PLC0415 - only where PostgreSQL runs

    assert settings.database_url is not None
    server = await asyncpg.connect(settings.database_url.get_secret_value())
    await server.execute(sql)
    await server.close()


async def end_connections(settings: EngineSettings) -> None:
    """End every other connection to the database, as a restart of the server does."""
    await execute(
        settings,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid()",
    )


async def test_a_second_bot_is_refused_at_once(postgres_settings: EngineSettings) -> None:
    async with open_database(postgres_settings):
        began = time.perf_counter()
        with pytest.raises(StorageFailed, match="another process"):
            async with open_database(postgres_settings):
                pass
        assert time.perf_counter() - began < 1.0
    async with open_database(postgres_settings):
        pass


async def test_the_lock_is_taken_again_after_the_server_dropped_it(
    postgres_settings: EngineSettings,
) -> None:
    async with open_database(postgres_settings) as database:
        async with database.writing() as tx:
            story = await add_story(tx)
        await end_connections(postgres_settings)
        async with database.writing() as tx:
            added = await add_turn(tx, story)
        async with database.reading() as tx:
            assert await turns.find_turn(tx, guild_id=GUILD, turn_id=added.id) == added
        with pytest.raises(StorageFailed, match="another process"):
            async with open_database(postgres_settings):
                pass


async def test_whoever_lost_the_lock_to_another_process_writes_no_more(
    postgres_settings: EngineSettings,
) -> None:
    async with open_database(postgres_settings) as first:
        await end_connections(postgres_settings)
        async with open_database(postgres_settings) as second:
            with pytest.raises(StorageFailed, match="another process"):
                async with first.writing():
                    pass
            async with second.writing() as tx:
                await add_story(tx)
        async with first.writing() as tx:  # the other one is gone
            await add_story(tx, channel_id=11)


async def test_a_connection_lost_inside_a_transaction_is_a_storage_failure(
    postgres_settings: EngineSettings, postgres_database: Database
) -> None:
    async def write() -> None:
        async with postgres_database.writing() as tx:
            story = await add_story(tx)
            await end_connections(postgres_settings)
            await add_turn(tx, story)

    with pytest.raises(StorageFailed):
        await write()
    async with postgres_database.writing() as tx:
        await add_story(tx)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("host=", "host=/nowhere"),
        ("/test_", "/missing_"),
        ("postgresql://", "mysql://"),
        ("?host=", "?sslmode=nonsense&host="),
    ],
)
async def test_a_database_that_cannot_be_reached_is_a_storage_failure(
    postgres_settings: EngineSettings, old: str, new: str
) -> None:
    with pytest.raises(StorageFailed) as failure:
        async with open_database(elsewhere(postgres_settings, old, new)):
            pass
    assert failure.value.reason


async def test_an_account_without_rights_is_a_storage_failure(
    postgres_settings: EngineSettings,
) -> None:
    await execute(postgres_settings, "DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN")
    with pytest.raises(StorageFailed, match="permission denied"):
        async with open_database(elsewhere(postgres_settings, "postgres:@", "visitor:@")):
            pass


@pytest.mark.parametrize("scheme", ["postgres://", "postgresql+asyncpg://"])
async def test_common_spellings_of_the_url_work(
    postgres_settings: EngineSettings, scheme: str
) -> None:
    settings = elsewhere(postgres_settings, "postgresql://", scheme)
    async with open_database(settings) as database, database.writing() as tx:
        await add_story(tx)
