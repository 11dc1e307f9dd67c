"""The place that a member means, checked before a form is opened or a file is fetched."""

from engine.runtime import Engine
from engine.story import LoreHome, LoreScope, Member
from engine.writing.lore.places import find_home, require_may_write


async def open_home(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    scope: LoreScope,
    member: Member,
    character: str = "",
) -> LoreHome:
    """Return the place of a scope, where the member may write.

    Raises:
        CharacterNotFound: the server has no character of this name.
        NoPlaceForLore: no story is open here, or no character is named.
        NotAllowed: the member may not write there.
    """
    async with engine.database.reading() as tx:
        home = await find_home(
            tx,
            guild_id=guild_id,
            channel_id=channel_id,
            scope=scope,
            member=member,
            character=character,
        )
        await require_may_write(tx, home, member, guild_id=guild_id)
    return home
