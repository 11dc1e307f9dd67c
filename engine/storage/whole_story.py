"""All rows of one story, out of the database and into another place of it.

A row leaves with its own id and those it refers to counted from 1 in each table, without the ids
of a server, its channels, messages and interactions: what comes out of an imported story is what
went in. Members' ids stay, or nobody could ask for the erasure of their words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    TypeDecorator,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine.default import DefaultDialect

from engine.errors import ArchiveFault, ArchiveRefused
from engine.storage.database import Transaction
from engine.storage.schema import metadata
from engine.storage.schema import stories as stories_table
from engine.story import CharacterState, TurnState

ORDER = (
    "characters",
    "stories",
    "premises",
    "turns",
    "branches",
    "moves",
    "ballots",
    "ballot_branches",
    "candidates",
    "lines",
    "revisions",
    "spans",
    "offshoots",
    "turn_rules",
    "players",
    "order_steps",
    "step_branches",
    "played_turns",
    "lorebooks",
    "lore_entries",
    "summaries",
    "author_notes",
    "pins",
    "facts",
)
"""The tables of a story, each after those it refers to."""

STAYS = {
    "turn_words": "the index for searching is made anew",
    "canon_reads": "what the model was asked about there",
    "posts": "messages of the channel that it was written in",
    "opening_cards": "as posts",
    "votes": "who voted for what is the server's own",
    "order_clocks": "a deadline is one of its time",
    "draft_originals": "as line_drafts",
    "line_drafts": "drafts that nobody posted are their author's",
    "card_books": "the lore of characters is the server's own",
    "works": "a work is given to a server by its authors' consent, and to no other",
    "work_authors": "as works",
    "consents": "as works",
}
"""What belongs to a story and is never exported, and why."""

_OF_THE_PLACE = frozenset({"guild_id", "channel_id", "source_message_id", "interaction_id"})
_BEING_WRITTEN = (TurnState.ACCEPTED, TurnState.WRITING, TurnState.WRITTEN)
PLAIN = DefaultDialect()  # our types are the same in every dialect
_MOST_TEXT = 100_000  # characters of one value

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, values as JSON can hold them."""


