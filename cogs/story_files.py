"""/story export and /story import: stories as files, mixed into the group /story."""

import asyncio
from pathlib import PurePath

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, story_files
from bot.answers import channel_of, guild_of, is_age_restricted, member_of
from bot.buttons import Interaction
from bot.private_wait import wait_for
from bot.story_files import ARCHIVE
from engine.files.documents import read_document
from engine.runtime import Engine
from engine.writing import Show
from engine.writing.exchange import FileForm, import_archive, import_text

FORMS = [
    Choice(name="Markdown", value=FileForm.MARKDOWN.value),
    Choice(name="EPUB, for e-book readers", value=FileForm.EPUB.value),
    Choice(name="Word (DOCX)", value=FileForm.WORD.value),
    Choice(name="PDF, to print", value=FileForm.PDF.value),
    Choice(name="web page (HTML)", value=FileForm.PAGE.value),
    Choice(name="everything, to be imported again (JSONL)", value=ARCHIVE),
]


class StoryFileCommands(commands.Cog):
    """Whoever reads a story may take it home; a whole one comes in by a moderator's hand."""

    engine: Engine

    @app_commands.command(description="Get the story as a file")
    @app_commands.describe(form="What kind of file")
    @app_commands.choices(form=FORMS)
    async def export(self, interaction: Interaction, form: str = FileForm.MARKDOWN.value) -> None:
        """Send the whole story."""
        await story_files.hand_out(interaction, form, channel_id=channel_of(interaction).id)

    @app_commands.command(name="import", description="Begin a story here with a file")
    @app_commands.describe(
        file="A text (.txt, .md, .docx), or everything that /story export gave (.jsonl)",
        title="What the story is called; else as the file",
    )
    async def import_(
        self,
        interaction: Interaction,
        *,
        file: discord.Attachment,
        title: Range[str, 1, 100] = "",
    ) -> None:
        """Take a story in."""
        answers.require_rights(interaction)
        is_archive = story_files.check_size(file.filename, file.size)
        name = title or PurePath(file.filename).stem.replace("_", " ")

        async def take(show: Show) -> None:
            data = await file.read()
            if is_archive:
                await self._take_archive(interaction, data)
            else:
                await self._take_text(interaction, file.filename, data, name)

        await wait_for(interaction, take)
        await story_files.announce(interaction)
        await answers.close(interaction)

    async def _take_archive(self, interaction: Interaction, data: bytes) -> None:
        await import_archive(
            self.engine,
            data,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        )

    async def _take_text(
        self, interaction: Interaction, filename: str, data: bytes, title: str
    ) -> None:
        document = await asyncio.to_thread(read_document, filename, data)
        await import_text(
            self.engine,
            document.text,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            title=title,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        )
