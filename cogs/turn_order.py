"""The buttons, the form and the menu of stories with turn rules."""

from discord.ext import commands

from bot import answers, turn_steps, turns
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.errors import NotYourMessage
from bot.forms import Form, Submission, WriteForm
from bot.locales import words_for
from bot.selects import Menu
from bot.turn_order import MODEL_VALUE
from engine.writing import (
    OrderState,
    add_held_turn,
    agree_to_stand_in,
    get_turn,
    join_story,
    leave_story,
    pass_turn,
    propose_candidate,
    remind_me,
    skip_turn,
)


class TurnOrderCog(commands.Cog):
    """One method a button: one use case, and what it shows."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.engine = bot.engine
        bot.presses |= {
            Action.TURN_OPEN: self.open_form,
            Action.TURN_WRITE: self.open_form,
            Action.TURN_PROPOSE: self.open_form,
            Action.TURN_SKIP: self.skip,
            Action.TURN_NAME: self.offer_names,
            Action.HELD_EDIT: self.edit_held,
            Action.ORDER_JOIN: self.join,
            Action.ORDER_LEAVE: self.leave,
            Action.ORDER_REMIND: self.remind,
            Action.ORDER_QUIET: self.be_quiet,
            Action.ORDER_STAND_IN: self.let_stand_in,
            Action.ORDER_ALONE: self.let_nobody_stand_in,
        }
        bot.submits |= {Form.CANDIDATE: self.propose, Form.HELD: self.add_edited}
        bot.picks[Menu.NEXT_PLAYER] = self.name

    async def open_form(self, interaction: Interaction, _: int) -> None:
        """Open the form for a turn, or for a candidate."""
        await turn_steps.open_form(interaction)

    async def propose(self, interaction: Interaction, submission: Submission) -> None:
        """Hand in the text of a form as a candidate."""
        turn = await propose_candidate(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            text=submission.text,
            expected_head_id=submission.target_id,
            interaction_id=interaction.id,
        )
        await turns.post(interaction, turn)

    async def edit_held(self, interaction: Interaction, turn_id: int) -> None:
        """Open a form with a text that was refused."""
        _, turn = await get_turn(self.engine, guild_id=guild_of(interaction), turn_id=turn_id)
        if turn.author_id != interaction.user.id:
            raise NotYourMessage
        form = WriteForm(words_of(interaction), turn_id, form=Form.HELD, text=turn.text)
        await interaction.response.send_modal(form)

    async def add_edited(self, interaction: Interaction, submission: Submission) -> None:
        """Add a held text as the form has it now."""
        turn = await add_held_turn(
            self.engine,
            guild_id=guild_of(interaction),
            turn_id=submission.target_id or 0,
            member=member_of(interaction),
            text=submission.text,
            interaction_id=interaction.id,
        )
        await turns.post(interaction, turn)

    async def skip(self, interaction: Interaction, turn_id: int) -> None:
        """Let the next one write."""
        await turn_steps.require_newest(interaction, turn_id)
        state = await skip_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        words = words_for(state.story.language)
        news = words("⏭️ Skipped by {name}.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)

    async def offer_names(self, interaction: Interaction, _: int) -> None:
        """Show the menu of players."""
        await turn_steps.offer_names(interaction)

    async def name(self, interaction: Interaction, value: str) -> None:
        """Name who was chosen from the menu."""
        state = await pass_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            to_member_id=None if value == MODEL_VALUE else int(value),
            interaction_id=interaction.id,
        )
        words = words_for(state.story.language)
        news = words("🍿 Named by {name}.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)
        words = words_of(interaction)
        await answers.replace(interaction, words("Named."))

    async def join(self, interaction: Interaction, target_id: int) -> None:
        """Take a seat."""
        state = await join_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
        )
        await turn_steps.show_joined(interaction, state, is_on_card=target_id == 0)

    async def leave(self, interaction: Interaction, _: int) -> None:
        """Give up the seat."""
        state = await leave_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
        )
        words = words_for(state.story.language)
        news = words("👋 {name} leaves the turns.", name=interaction.user.mention)
        await turn_steps.show_yours(interaction, state)
        await interaction.client.rounds.moved_on(state.story, news)

    async def remind(self, interaction: Interaction, _: int) -> None:
        """Remind the member from now on."""
        await turn_steps.show_yours(interaction, await self._remind(interaction, wants=True))

    async def be_quiet(self, interaction: Interaction, _: int) -> None:
        """Remind the member no more."""
        await turn_steps.show_yours(interaction, await self._remind(interaction, wants=False))

    async def let_stand_in(self, interaction: Interaction, _: int) -> None:
        """Let the model stand in for the member."""
        await turn_steps.show_yours(interaction, await self._agree(interaction, agrees=True))

    async def let_nobody_stand_in(self, interaction: Interaction, _: int) -> None:
        """Take that back."""
        await turn_steps.show_yours(interaction, await self._agree(interaction, agrees=False))

    async def _remind(self, interaction: Interaction, *, wants: bool) -> OrderState:
        return await remind_me(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            wants=wants,
        )

    async def _agree(self, interaction: Interaction, *, agrees: bool) -> OrderState:
        return await agree_to_stand_in(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            agrees=agrees,
        )


async def setup(bot: ScriptoriumBot) -> None:
    """Add the buttons to the bot."""
    await bot.add_cog(TurnOrderCog(bot))
