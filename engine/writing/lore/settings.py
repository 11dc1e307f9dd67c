"""What holds for all lore of a server, where neither an entry nor its book says otherwise."""

from dataclasses import replace

from engine.runtime import Engine
from engine.storage import lore_settings
from engine.story import LoreSettings, Member
from engine.writing.rights import require_server


async def choose_lore_settings(
    engine: Engine,
    *,
    guild_id: int,
    member: Member,
    scan_depth: int | None = None,
    budget_percent: int | None = None,
    most_sweeps: int | None = None,
    has_whole_words: bool | None = None,
    is_case_sensitive: bool | None = None,
) -> LoreSettings:
    """Change what is given and keep the rest; return what holds now.

    Raises:
        NotAllowed: the member may not manage the server.
    """
    wanted = {
        "scan_depth": scan_depth,
        "budget_percent": budget_percent,
        "most_sweeps": most_sweeps,
        "has_whole_words": has_whole_words,
        "is_case_sensitive": is_case_sensitive,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    if not changes:
        async with engine.database.reading() as tx:
            return await lore_settings.find_settings(tx, guild_id=guild_id) or LoreSettings()
    require_server(member)
    async with engine.database.writing() as tx:
        held = await lore_settings.find_settings(tx, guild_id=guild_id) or LoreSettings()
        chosen = replace(held, **changes)  # type: ignore[arg-type]
        await lore_settings.save_settings(tx, guild_id=guild_id, settings=chosen)
    return chosen
