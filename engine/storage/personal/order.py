"""A member's seats in the orders of stories, and what they did about them."""

from sqlalchemy import select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import order_steps, players
from engine.story.order import PlayerState


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the member's seats, and the steps that they took."""
    return {
        "players": select(players).where(
            players.c.guild_id == guild_id, players.c.member_id == member_id
        ),
        "order_steps": select(order_steps).where(
            order_steps.c.guild_id == guild_id, order_steps.c.member_id == member_id
        ),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Let the member leave every order; their seats stay in their places, nobody's."""
    seats = await tx.execute(
        update(players)
        .where(players.c.guild_id == guild_id, players.c.member_id == member_id)
        .values(
            member_id=0,
            name="",
            state=PlayerState.LEFT,
            may_be_stood_in=0,
            wants_reminder=0,
        )
    )
    steps = await tx.execute(
        update(order_steps)
        .where(order_steps.c.guild_id == guild_id, order_steps.c.member_id == member_id)
        .values(member_id=0)
    )
    return {"players": seats.rowcount, "order_steps": steps.rowcount}
