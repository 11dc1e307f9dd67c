"""The message menu and the button Why?, and what is sent from forms and menus about turns."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import answers, turns, why
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from bot.locales import words_for
from bot.selects import Menu
from engine.errors import NotTheModels, TurnNotFound
from engine.writing import find_turn_by_message
from engine.writing.explaining import explain_turn
from engine.writing.revising import edit_turn
from engine.writing.versions import bring_back


class WhyCog(commands.Cog):
    """Everybody may ask why a turn reads as it does."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name="Why?", callback=self.ask)
        bot.tree.add_command(app_commands.guild_only(menu))
        bot.presses[Action.WHY] = self.explain
        bot.submits[Form.REVISE] = self.revise
        bot.picks[Menu.VERSION] = self.bring_back

    async def ask(self, interaction: Interaction, message: discord.Message) -> None:
        """Explain the turn that a message shows."""
        turn = await find_turn_by_message(
            self.bot.engine, guild_id=guild_of(interaction), message_id=message.id
        )
        if turn is None:
            raise NotTheModels
        await self.explain(interaction, turn.id)

    async def explain(self, interaction: Interaction, turn_id: int) -> None:
        """Explain a turn."""
        found = await explain_turn(self.bot.engine, guild_id=guild_of(interaction), turn_id=turn_id)
        await answers.tell(interaction, why.describe(found, words_of(interaction)))

    async def revise(self, interaction: Interaction, submission: Submission) -> None:
        """Take the edited text of a turn."""
        if submission.target_id is None:
            raise TurnNotFound(0)
        revised = await edit_turn(
            self.bot.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            passage_id=submission.target_id,
            text=submission.text,
            edition=submission.edition,
            interaction_id=interaction.id,
        )
        await turns.show_revised(interaction, revised)

    async def bring_back(self, interaction: Interaction, turn_id: str) -> None:
        """Tell another version of a turn."""
        returned = await bring_back(
            self.bot.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            turn_id=int(turn_id),
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await answers.acknowledge(interaction)
        replies, public = self.bot.replies, words_for(returned.story.language)
        await replies.annotate(returned.story, returned.turn)
        if returned.replaced is not None:
            note = public("🔁 Replaced by another version.")
            await replies.annotate(returned.story, returned.replaced, note)
        words = words_of(interaction)
        text = words("✅ The story goes on with this version.")
        if returned.switched is not None:
            name = discord.utils.escape_markdown(returned.switched.branch.name)
            text = words(
                "✅ The story goes on with this version, on a new branch, **{name}**. What came "
                "after the other one stays on its own.",
                name=name,
            )
            await turns.show_switched(interaction, returned.switched)
        await answers.replace(interaction, text)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the menu to the bot."""
    await bot.add_cog(WhyCog(bot))
