"""/lore import, /lore export and /lore remove: books as files, mixed into the group /lore."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, lore_report
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.cast_choices import name_choices
from bot.lore_choices import SCOPES, book_choices, entry_choices
from bot.lore_files import hand_back_book, hand_back_entry, lore_file
from engine.runtime import Engine
from engine.story import KeptBook, LoreScope
from engine.writing.lore import (
    FileForm,
    check_size,
    export_book,
    find_named_book,
    find_named_entry,
    import_book,
    open_home,
)

Named = Range[str, 1, 120]
FORMS = [
    Choice(name="World Info (SillyTavern)", value=FileForm.WORLD_INFO.value),
    Choice(name="lorebook_v3", value=FileForm.LOREBOOK.value),
    Choice(name="the lorebook of a card", value=FileForm.CHARACTER_BOOK.value),
]


class LoreFileCommands(commands.Cog):
    """Who may write at a place may bring a book in; who sees a book may take it out."""

    engine: Engine

    @app_commands.command(name="import", description="Bring a lorebook in from a file")
    @app_commands.describe(
        file="World Info, lorebook_v3, or a character card with a lorebook",
        scope="Whose lore it is; else the story's that is open here",
        character="For lore of a character: which one",
    )
    @app_commands.choices(scope=SCOPES)
    async def import_(
        self,
        interaction: Interaction,
        *,
        file: discord.Attachment,
        scope: str = LoreScope.STORY,
        character: Range[str, 1, 80] = "",
    ) -> None:
        """Add the book of the file, and tell what was taken."""
        check_size(file.size)
        guild_id, member = guild_of(interaction), member_of(interaction)
        home = await open_home(
            self.engine,
            guild_id=guild_id,
            channel_id=channel_of(interaction).id,
            scope=LoreScope(scope),
            member=member,
            character=character,
        )
        await answers.acknowledge(interaction)
        told = await import_book(
            self.engine,
            guild_id=guild_id,
            home=home,
            member=member,
            content=await file.read(),
            filename=file.filename,
        )
        await answers.tell(interaction, lore_report.imported(told, words_of(interaction)))

    @app_commands.command(description="Take a lorebook out as a file")
    @app_commands.describe(book="Which book", form="For which kind of program")
    @app_commands.choices(form=FORMS)
    async def export(
        self, interaction: Interaction, book: Named, form: str = FileForm.WORLD_INFO
    ) -> None:
        """Hand out the file."""
        kept = await self._book(interaction, book)
        await answers.acknowledge(interaction)
        name, content = await export_book(
            self.engine,
            guild_id=guild_of(interaction),
            book_id=kept.book.id,
            form=FileForm(form),
        )
        await answers.tell(interaction, "", file=lore_file(name, content))

    @app_commands.command(description="Remove an entry of lore, or a whole book of it")
    @app_commands.describe(entry="Which entry", book="Which book, with all its entries")
    async def remove(self, interaction: Interaction, entry: str = "", book: str = "") -> None:
        """Remove it, and hand it back as a file."""
        if book:
            await hand_back_book(interaction, (await self._book(interaction, book)).book.id)
            return
        kept = await find_named_entry(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=entry,
        )
        await hand_back_entry(interaction, kept.entry.id)

    @remove.autocomplete("entry")
    async def removable(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the entries whose names or keys have what was typed."""
        return await entry_choices(self.engine, interaction, typed)

    @export.autocomplete("book")
    @remove.autocomplete("book")
    async def books(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the books whose names have what was typed."""
        return await book_choices(self.engine, interaction, typed)

    @import_.autocomplete("character")
    async def owners(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    async def _book(self, interaction: Interaction, name: str) -> KeptBook:
        return await find_named_book(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=name,
        )
