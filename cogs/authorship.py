"""The message menus about what stands there already: who wrote it, and its deletion."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import answers, authorship
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.erasure import delete_line_posts
from engine.errors import NotALine
from engine.writing import find_turn_by_message
from engine.writing.cast import delete_line
from engine.writing.telling import find_told


class AuthorshipCog(commands.Cog):
    """Everybody may ask who wrote; who posted a line, or a moderator, deletes it."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.bot = bot
        for name, callback in (("Who wrote this?", self.tell), ("Delete", self.delete)):
            menu = app_commands.ContextMenu(name=name, callback=callback)
            bot.tree.add_command(app_commands.guild_only(menu))

    async def tell(self, interaction: Interaction, message: discord.Message) -> None:
        """Tell who wrote a message of ours."""
        turn = await find_turn_by_message(
            self.bot.engine, guild_id=guild_of(interaction), message_id=message.id
        )
        told = await find_told(self.bot.engine, turn) if turn is not None else None
        text = authorship.describe(
            turn,
            words_of(interaction),
            is_revised=told is not None and told.is_revised,
        )
        await answers.tell(interaction, text)

    async def delete(self, interaction: Interaction, message: discord.Message) -> None:
        """Delete a character's line; it is undone where it is the newest turn."""
        guild_id = guild_of(interaction)
        turn = await find_turn_by_message(self.bot.engine, guild_id=guild_id, message_id=message.id)
        if turn is None:
            raise NotALine
        await answers.acknowledge(interaction)
        line = await delete_line(
            self.bot.engine,
            guild_id=guild_id,
            turn_id=turn.id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await delete_line_posts(self.bot, line.turn)
        words = words_of(interaction)
        text = authorship.deleted(line.turn, words, is_undone=line.is_undone)
        await answers.tell(interaction, text)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the menus to the bot."""
    await bot.add_cog(AuthorshipCog(bot))
