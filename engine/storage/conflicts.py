"""Inserts that meet a row that is there already."""

from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from engine.storage.database import Transaction


def insert_into(tx: Transaction, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Begin an INSERT that knows ON CONFLICT, which both engines spell alike."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


async def insert_unless_present(tx: Transaction, table: Table, **values: Any) -> int | None:
    """Insert a row and return its id; return None when a unique key is taken already."""
    statement: Insert = insert_into(tx, table).values(**values).on_conflict_do_nothing()
    inserted: int | None = await tx.scalar(statement.returning(table.c.id))
    return inserted
