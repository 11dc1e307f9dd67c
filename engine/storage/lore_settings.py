"""What holds for all lore of a server."""

from sqlalchemy import select

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.schema import lore_settings
from engine.story import LoreSettings


async def find_settings(tx: Transaction, *, guild_id: int) -> LoreSettings | None:
    """Return a server's settings of lore, None when nobody set any."""
    found: LoreSettings | None = await tx.scalar(
        select(lore_settings.c.settings).where(lore_settings.c.guild_id == guild_id)
    )
    return found


async def save_settings(tx: Transaction, *, guild_id: int, settings: LoreSettings) -> None:
    """Keep a server's settings of lore, in place of those before."""
    statement = insert_into(tx, lore_settings).values(guild_id=guild_id, settings=settings)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[lore_settings.c.guild_id], set_={"settings": settings}
        )
    )
