"""A desk at which lore is written in few words."""

from collections.abc import Sequence
from typing import Any

from engine.memory.prompt import Block, BlockKind, Prompt
from engine.story import LoreHome, LoreScope, Member
from engine.writing import show_context
from engine.writing.lore import WrittenEntry, add_entry, open_home
from tests.fakes.desk import ANN, GUILD, MO, Desk


async def home_of(
    desk: Desk, scope: LoreScope, member: Member = MO, character: str = ""
) -> LoreHome:
    return await open_home(
        desk.engine, **desk.where, scope=scope, member=member, character=character
    )


async def add(
    desk: Desk,
    text: str,
    keys: str = "",
    *,
    scope: LoreScope = LoreScope.STORY,
    member: Member = MO,
    character: str = "",
    **written: str,
) -> WrittenEntry:
    """Write an entry; without keys it is constant."""
    fields: dict[str, Any] = {"name": "", "keys": keys, "secondary": "", "text": text}
    fields["settings"] = "" if keys else "constant = yes"
    return await add_entry(
        desk.engine,
        guild_id=GUILD,
        home=await home_of(desk, scope, member, character),
        member=member,
        written=fields | written,
        language="en",
    )


async def context(desk: Desk, member: Member = ANN) -> Prompt:
    return await show_context(desk.engine, **desk.where, member_id=member.id)


def lore_in(prompt: Prompt) -> list[Block]:
    return [block for block in prompt.blocks if block.kind is BlockKind.LORE]


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]
