"""/lore: texts that enter the prompt when what is told calls for them."""

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, lore_forms, lore_pages, lore_report
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.cast_choices import name_choices
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from bot.lore_choices import SCOPES, entry_choices
from bot.lore_files import hand_back_entry
from bot.selects import Menu
from cogs.lore_files import LoreFileCommands
from cogs.lore_settings import LoreSettingsCommand
from engine.story import KeptEntry, LoreScope
from engine.writing.cast import read_cast
from engine.writing.lore import (
    WrittenEntry,
    add_entry,
    edit_entry,
    find_named_entry,
    list_lore,
    open_for_edit,
    open_home,
    read_entry,
    switch_entry,
    try_lore,
)

Named = Range[str, 1, 120]
TEXT_CHARACTERS = 1900  # a longer report is a file


@app_commands.guild_only()
class LoreCog(
    LoreFileCommands,
    LoreSettingsCommand,
    commands.GroupCog,
    group_name="lore",
    group_description="What the model should know, when it matters",
):
    """Everybody adds to a story; elsewhere, who may write there does."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.picks[Menu.LORE] = self.pick
        bot.presses |= {
            Action.LORE_EDIT: self.open_entry,
            Action.LORE_ON: self.switch_on,
            Action.LORE_OFF: self.switch_off,
            Action.LORE_REMOVE: self.press_remove,
            Action.LORE_BACK: self.turn_page,
            Action.LORE_NEXT: self.turn_page,
        }
        bot.submits |= {
            Form.LORE: self.submit_new,
            Form.ENTRY: self.submit_entry,
            Form.LORE_TEST: self.submit_test,
        }

    @app_commands.command(description="Write an entry of lore, in a form")
    @app_commands.describe(
        scope="Whose lore it is; else the story's that is open here",
        character="For lore of a character: which one",
    )
    @app_commands.choices(scope=SCOPES)
    async def add(
        self,
        interaction: Interaction,
        scope: str = LoreScope.STORY,
        character: Range[str, 1, 80] = "",
    ) -> None:
        """Open the empty form."""
        home = await open_home(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            scope=LoreScope(scope),
            member=member_of(interaction),
            character=character,
        )
        await interaction.response.send_modal(lore_forms.add_form(home, words_of(interaction)))

    async def submit_new(self, interaction: Interaction, submission: Submission) -> None:
        """Keep the entry of the form."""
        written = await add_entry(
            self.engine,
            guild_id=guild_of(interaction),
            home=lore_forms.home_of(submission),
            member=member_of(interaction),
            written=submission.fields,
            language=words_of(interaction).story_language,
        )
        await self._tell(interaction, written)

    @app_commands.command(description="Change an entry of lore")
    @app_commands.describe(entry="Which entry")
    async def edit(self, interaction: Interaction, entry: Named) -> None:
        """Open the form with the entry."""
        await self.open_entry(interaction, (await self._named(interaction, entry)).entry.id)

    async def open_entry(self, interaction: Interaction, entry_id: int) -> None:
        """Open the form from a button."""
        kept = await open_for_edit(
            self.engine,
            guild_id=guild_of(interaction),
            entry_id=entry_id,
            member=member_of(interaction),
        )
        await interaction.response.send_modal(lore_forms.edit_form(kept, words_of(interaction)))

    async def submit_entry(self, interaction: Interaction, submission: Submission) -> None:
        """Take the entry of the form, unless somebody else changed it meanwhile."""
        written = await edit_entry(
            self.engine,
            guild_id=guild_of(interaction),
            entry_id=submission.target_id or 0,
            member=member_of(interaction),
            written=submission.fields,
            language=words_of(interaction).story_language,
            edition=submission.edition,
        )
        await self._tell(interaction, written)

    @app_commands.command(name="list", description="See the lore that is known here")
    async def list_(self, interaction: Interaction) -> None:
        """Show the first page."""
        page = await self._page(interaction, 0)
        await answers.tell(interaction, page.text, view=page.view)

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show another page in place of this one."""
        page = await self._page(interaction, number)
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def pick(self, interaction: Interaction, entry_id: str) -> None:
        """Show the entry that was chosen from a page."""
        written = await read_entry(
            self.engine, guild_id=guild_of(interaction), entry_id=int(entry_id)
        )
        await self._tell(interaction, written)

    async def switch_on(self, interaction: Interaction, entry_id: int) -> None:
        """Switch an entry on."""
        await self._switch(interaction, entry_id, is_on=True)

    async def switch_off(self, interaction: Interaction, entry_id: int) -> None:
        """Switch an entry off; it stays."""
        await self._switch(interaction, entry_id, is_on=False)

    async def press_remove(self, interaction: Interaction, entry_id: int) -> None:
        """Remove an entry and hand it back as a file."""
        await hand_back_entry(interaction, entry_id)

    @app_commands.command(description="See what lore a text calls for, and why; nothing is kept")
    @app_commands.describe(what="A text of yours, or the story as it stands here")
    @app_commands.choices(
        what=[
            Choice(name="a text that I paste", value="text"),
            Choice(name="the story as it stands", value="story"),
        ]
    )
    async def test(self, interaction: Interaction, what: str = "text") -> None:
        """Open the form, or look at the story."""
        if what == "text":
            await interaction.response.send_modal(lore_forms.try_form(words_of(interaction)))
        else:
            await self._test(interaction, "")

    async def submit_test(self, interaction: Interaction, submission: Submission) -> None:
        """Tell what the text of the form calls for."""
        await self._test(interaction, submission.text)

    @edit.autocomplete("entry")
    async def entries(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the entries whose names or keys have what was typed."""
        return await entry_choices(self.engine, interaction, typed)

    @add.autocomplete("character")
    async def characters(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    async def _test(self, interaction: Interaction, text: str) -> None:
        await answers.acknowledge(interaction)
        words = words_of(interaction)
        test = await try_lore(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            language=words.story_language,
            text=text,
        )
        report = lore_report.tested(test, words)
        if len(report) <= TEXT_CHARACTERS:
            await answers.tell(interaction, report)
        else:
            await answers.tell_file(interaction, "lore.md", report)

    async def _switch(self, interaction: Interaction, entry_id: int, *, is_on: bool) -> None:
        written = await switch_entry(
            self.engine,
            guild_id=guild_of(interaction),
            entry_id=entry_id,
            member=member_of(interaction),
            is_on=is_on,
        )
        page = lore_pages.entry_page(written, member_of(interaction), words_of(interaction))
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def _named(self, interaction: Interaction, name: str) -> KeptEntry:
        return await find_named_entry(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=name,
        )

    async def _page(self, interaction: Interaction, page: int) -> lore_pages.LorePage:
        guild_id = guild_of(interaction)
        books = await list_lore(
            self.engine,
            guild_id=guild_id,
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
        )
        cast = await read_cast(self.engine, guild_id=guild_id)
        names = {character.id: character.name for character in cast}
        return lore_pages.list_page(books, names, page, words_of(interaction))

    async def _tell(self, interaction: Interaction, written: WrittenEntry) -> None:
        page = lore_pages.entry_page(written, member_of(interaction), words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(LoreCog(bot))
