"""Turns that were written as messages: the message menu, and pinged replies to the story."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import turns
from bot.answers import channel_of, guild_of, member_of, require_rights
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.errors import NotYourMessage
from bot.message_turns import add_reply, is_reply_to_story, text_of
from bot.turn_steps import add_message


class MessagesCog(commands.Cog):
    """Works without the Message Content intent: both ways carry the text."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name="Add to story", callback=self.add)
        bot.tree.add_command(app_commands.guild_only(menu))

    async def add(self, interaction: Interaction, message: discord.Message) -> None:
        """Add a member's own message to the story."""
        require_rights(interaction)
        if message.author.id != interaction.user.id:
            raise NotYourMessage
        turn = await add_message(
            self.bot.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            text=text_of(message),
            message_id=message.id,
        )
        await turns.post(interaction, turn)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Add a pinged reply to a story message as the replier's turn."""
        if await is_reply_to_story(self.bot, message):
            await add_reply(self.bot, message)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the menu and the listener to the bot."""
    await bot.add_cog(MessagesCog(bot))
