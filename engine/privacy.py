"""Export or erase all that is held about a member or a server."""

from typing import Any

import structlog

from engine.runtime import Engine
from engine.storage import Database, personal
from engine.storage.personal import Erased

__all__ = ["Erased", "erase_guild", "erase_member", "export_member"]

log = structlog.get_logger()


async def export_member(engine: Engine, *, guild_id: int, member_id: int) -> dict[str, Any]:
    """Return every row of a server that holds the member's words, name or id, ready for JSON."""
    async with engine.database.reading() as tx:
        rows = await personal.collect_member(tx, guild_id=guild_id, member_id=member_id)
    return {"guild_id": guild_id, "member_id": member_id, **rows}


async def erase_member(engine: Engine, *, guild_id: int, member_id: int) -> Erased:
    """Erase a member's words, name and id on a server, and their traces in the database's files.

    Turns stay in their places without text, so that the story stays whole; what the model wrote
    at the member's request stays. Messages on Discord are the caller's: `Erased.posts`.
    """
    async with engine.database.writing() as tx:
        erased = await personal.erase_member(tx, guild_id=guild_id, member_id=member_id)
    await engine.voices.drop_stale(guild_id=guild_id)  # those that learned from a work of theirs
    await engine.database.scrub()
    log.info("member_erased", guild_id=guild_id, **erased.rows)
    return erased


async def erase_guild(database: Database, *, guild_id: int) -> None:
    """Erase all that is held about a server, and its traces in the database's files.

    It takes no engine: an operator does this with the bot stopped, and no model is needed. What
    trainings left in folders goes by `engine.library.erasing`, before.
    """
    async with database.writing() as tx:
        await personal.erase_guild(tx, guild_id=guild_id)
    await database.scrub()
    log.info("guild_erased", guild_id=guild_id)
