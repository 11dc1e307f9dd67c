"""/library: works that members give, and what each author agreed to."""

import asyncio
from pathlib import PurePath

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, library_cards
from bot.answers import channel_of, guild_of, is_age_restricted, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Field, FieldsForm, Form, Submission
from bot.library_cards import Card
from bot.library_questions import ask_author, withdraw_work
from engine.files.documents import check_document, read_document
from engine.library.browsing import browse, own_works
from engine.library.giving import GIVABLE, MOST_TITLE_CHARACTERS, give_story, give_text
from engine.story import Licence, Work

LICENCES = [
    Choice(name="learn only: nobody else reads it", value=Licence.LEARN.value),
    Choice(name="learn and read: members here may read it", value=Licence.LEARN_AND_READ.value),
    Choice(name="CC BY 4.0: for everybody who names you", value=Licence.CC_BY.value),
    Choice(name="CC BY-SA 4.0: likewise, and shared alike", value=Licence.CC_BY_SA.value),
    Choice(name="CC0: for everybody, for everything", value=Licence.CC0.value),
]
LANGUAGES = [Choice(name="English", value="en"), Choice(name="中文", value="zh-CN")]


@app_commands.guild_only()
class LibraryCog(
    commands.GroupCog, group_name="library", group_description="Works to learn from, by consent"
):
    """Members give works; nothing learns from one before every author agreed."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.submits[Form.GIVE] = self.take_form

    @app_commands.command(description="Give a work of yours to this server's library")
    @app_commands.describe(
        licence="What you allow to be done with it",
        title="What it is called",
        file="The text, as txt, md or docx; without it a form opens",
        story="Give the story of this channel instead",
        language="What it is written in",
    )
    @app_commands.choices(licence=LICENCES, language=LANGUAGES)
    async def give(
        self,
        interaction: Interaction,
        *,
        licence: str,
        title: Range[str, 1, MOST_TITLE_CHARACTERS] = "",
        file: discord.Attachment | None = None,
        story: bool = False,
        language: str = "",
    ) -> None:
        """Take in a story, a file, or what is typed into a form."""
        language = language or words_of(interaction).story_language
        if story:
            await self._give_story(interaction, Licence(licence))
        elif file is not None:
            await self._give_file(interaction, file, title, Licence(licence), language)
        else:
            form = _form(interaction, title, Licence(licence), language)
            await interaction.response.send_modal(form)

    async def _give_story(self, interaction: Interaction, licence: Licence) -> None:
        answers.require_rights(interaction)
        await answers.acknowledge(interaction)
        work = await give_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            giver=member_of(interaction),
            licence=licence,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        )
        await ask_author(interaction, work.id)

    async def _give_file(
        self,
        interaction: Interaction,
        file: discord.Attachment,
        title: str,
        licence: Licence,
        language: str,
    ) -> None:
        check_document(file.filename, file.size)
        await answers.acknowledge(interaction)
        document = await asyncio.to_thread(read_document, file.filename, await file.read())
        title = title or PurePath(file.filename).stem[:MOST_TITLE_CHARACTERS]
        work = await self._give(interaction, title, document.text, licence, language)
        await ask_author(interaction, work.id)

    async def take_form(self, interaction: Interaction, submission: Submission) -> None:
        """Take in what was typed."""
        await answers.acknowledge(interaction)
        licence = GIVABLE[submission.target_id or 0]
        language = LANGUAGES[submission.edition].value
        fields = submission.fields
        work = await self._give(interaction, fields["title"], fields["text"], licence, language)
        await ask_author(interaction, work.id)

    async def _give(
        self, interaction: Interaction, title: str, text: str, licence: Licence, language: str
    ) -> Work:
        return await give_text(
            self.engine,
            guild_id=guild_of(interaction),
            giver=member_of(interaction),
            title=title,
            text=text,
            licence=licence,
            language=language,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        )

    @app_commands.command(description="See your works here, and what you agreed to")
    async def mine(self, interaction: Interaction) -> None:
        """List a member's own works."""
        owned = await own_works(
            self.engine, guild_id=guild_of(interaction), member_id=interaction.user.id
        )
        await _tell(interaction, library_cards.own_list(owned, words_of(interaction)))

    @app_commands.command(name="withdraw", description="Take a work back, at once and for good")
    @app_commands.describe(work="Its number, as /library mine shows it")
    async def withdraw_command(self, interaction: Interaction, work: Range[int, 1]) -> None:
        """Withdraw a work."""
        await answers.acknowledge(interaction)
        await answers.tell(interaction, await withdraw_work(interaction, work))

    @app_commands.command(name="browse", description="See the works that this server shows")
    async def browse_command(self, interaction: Interaction) -> None:
        """Show the first page of the library."""
        shelf = await browse(self.engine, guild_id=guild_of(interaction), page=0)
        await _tell(interaction, library_cards.shelf_card(shelf, words_of(interaction)))


def _form(interaction: Interaction, title: str, licence: Licence, language: str) -> FieldsForm:
    """Return the form for a text; licence and language are in its custom id."""
    words = words_of(interaction)
    fields = (
        Field(
            "title",
            words("Title"),
            title,
            most=MOST_TITLE_CHARACTERS,
            is_long=False,
            is_required=True,
        ),
        Field(
            "text",
            words("Text"),
            hint=words("Up to 4000 characters. For longer ones attach a file."),
            is_required=True,
        ),
    )
    return FieldsForm(
        Form.GIVE,
        fields,
        title=words("A work for the library"),
        target_id=GIVABLE.index(licence),
        edition=[choice.value for choice in LANGUAGES].index(language),
    )


async def _tell(interaction: Interaction, card: Card) -> None:
    await answers.tell(interaction, card.text, view=card.view)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(LibraryCog(bot))
