"""The only SQL: database, migrations, one module per table family."""

from engine.storage.database import Database, Transaction
from engine.storage.opening import open_database

__all__ = ["Database", "Transaction", "open_database"]
