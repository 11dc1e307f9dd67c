"""The only SQL: database, migrations, one module per table family."""

from engine.storage.database import Database, Transaction, open_database

__all__ = ["Database", "Transaction", "open_database"]
