"""A story with rules, a player of whom something is kept, and a clock that runs."""

from engine.storage import Transaction, order, order_clocks
from engine.story import Member, Story
from engine.story.order import Due, Mode, ModelPlace, Player, StepKind
from tests.engine.storage.samples import NOW


async def add_order(
    tx: Transaction, story: Story, *, member: Member, turn_id: int, interaction_id: int
) -> Player:
    """Put a row of `member`'s into every table of turn rules; the turn was theirs."""
    it = {"guild_id": story.guild_id, "story_id": story.id}
    await order.save_rules(
        tx,
        **it,
        mode=Mode.ROUND_ROBIN,
        model_place=ModelPlace.STAND_IN,
        every=0,
        deadline_hours=24,
    )
    player = await order.add_player(tx, **it, author=member)
    await order.insert_step(
        tx,
        **it,
        branch_id=story.branch_id,
        anchor_turn_id=turn_id,
        kind=StepKind.SKIP,
        player_id=player.id,
        to_player_id=player.id,
        member_id=member.id,
        interaction_id=interaction_id,
        now_ms=NOW,
    )
    await order.record_played(
        tx, guild_id=story.guild_id, turn_id=turn_id, player_id=player.id, due=Due.STAND_IN
    )
    await order_clocks.save_clock(
        tx,
        guild_id=story.guild_id,
        branch_id=story.branch_id,
        anchor_turn_id=turn_id,
        player_id=player.id,
        ballot_id=None,
        due=None,
        since_ms=NOW,
        deadline_ms=NOW + 2,
        reminder_ms=NOW + 1,
    )
    return player