async def read_rows(tx: Transaction, *, guild_id: int, story_id: int) -> Rows:
    """Return all rows of a story; none for a story that the server does not have."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in ORDER:
        table = metadata.tables[name]
        query = select(table).where(*_owned(table, guild_id, story_id))
        rows = await tx.execute(query.order_by(*table.primary_key.columns))
        found[name] = [dict(row) for row in rows.mappings()]
    ids = {
        name: {row["id"]: number for number, row in enumerate(rows, start=1)}
        for name, rows in found.items()
        if "id" in metadata.tables[name].c
    }
    return {
        name: [_leaving(metadata.tables[name], row, ids) for row in rows]
        for name, rows in found.items()
        if rows
    }


def _owned(table: Table, guild_id: int, story_id: int) -> list[ColumnElement[bool]]:
    """Return what holds for the rows of one story: its id, or that of what they refer to."""
    own = [table.c.guild_id == guild_id]
    if table is stories_table:
        return [*own, table.c.id == story_id]
    if table.name == "characters":
        lines = metadata.tables["lines"]
        spoke = select(lines.c.character_id).where(*_owned(lines, guild_id, story_id))
        return [*own, table.c.id.in_(spoke)]
    if "story_id" in table.c:
        own.append(table.c.story_id == story_id)
    if table.name == "turns":
        own.append(table.c.state != TurnState.HELD)  # a text that is its author's own
    for column, target in _references(table):
        if target not in {"stories", "characters", table.name}:
            other = metadata.tables[target]
            theirs = select(other.c.id).where(*_owned(other, guild_id, story_id))
            own.append(column.is_(None) | column.in_(theirs))
    return own


def _references(table: Table) -> list[tuple[Column[Any], str]]:
    """Return the columns that refer to a table of a story, and to which."""
    return [
        (table.c[key.column_keys[-1]], key.referred_table.name)  # the pair (guild_id, column)
        for key in table.foreign_key_constraints
        if key.referred_table.name in ORDER
    ]


def _leaving(
    table: Table, row: Mapping[str, Any], ids: Mapping[str, Mapping[int, int]]
) -> dict[str, Any]:
    targets = {column.name: target for column, target in _references(table)}
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in _OF_THE_PLACE:
            continue
        value = row[column.name]
        if column.name == "id":
            value = ids[table.name][value]
        elif column.name in targets and value is not None:
            value = ids[targets[column.name]].get(value)
        else:
            value = _plain(column, value)
        values[column.name] = value
    if table.name == "turns" and row["state"] in _BEING_WRITTEN:
        values["state"] = TurnState.POSTED.value  # whoever imports it does not go on writing it
    if table.name == "characters":
        values["state"] = CharacterState.RETIRED.value  # a live one of its name may be there
    return values


def _plain(column: Column[Any], value: Any) -> Any:
    kind = column.type
    return kind.process_bind_param(value, PLAIN) if isinstance(kind, TypeDecorator) else value


async def insert_rows(
    tx: Transaction,
    rows: Rows,
    *,
    guild_id: int,
    channel_id: int,
    interaction_id: int,
) -> int:
    """Insert a story's rows into a channel and return the story's new id.

    Raises:
        ArchiveRefused: a value has the wrong type, is missing, or refers to nothing.
    """
    ids: dict[str, dict[int, int]] = {}
    for name in ORDER:
        table = metadata.tables[name]
        later = [column for column, target in _references(table) if target == name]
        fresh = await _fresh_interactions(tx, table, guild_id)
        for number, row in enumerate(rows.get(name, [])):
            values = _arriving(table, row, ids, skip=[column.name for column in later])
            values |= _place(table, guild_id, channel_id, fresh - number)
            if table is stories_table:
                values["interaction_id"] = interaction_id
            if "id" not in table.c:
                await tx.execute(insert(table).values(values))
                continue
            new_id = await tx.scalar(insert(table).values(values).returning(table.c.id))
            ids.setdefault(name, {})[_number(row.get("id"))] = new_id
        for column in later:
            await _refer_to_itself(tx, table, column, rows.get(name, []), ids.get(name, {}))
    return ids["stories"][1]


def _arriving(
    table: Table,
    row: Mapping[str, Any],
    ids: Mapping[str, Mapping[int, int]],
    *,
    skip: Sequence[str],
) -> dict[str, Any]:
    targets = {column.name: target for column, target in _references(table)}
    known = {column.name for column in table.columns} - _OF_THE_PLACE
    if unknown := row.keys() - known:
        raise ArchiveRefused(ArchiveFault.UNKNOWN, f"{table.name}.{min(unknown)}")
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in _OF_THE_PLACE or column.name == "id" or column.name in skip:
            continue
        value = row.get(column.name)
        if value is None:
            if not column.nullable:
                raise ArchiveRefused(ArchiveFault.DAMAGED, f"{table.name}.{column.name}")
            values[column.name] = None
        elif column.name in targets:
            values[column.name] = _lookup(ids, targets[column.name], value)
        else:
            values[column.name] = _typed(column, value)
    return values


def _place(table: Table, guild_id: int, channel_id: int, interaction_id: int) -> dict[str, Any]:
    place: dict[str, Any] = {"guild_id": guild_id}
    if "channel_id" in table.c and not table.c.channel_id.nullable:
        place["channel_id"] = channel_id
    if "interaction_id" in table.c and not table.c.interaction_id.nullable:
        place["interaction_id"] = interaction_id
    return place


async def _fresh_interactions(tx: Transaction, table: Table, guild_id: int) -> int:
    """Return an interaction's id below all that the server has: Discord's are above zero."""
    if "interaction_id" not in table.c:
        return 0
    least = await tx.scalar(
        select(func.min(table.c.interaction_id)).where(table.c.guild_id == guild_id)
    )
    return min(least or 0, 0) - 1


async def _refer_to_itself(
    tx: Transaction,
    table: Table,
    column: Column[Any],
    rows: Sequence[Mapping[str, Any]],
    ids: Mapping[int, int],
) -> None:
    for row in rows:
        if (target := row.get(column.name)) is not None:
            await tx.execute(
                update(table)
                .where(table.c.id == ids[_number(row.get("id"))])
                .values({column.name: _lookup({table.name: ids}, table.name, target)})
            )


def _lookup(ids: Mapping[str, Mapping[int, int]], table: str, value: object) -> int:
    try:
        return ids[table][_number(value)]
    except KeyError:
        raise ArchiveRefused(ArchiveFault.DAMAGED, table) from None


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
        raise ArchiveRefused(ArchiveFault.DAMAGED, "id")
    return value


def _typed(column: Column[Any], value: object) -> Any:
    """Return a value as its column holds it; what the column would not read back is refused."""
    where = f"{column.table.name}.{column.name}"
    wanted = (int,) if column.type.python_type is int else (str,)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ArchiveRefused(ArchiveFault.DAMAGED, where)
    if isinstance(value, int):
        if abs(value) >= 1 << 63:
            raise ArchiveRefused(ArchiveFault.DAMAGED, where)
        return value
    if len(value) > _MOST_TEXT:
        raise ArchiveRefused(ArchiveFault.TOO_LARGE, where)
    try:
        kind = column.type
        reads = type(kind).__dict__.get("process_result_value")
        return kind.process_result_value(value, PLAIN) if reads else value  # type: ignore[attr-defined]
    except (KeyError, TypeError, ValueError):
        raise ArchiveRefused(ArchiveFault.DAMAGED, where) from None
