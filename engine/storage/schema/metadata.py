"""What all tables share."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData

from engine.storage.types import Long

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
    }
)


def id_column() -> Column[int]:
    """Return a primary key that counts up."""
    return Column("id", Long, primary_key=True, autoincrement=True)


def guild_column() -> Column[int]:
    """Return the column of the server."""
    return Column("guild_id", Long, nullable=False)


def refers(column: str, table: str) -> ForeignKeyConstraint:
    """Refer to a row of another table, on the same server."""
    return ForeignKeyConstraint(["guild_id", column], [f"{table}.guild_id", f"{table}.id"])


# Ids stand in the buttons of old messages, so they are never given twice (AUTOINCREMENT).
STRICT: dict[str, Any] = {"sqlite_strict": True}
NUMBERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}
