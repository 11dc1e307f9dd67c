"""Turns that change hands without being written: skipped, passed on, handed over."""

from engine.errors import NobodyElse, NotAPlayer, OtherMode, OutOfTurn, PlayerNotFound
from engine.runtime import Engine
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Member, Story
from engine.story.order import Due, Mode, Player, StepKind, next_player
from engine.writing.head import get_free_head, get_open_story
from engine.writing.order import Order, read_order
from engine.writing.order_clock import record_step
from engine.writing.rights import require_moderator, require_starter
from engine.writing.turn_rules import NO_ORDER, OrderState, state_of


async def skip_turn(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, interaction_id: int
) -> OrderState:
    """Let the next player write. The same interaction again skips nobody more.

    It is the member's own turn, or the member is the story's starter or a moderator; these also
    pass over the model. Who is to name the next leaves it to the order of seats.

    Raises:
        NoOpenStory: the channel has no open story.
        OtherMode: there is no order, and the model is not to write.
        NotAPlayer: nobody plays.
        NotAllowed: it is somebody else's turn.
        NobodyElse: nobody else plays.
        NotYourTurn: the model is writing.
    """
    async with engine.database.writing() as tx:
        story, order = await _read(tx, guild_id, channel_id)
        if await _is_done(tx, guild_id, interaction_id):
            return await state_of(tx, story, member.id)
        await get_free_head(tx, story)
        kind, to = StepKind.SKIP, None
        if order.awaited.due is Due.NTH:
            require_starter(story, member)
            kind = StepKind.SKIP_MODEL
        else:
            whose = _require_turn(order)
            if whose.is_model or whose.member_id != member.id:
                require_starter(story, member)
            to = next_player(order.players, whose, order.standing)
            if to is None or to.id == whose.id:
                raise NobodyElse
        await record_step(
            tx,
            story,
            order,
            kind,
            to=to,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return await state_of(tx, story, member.id)


async def pass_turn(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    to_member_id: int | None,
    interaction_id: int,
) -> OrderState:
    """Name who writes next, in POPCORN; None names the model. Once an interaction.

    Who wrote last names the next; who was named may name another instead.

    Raises:
        NoOpenStory: the channel has no open story.
        OtherMode: the mode is another.
        NotAPlayer: the member, or everybody, has not joined.
        OutOfTurn: the member is not to name anybody.
        PlayerNotFound: who is named does not play, or is the model after its own turn.
        NobodyElse: the member named themselves.
        NotYourTurn: the model is writing.
    """
    async with engine.database.writing() as tx:
        story, order = await _read(tx, guild_id, channel_id)
        if await _is_done(tx, guild_id, interaction_id):
            return await state_of(tx, story, member.id)
        await get_free_head(tx, story)
        if order.rules.mode is not Mode.POPCORN:
            raise OtherMode(order.rules.mode)
        whose = _require_turn(order)
        if order.find_member(member.id) is None:
            raise NotAPlayer
        if whose.is_model or whose.member_id != member.id:
            raise OutOfTurn(whose.name, whose.is_model, order.awaited.naming is not None)
        to = _find_named(order, to_member_id)
        if to.id == whose.id:
            raise NobodyElse
        await record_step(
            tx,
            story,
            order,
            StepKind.NAME,
            to=to,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return await state_of(tx, story, member.id)


async def hand_over(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    to_member_id: int | None,
    interaction_id: int,
) -> OrderState:
    """Give the turn to a player, whoever's it is; None gives it to the model as a player.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAllowed: the member is no moderator.
        OtherMode: there is no order.
        PlayerNotFound: who is named does not play, or is the model after its own turn.
        NotYourTurn: the model is writing.
    """
    require_moderator(member)
    async with engine.database.writing() as tx:
        story, order = await _read(tx, guild_id, channel_id)
        if await _is_done(tx, guild_id, interaction_id):
            return await state_of(tx, story, member.id)
        await get_free_head(tx, story)
        if not order.rules.mode.has_order:
            raise OtherMode(order.rules.mode)
        to = _find_named(order, to_member_id)
        if order.awaited.due is Due.NTH:  # the model does not come first any more
            await record_step(
                tx,
                story,
                order,
                StepKind.SKIP_MODEL,
                to=None,
                member_id=member.id,
                now_ms=engine.clock(),
            )
        await record_step(
            tx,
            story,
            order,
            StepKind.HAND_OVER,
            to=to,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return await state_of(tx, story, member.id)


async def _read(tx: Transaction, guild_id: int, channel_id: int) -> tuple[Story, Order]:
    story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    return story, await read_order(tx, story) or NO_ORDER


async def _is_done(tx: Transaction, guild_id: int, interaction_id: int) -> bool:
    step = await orders.find_step_by_interaction(
        tx, guild_id=guild_id, interaction_id=interaction_id
    )
    return step is not None


def _require_turn(order: Order) -> Player:
    """Return whose turn it is, to write or to name the next."""
    if not order.rules.mode.has_order:
        raise OtherMode(order.rules.mode)
    whose = order.awaited.player or order.awaited.naming
    if whose is None:
        raise NotAPlayer
    return whose


def _find_named(order: Order, member_id: int | None) -> Player:
    named = order.find_model() if member_id is None else order.find_member(member_id)
    if named is None or (named.is_model and order.standing.is_after_model):
        raise PlayerNotFound(member_id or 0)
    return named
