"""PostgreSQL: one bot process a database, several writing connections."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine


@asynccontextmanager
async def open_postgres(
    url: str,
) -> AsyncGenerator[tuple[AsyncEngine, AsyncEngine, AbstractAsyncContextManager[object]]]:
    raise NotImplementedError
    yield
