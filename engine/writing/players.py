"""Members take part in the order of a story, and say how."""

from engine.errors import NotAPlayer, OrderFull
from engine.runtime import Engine
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Member, Story
from engine.story.order import Player, PlayerState
from engine.writing.head import get_open_story
from engine.writing.order_clock import renew_reminder, wind_clock
from engine.writing.turn_rules import OrderState, change_order, state_of

MOST_PLAYERS = 50


async def join_story(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member
) -> OrderState:
    """Take the last seat; who has one keeps it.

    Raises:
        NoOpenStory: the channel has no open story.
        OrderFull: there are as many players as there may be.
    """
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        playing = [each for each in await _list_players(tx, story) if each.is_playing]
        if all(each.member_id != member.id for each in playing):
            if len(playing) >= MOST_PLAYERS:
                raise OrderFull(MOST_PLAYERS)
            await orders.add_player(tx, guild_id=guild_id, story_id=story.id, author=member)
            await wind_clock(tx, story, engine.clock())
        return await state_of(tx, story, member.id)


async def leave_story(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member
) -> OrderState:
    """Give up the seat; a turn that was the member's goes to the next. Their texts stay.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAPlayer: the member has no seat.
    """
    async with engine.database.writing() as tx:
        story, player = await _get_player(tx, guild_id, channel_id, member)
        await orders.change_player(
            tx, guild_id=guild_id, player_id=player.id, state=PlayerState.LEFT
        )
        await change_order(tx, engine, story, member)
        return await state_of(tx, story, member.id)


async def agree_to_stand_in(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, agrees: bool
) -> OrderState:
    """Say whether the model may write the member's turn when their deadline has passed.

    It holds for this story until it is taken back or the member leaves.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAPlayer: the member has no seat.
    """
    async with engine.database.writing() as tx:
        story, player = await _get_player(tx, guild_id, channel_id, member)
        await orders.change_player(
            tx, guild_id=guild_id, player_id=player.id, may_be_stood_in=agrees
        )
        return await state_of(tx, story, member.id)


async def remind_me(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, wants: bool
) -> OrderState:
    """Say whether the member wants a reminder when it is their turn, once a turn.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAPlayer: the member has no seat.
    """
    async with engine.database.writing() as tx:
        story, player = await _get_player(tx, guild_id, channel_id, member)
        await orders.change_player(tx, guild_id=guild_id, player_id=player.id, wants_reminder=wants)
        await renew_reminder(tx, story, engine.clock())
        return await state_of(tx, story, member.id)


async def _get_player(
    tx: Transaction, guild_id: int, channel_id: int, member: Member
) -> tuple[Story, Player]:
    story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    for player in await _list_players(tx, story):
        if player.is_playing and not player.is_model and player.member_id == member.id:
            return story, player
    raise NotAPlayer


async def _list_players(tx: Transaction, story: Story) -> list[Player]:
    return await orders.list_players(tx, guild_id=story.guild_id, story_id=story.id)
