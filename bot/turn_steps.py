"""What a member's step in the order of a story shows: to them, and below the newest turn."""

import discord

from bot import answers, cards, turn_order
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.forms import Form, WriteForm
from bot.locales import Words, words_for
from bot.places import StoryPlace
from bot.selects import Menu, PickMenu
from engine.errors import HandedInAlready, OutOfTurn, StoryMovedOn
from engine.runtime import Engine
from engine.story import Member, StoryState, Turn
from engine.story.order import Mode, TurnRules
from engine.writing import (
    OrderState,
    check_may_write,
    order_state,
    propose_candidate,
    see_order,
    story_status,
    write_turn,
)


async def read(interaction: Interaction) -> OrderState:
    """Return the order of the channel's story, as the member sees it."""
    return await order_state(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        channel_id=channel_of(interaction).id,
        member_id=interaction.user.id,
    )


async def open_form(interaction: Interaction) -> None:
    """Open the form for the member's turn, or for their candidate; refuse before they type."""
    answers.require_rights(interaction)
    state = await read(interaction)
    if state.candidate_id is not None:
        raise HandedInAlready(state.candidate_id)
    may_hand_in = state.rules.mode is Mode.VOTE and state.may_write
    head_id = await check_may_write(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        channel_id=channel_of(interaction).id,
        member=None if may_hand_in else member_of(interaction),
    )
    form = Form.CANDIDATE if may_hand_in else Form.WRITE
    await interaction.response.send_modal(WriteForm(words_of(interaction), head_id, form=form))


async def add_message(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, text: str, message_id: int
) -> Turn:
    """Add a member's own message to the story, or to its vote; once, by menu or by reply."""
    state = await order_state(engine, guild_id=guild_id, channel_id=channel_id, member_id=member.id)
    add = propose_candidate if state.rules.mode is Mode.VOTE else write_turn
    return await add(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        member=member,
        text=text,
        interaction_id=message_id,
        source_message_id=message_id,
    )


async def require_newest(interaction: Interaction, turn_id: int) -> None:
    """Raise StoryMovedOn for a button below a turn that is not the newest any more."""
    state = await read(interaction)
    sight = await see_order(interaction.client.engine, state.story)
    newest_id = sight.newest.id if sight.newest else None
    if newest_id != turn_id:
        raise StoryMovedOn(newest_id)


async def show_step(interaction: Interaction, state: OrderState, news: str) -> None:
    """Acknowledge, and tell everybody of a step and of whose turn it is now."""
    await answers.acknowledge(interaction)
    await interaction.client.rounds.moved_on(state.story, news)
    await answers.close(interaction)


async def show_rules(interaction: Interaction, state: OrderState) -> None:
    """Acknowledge, and post the card of the rules."""
    await answers.acknowledge(interaction)
    card = turn_order.card(state, words_for(state.story.language))
    await StoryPlace(channel_of(interaction)).post(*card)
    interaction.client.tidying.after_move(state.story, state.story.head_turn_id)
    interaction.client.tidying.in_other_rooms(state.story)
    await interaction.client.rounds.moved_on(state.story)
    await answers.close(interaction)


async def show_joined(interaction: Interaction, state: OrderState, *, is_on_card: bool) -> None:
    """Show who joined, on the card that was pressed or in a line, and their own state to them."""
    words = words_for(state.story.language)
    news = "" if is_on_card else words("🪑 {name} joins.", name=interaction.user.mention)
    await _renew(interaction, state, is_on_card=is_on_card)
    await interaction.client.rounds.moved_on(state.story, news)
    words = words_of(interaction)
    await answers.tell(
        interaction,
        turn_order.yours(state, words),
        view=turn_order.your_buttons(state, words),
    )


async def _renew(interaction: Interaction, state: OrderState, *, is_on_card: bool) -> None:
    if not is_on_card:
        await answers.acknowledge(interaction)
        return
    text, view = turn_order.card(state, words_for(state.story.language))
    await interaction.response.edit_message(
        content=text, view=view, allowed_mentions=discord.AllowedMentions.none()
    )


async def show_yours(interaction: Interaction, state: OrderState) -> None:
    """Put the member's state in place of the private message whose button was pressed."""
    words = words_of(interaction)
    await interaction.response.edit_message(
        content=turn_order.yours(state, words), view=turn_order.your_buttons(state, words)
    )


async def tell_status(interaction: Interaction) -> None:
    """Tell the member how the story stands, and whether it is their turn."""
    words = words_of(interaction)
    status = await story_status(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        channel_id=channel_of(interaction).id,
    )
    if status.story.state is StoryState.ENDED:
        await answers.tell(interaction, cards.status(status, words, TurnRules()))
        return
    state = await read(interaction)
    text = cards.status(status, words, state.rules)
    text = "\n".join(filter(None, (text, turn_order.yours(state, words))))
    view = turn_order.your_buttons(state, words)
    await answers.tell(interaction, text, view=view)


async def offer_names(interaction: Interaction) -> None:
    """Let who wrote last choose who writes next."""
    state, words = await read(interaction), words_of(interaction)
    if not state.may_name:
        raise _not_to_name(state)
    view = discord.ui.View(timeout=None)
    view.add_item(PickMenu(Menu.NEXT_PLAYER, turn_order.player_options(state, words)))
    await answers.tell(interaction, words("Who writes next?"), view=view)


def _not_to_name(state: OrderState) -> OutOfTurn:
    whose = state.awaited.naming or state.awaited.player
    is_model = whose is not None and whose.is_model
    is_naming = state.awaited.naming is not None
    return OutOfTurn(whose.name if whose else "", is_model=is_model, is_naming=is_naming)


def handed_in(turn: Turn, words: Words) -> str:
    """Tell a member what became of their held text."""
    if turn.ballot_id is not None:
        return words("🗳️ Handed in as a candidate.")
    return words("✅ Added as turn {number}.", number=turn.number)
