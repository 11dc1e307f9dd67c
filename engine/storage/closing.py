"""A connection to SQLite that is really closed when it is closed."""

import sqlite3
from typing import Any
from weakref import WeakSet


class ClosingConnection(sqlite3.Connection):
    """A connection that ends its statements when it is closed.

    SQLite keeps a closed connection, its locks included, until its last statement is gone. A
    cancelled task's traceback can hold a statement, and with it the lock on the whole database.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        super().close()
