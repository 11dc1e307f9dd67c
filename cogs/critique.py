"""/critique: readers' notes on a text, each with a quote; and the menu of a message."""

import asyncio

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, critique_looks, critiques
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from engine.files.documents import check_document, read_document
from engine.story import CritiqueSource, CritiqueState
from engine.writing.critique import (
    MOST_CHARACTERS,
    Reading,
    agree,
    hand_in_again,
    hand_in_message,
    hand_in_story,
    hand_in_text,
    list_critiques,
    next_lens,
    read_as_author,
    refuse,
    require_text,
    shipped_lenses,
)

LENSES = [
    Choice(name=lens.wordings["en"].name, value=lens.key) for lens in shipped_lenses().values()
]
LINE, STRUCTURE = "line", "structure"


@app_commands.guild_only()
class CritiqueCog(
    commands.GroupCog, group_name="critique", group_description="Readers' notes on a text"
):
    """Private by default; a text of others is read only when each of them agreed."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        menu = app_commands.ContextMenu(name="Critique", callback=self.message)
        bot.tree.add_command(app_commands.guild_only(menu))
        bot.submits[Form.CRITIQUE] = self.take_form
        bot.presses |= {
            Action.CRITIQUE_SHOW: self.show,
            Action.CRITIQUE_LENS: self.read_again,
            Action.CRITIQUE_SHARE: critiques.publish,
            Action.CRITIQUE_DELETE: critiques.delete,
            Action.CRITIQUE_AGREE: self.agree,
            Action.CRITIQUE_REFUSE: self.refuse,
            Action.CRITIQUE_WHICH: self.tell_which,
        }

    @app_commands.command(description="Paste a text of yours and get notes on it, in private")
    @app_commands.describe(lens="What to look at")
    @app_commands.choices(lens=LENSES)
    async def text(self, interaction: Interaction, *, lens: str = LINE) -> None:
        """Open the form for a text."""
        form = critiques.CritiqueForm(words_of(interaction), shipped_lenses()[lens])
        await interaction.response.send_modal(form)

    async def take_form(self, interaction: Interaction, submission: Submission) -> None:
        """Read the text of a form."""
        lenses = {lens.number: lens for lens in shipped_lenses().values()}
        lens = lenses.get(submission.target_id or 0, shipped_lenses()[LINE])

        async def hand_in() -> Reading:
            return await hand_in_text(
                self.engine,
                guild_id=guild_of(interaction),
                channel_id=channel_of(interaction).id,
                member=member_of(interaction),
                lens=lens,
                text=submission.text,
                interaction_id=interaction.id,
            )

        await critiques.answer(interaction, hand_in)

    @app_commands.command(description="Hand in a file of yours and get notes on it, in private")
    @app_commands.describe(file="A .txt, .md or .docx file", lens="What to look at")
    @app_commands.choices(lens=LENSES)
    async def file(
        self, interaction: Interaction, *, file: discord.Attachment, lens: str = STRUCTURE
    ) -> None:
        """Read a file."""
        check_document(file.filename, file.size)

        async def hand_in() -> Reading:
            data = await file.read()
            document = await asyncio.to_thread(
                read_document, file.filename, data, most_characters=MOST_CHARACTERS
            )
            return await hand_in_text(
                self.engine,
                guild_id=guild_of(interaction),
                channel_id=channel_of(interaction).id,
                member=member_of(interaction),
                lens=shipped_lenses()[lens],
                text=document.text,
                source=CritiqueSource.FILE,
                interaction_id=interaction.id,
            )

        await critiques.answer(interaction, hand_in)

    @app_commands.command(description="Get notes on the story of this channel, or some turns of it")
    @app_commands.describe(
        lens="What to look at", from_turn="The first turn to read", to_turn="The last turn to read"
    )
    @app_commands.choices(lens=LENSES)
    async def story(
        self,
        interaction: Interaction,
        *,
        lens: str = STRUCTURE,
        from_turn: Range[int, 1, 100_000] | None = None,
        to_turn: Range[int, 1, 100_000] | None = None,
    ) -> None:
        """Read a story, once all who wrote it agreed."""
        reading = await hand_in_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            lens=shipped_lenses()[lens],
            first=from_turn,
            last=to_turn,
            interaction_id=interaction.id,
        )
        await critiques.answer_or_ask(interaction, reading)

    @app_commands.command(description="Your newest critiques")
    async def mine(self, interaction: Interaction) -> None:
        """List what the member asked for."""
        found = await list_critiques(
            self.engine, guild_id=guild_of(interaction), member=member_of(interaction)
        )
        words = words_of(interaction)
        view = critique_looks.list_buttons(found, words)
        text = critique_looks.list_text(found, words)
        await answers.tell(interaction, text, view=view if view.children else None)

    async def message(self, interaction: Interaction, message: discord.Message) -> None:
        """Read a message, once its author agreed."""
        is_person = not message.author.bot and message.webhook_id is None
        reading = await hand_in_message(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            lens=shipped_lenses()[LINE],
            message_id=message.id,
            author_id=message.author.id if is_person else None,
            text=message.content,
            interaction_id=interaction.id,
        )
        await critiques.answer_or_ask(interaction, reading)

    async def show(self, interaction: Interaction, critique_id: int) -> None:
        """Show a critique to who asked for it or wrote the text; ask the authors once more."""
        reading = await critiques.read(interaction, critique_id)
        is_own = reading.critique.requester_id == interaction.user.id
        if reading.critique.state is CritiqueState.WAITING and is_own:
            await critiques.ask_authors(interaction, reading)
        else:
            await critiques.show_again(interaction, critique_id)

    async def read_again(self, interaction: Interaction, critique_id: int) -> None:
        """Read the same text through the next lens."""
        before = await require_text(
            self.engine,
            guild_id=guild_of(interaction),
            critique_id=critique_id,
            member=member_of(interaction),
        )
        reading = await hand_in_again(
            self.engine,
            before,
            member=member_of(interaction),
            lens=next_lens(before.critique.lens),
            interaction_id=interaction.id,
        )
        await critiques.answer_or_ask(interaction, reading)

    async def agree(self, interaction: Interaction, critique_id: int) -> None:
        """Let an author agree."""
        reading = await agree(
            self.engine,
            guild_id=guild_of(interaction),
            critique_id=critique_id,
            member=member_of(interaction),
        )
        await critiques.update_question(interaction, reading)

    async def refuse(self, interaction: Interaction, critique_id: int) -> None:
        """Let an author refuse."""
        reading = await refuse(
            self.engine,
            guild_id=guild_of(interaction),
            critique_id=critique_id,
            member=member_of(interaction),
        )
        await critiques.update_question(interaction, reading)

    async def tell_which(self, interaction: Interaction, critique_id: int) -> None:
        """Show an author which text is meant."""
        reading = await read_as_author(
            self.engine,
            guild_id=guild_of(interaction),
            critique_id=critique_id,
            member=member_of(interaction),
        )
        await critiques.tell_which(interaction, reading)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands and the menu to the bot."""
    await bot.add_cog(CritiqueCog(bot))
