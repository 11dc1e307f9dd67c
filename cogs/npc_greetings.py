"""/npc greet: a character says one of its first lines, mixed into the group /npc."""

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, lines
from bot.answers import guild_of, member_of
from bot.buttons import Interaction
from bot.cast_choices import greeting_choices, name_choices
from engine.runtime import Engine
from engine.writing.cast import greeting_of, speak_as


class GreetingCommands(commands.Cog):
    """Every member may open a scene with a first line."""

    engine: Engine

    @app_commands.command(description="Let a character say its first line, or another one")
    @app_commands.describe(name="Which character", which="Which of its first lines")
    async def greet(
        self, interaction: Interaction, name: Range[str, 1, 80], which: Range[int, 0, 50] = 0
    ) -> None:
        """Post the line as the character's."""
        answers.require_rights(interaction)
        await answers.acknowledge(interaction)
        member = member_of(interaction)
        line = await greeting_of(
            self.engine,
            guild_id=guild_of(interaction),
            name=name,
            number=which,
            user=member.name,
        )
        turn = await speak_as(
            self.engine,
            scene=lines.scene_of(interaction),
            name=name,
            line=line,
            member=member,
            interaction_id=interaction.id,
        )
        await lines.close_drafts(interaction, await lines.post(interaction, turn))

    @greet.autocomplete("name")
    async def greeters(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    @greet.autocomplete("which")
    async def greetings(self, interaction: Interaction, typed: str) -> list[Choice[int]]:
        """Offer the first lines of the character that was named."""
        return await greeting_choices(self.engine, interaction)
