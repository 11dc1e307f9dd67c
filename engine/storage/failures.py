"""Faults of a database or its disk become StorageFailed; mistakes in our SQL stay what they are."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolExhausted

from engine.errors import StorageFailed

_OUR_MISTAKES = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
_INSUFFICIENT_PRIVILEGE = "42501"  # PostgreSQL counts it among mistakes in SQL


@contextmanager
def storage_failures() -> Iterator[None]:
    """Raise StorageFailed for a full disk, a damaged file, a lost server and the like."""
    try:
        yield
    except DBAPIError as error:
        is_allowed = getattr(error.orig, "sqlstate", None) != _INSUFFICIENT_PRIVILEGE
        if isinstance(error, _OUR_MISTAKES) and is_allowed:
            raise
        raise StorageFailed(_first_line(error.orig or error)) from error
    except PoolExhausted as error:
        raise StorageFailed("no connection to the database became free in time") from error
    except (sqlite3.Error, OSError) as error:
        raise StorageFailed(_first_line(error)) from error


def _first_line(error: BaseException) -> str:
    # The lines after the first may quote values, which are members' words.
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
