"""The order of a story as its posts show it: whose turn it is, below the newest turn."""

from dataclasses import dataclass

from engine.runtime import Engine
from engine.storage import branches, stories
from engine.story import Story, StoryState, Turn
from engine.writing.head import find_newest_turn, find_story_on_branch
from engine.writing.order import read_order
from engine.writing.turn_rules import OrderState, state_of
from engine.writing.veiling import is_blind


@dataclass(frozen=True, slots=True)
class OrderSight:
    """What everybody may see of a story's order."""

    state: OrderState | None  # None: the story has ended, or nobody set rules
    newest: Turn | None = None  # with what can be done next below it; None: the story has ended
    is_veiled: bool = False  # posts show the last line of their turn alone, also after the end


async def see_order(engine: Engine, story: Story) -> OrderSight:
    """Return the order of a story, on the branch that `story` stands on."""
    async with engine.database.reading() as tx:
        now = await find_story_on_branch(
            tx, guild_id=story.guild_id, story_id=story.id, branch_id=story.branch_id
        )
        if now is None:
            return OrderSight(None)
        is_veiled = await is_blind(tx, now)
        if now.state is StoryState.ENDED:
            return OrderSight(None, is_veiled=is_veiled)
        has_rules = await read_order(tx, now) is not None
        state = await state_of(tx, now, 0) if has_rules else None
        return OrderSight(state, await find_newest_turn(tx, now), is_veiled)


async def find_newest(engine: Engine, story: Story) -> Turn | None:
    """Return the newest turn of a story as it stands, also of one that has ended."""
    async with engine.database.reading() as tx:
        return await find_newest_turn(tx, story)


async def newest_in_other_rooms(engine: Engine, story: Story) -> list[tuple[Story, Turn]]:
    """Return the newest turn of every other branch that has a room, and the story as it is there.

    Rooms are the story's channel and the threads of branches that are not put away.
    """
    own = {"guild_id": story.guild_id, "story_id": story.id}
    found = []
    async with engine.database.reading() as tx:
        base = await stories.find_story(tx, **own)
        for branch in await branches.list_branches(tx, **own):
            has_room = branch.is_in_use or (branch.channel_id and not branch.is_archived)
            if base is None or not has_room or branch.id == story.branch_id:
                continue
            there = await branches.place_branch(
                tx, guild_id=story.guild_id, story=base, branch_id=branch.id
            )
            newest = await find_newest_turn(tx, there)
            if newest is not None:
                found.append((there, newest))
    return found
