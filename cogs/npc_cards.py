"""/npc import and /npc export: characters as files, mixed into the group /npc."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, card_files
from bot.actions import Action
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.cast_choices import name_choices
from bot.cast_introduction import introduce
from bot.client import ScriptoriumBot
from engine.runtime import Engine
from engine.writing.cast import (
    CardForm,
    check_card_size,
    export_card,
    import_card,
    read_character_by_name,
)

FORMS = [
    Choice(name="picture with the card in it (PNG)", value=CardForm.PNG.value),
    Choice(name="text (JSON)", value=CardForm.JSON.value),
]


class CardCommands(commands.Cog):
    """Every member may bring a card in, and take any character out."""

    engine: Engine

    def answer_cards(self, bot: ScriptoriumBot) -> None:
        """Answer the buttons about files."""
        bot.presses[Action.NPC_EXPORT] = self.press_export

    @app_commands.command(name="import", description="Bring a character in from a card file")
    @app_commands.describe(card="A character card: PNG, JSON or CHARX, version 1, 2 or 3")
    async def import_(self, interaction: Interaction, card: discord.Attachment) -> None:
        """Add the card's character, introduce it, and tell what was taken."""
        check_card_size(card.size)
        await answers.acknowledge(interaction)
        imported = await import_card(
            self.engine,
            guild_id=guild_of(interaction),
            creator=member_of(interaction),
            content=await card.read(),
            interaction_id=interaction.id,
        )
        is_shown = await introduce(self.engine, interaction, imported.character)
        told = card_files.imported(
            imported, member_of(interaction), words_of(interaction), is_introduced=is_shown
        )
        await answers.tell(interaction, told.text, view=told.view)

    @app_commands.command(description="Take a character out as a card for other programs")
    @app_commands.describe(name="Which character", form="As a picture or as text")
    @app_commands.choices(form=FORMS)
    async def export(
        self, interaction: Interaction, name: Range[str, 1, 80], form: str = CardForm.PNG
    ) -> None:
        """Hand out the file."""
        character = await read_character_by_name(
            self.engine, guild_id=guild_of(interaction), name=name
        )
        await self._export(interaction, character.id, CardForm(form))

    @export.autocomplete("name")
    async def exported(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    async def press_export(self, interaction: Interaction, character_id: int) -> None:
        """Hand out the picture with the card in it."""
        await self._export(interaction, character_id, CardForm.PNG)

    async def _export(self, interaction: Interaction, character_id: int, form: CardForm) -> None:
        await answers.acknowledge(interaction)
        name, content = await export_card(
            self.engine, guild_id=guild_of(interaction), character_id=character_id, form=form
        )
        await answers.tell(interaction, "", file=card_files.file_of(name, content))
