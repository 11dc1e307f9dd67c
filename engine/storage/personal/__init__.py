"""What is held about a member or a server: collect it, erase it.

Each family of tables has a module with two functions: `own_rows` selects, by table, every row that
holds a member's words, name or id; `erase` takes them out and returns how many rows changed.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from engine.storage.database import Transaction
from engine.storage.personal import (
    ballots,
    branches,
    canon,
    cast,
    critiques,
    library,
    lore,
    memory,
    order,
    prompts,
    search,
    stories,
    styles,
    voices,
)
from engine.storage.personal.rows import plain
from engine.storage.schema import metadata
from engine.story import Post

# In the order in which they are erased.
FAMILIES = (
    search,
    canon,
    memory,
    lore,
    order,
    ballots,
    branches,
    cast,
    critiques,
    styles,
    voices,
    library,
    prompts,
    stories,
)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each table lost words, name or id, and where Discord still shows them."""

    rows: dict[str, int]
    posts: tuple[Post, ...]  # of the member's turns and characters, and critiques of their texts


async def collect_member(
    tx: Transaction, *, guild_id: int, member_id: int
) -> dict[str, list[dict[str, Any]]]:
    """Return every row that holds the member's words, name or id, by table, ready for JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for family in FAMILIES:
        for table, query in family.own_rows(guild_id, member_id).items():
            rows = (await tx.execute(query)).mappings()
            found[table] = [{key: plain(value) for key, value in row.items()} for row in rows]
    return found


async def erase_member(tx: Transaction, *, guild_id: int, member_id: int) -> Erased:
    """Erase a member's words, name and id; turns and moves stay in their places, empty.

    What the model wrote at the member's request stays, without the direction. Scrub the database
    afterwards: until then copies of the words stand in its files.
    """
    posts = await stories.list_shown(tx, guild_id, member_id)
    posts += await branches.list_shown(tx, guild_id, member_id)
    posts += await cast.list_shown(tx, guild_id, member_id)
    posts += await critiques.list_shown(tx, guild_id, member_id)
    rows: dict[str, int] = {}
    for family in FAMILIES:
        rows |= await family.erase(tx, guild_id, member_id)
    return Erased(rows, posts)


async def erase_guild(tx: Transaction, *, guild_id: int) -> None:
    """Delete every row of a server. Scrub the database afterwards."""
    for table in reversed(metadata.sorted_tables):
        await tx.execute(delete(table).where(table.c.guild_id == guild_id))
