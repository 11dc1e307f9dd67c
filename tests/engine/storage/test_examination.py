import asyncpg
import pytest
from pydantic import SecretStr

from engine.errors import StorageFailed
from engine.settings import EngineSettings
from engine.storage import open_database
from engine.storage.examination import examine_postgres, examine_sqlite


def url_of(settings: EngineSettings) -> str:
    assert isinstance(settings.database_url, SecretStr)
    return settings.database_url.get_secret_value()


async def test_an_open_sqlite_database_is_whole_and_writable(
    sqlite_settings: EngineSettings,
) -> None:
    async with open_database(sqlite_settings):
        seen = examine_sqlite(sqlite_settings.data_dir, now=0)
    assert seen.database is not None
    assert seen.database.fault is None
    assert seen.is_writable


async def test_a_postgresql_in_use_tells_its_version(postgres_settings: EngineSettings) -> None:
    async with open_database(postgres_settings):
        assert int((await examine_postgres(url_of(postgres_settings))).split(".")[0]) >= 14


async def test_a_postgresql_that_takes_no_writes_is_told(postgres_settings: EngineSettings) -> None:
    connection = await asyncpg.connect(url_of(postgres_settings))
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await connection.close()
    with pytest.raises(StorageFailed) as refused:
        await examine_postgres(url_of(postgres_settings))
    assert refused.value.reason == "the server takes no writes"


async def test_a_database_that_is_not_there_is_told(postgres_settings: EngineSettings) -> None:
    with pytest.raises(StorageFailed) as refused:
        await examine_postgres(url_of(postgres_settings).replace("/test_", "/no_such_"))
    assert "does not exist" in refused.value.reason


async def test_an_unknown_account_is_told_without_its_password(
    postgres_settings: EngineSettings,
) -> None:
    with pytest.raises(StorageFailed) as refused:
        await examine_postgres(
            url_of(postgres_settings).replace("postgres:", "nobody:").replace("user=postgres", "")
        )
    assert "nobody" in refused.value.reason
