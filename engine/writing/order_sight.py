"""The order of a story as its posts show it: whose turn it is, below the newest turn."""

from dataclasses import dataclass

from engine.runtime import Engine
from engine.story import Story, StoryState, Turn
from engine.story.order import Mode
from engine.writing.head import find_newest_turn, find_story_on_branch
from engine.writing.order import read_order
from engine.writing.turn_rules import OrderState, state_of


@dataclass(frozen=True, slots=True)
class OrderSight:
    """What everybody may see of a story's order."""

    state: OrderState | None  # None: the story has ended, or nobody set rules
    newest: Turn | None = None  # with what can be done next below it; None: the story has ended

    @property
    def is_veiled(self) -> bool:
        """Whether posts show the last line of their turn alone."""
        return self.state is not None and self.state.rules.mode is Mode.BLIND


async def see_order(engine: Engine, story: Story) -> OrderSight:
    """Return the order of a story, on the branch that `story` stands on."""
    async with engine.database.reading() as tx:
        now = await find_story_on_branch(
            tx, guild_id=story.guild_id, story_id=story.id, branch_id=story.branch_id
        )
        if now is None or now.state is StoryState.ENDED:
            return OrderSight(None)
        has_rules = await read_order(tx, now) is not None
        state = await state_of(tx, now, 0) if has_rules else None
        return OrderSight(state, await find_newest_turn(tx, now))


async def find_newest(engine: Engine, story: Story) -> Turn | None:
    """Return the newest turn of a story as it stands, also of one that has ended."""
    async with engine.database.reading() as tx:
        return await find_newest_turn(tx, story)
