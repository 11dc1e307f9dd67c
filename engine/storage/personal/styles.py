"""The lines that a member put on the server's lists."""

from sqlalchemy import delete, select

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import style_lines


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the lines that the member added."""
    return {
        "style_lines": select(style_lines).where(
            style_lines.c.guild_id == guild_id, style_lines.c.member_id == member_id
        )
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Delete the lines that the member added."""
    listed = await tx.execute(
        delete(style_lines).where(
            style_lines.c.guild_id == guild_id, style_lines.c.member_id == member_id
        )
    )
    return {"style_lines": listed.rowcount}
