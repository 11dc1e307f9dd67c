"""/memory: what the model keeps in mind, to be seen and changed."""

from typing import Any

from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot import answers, memory_pages
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Field, FieldsForm, Form, Submission
from engine.writing.afterwards import begin_chores
from engine.writing.recalling import find_passages
from engine.writing.remembering import (
    MOST_DEPTH,
    MOST_NOTE_CHARACTERS,
    MOST_PIN_CHARACTERS,
    MOST_SAMPLE_CHARACTERS,
    Memory,
    drop_sample,
    give_sample,
    pin_line,
    pin_turn,
    read_memory,
    sample_turn,
    set_note,
    unpin,
)
from engine.writing.summary_changes import (
    MOST_SUMMARY_CHARACTERS,
    edit_summary,
    forget_summary,
    pin_summary,
    read_summary,
)

NOTE_DEPTH = 4


@app_commands.guild_only()
class MemoryCog(
    commands.GroupCog, group_name="memory", group_description="What the model keeps in mind"
):
    """Everybody who writes may change what the story keeps in mind, and see who did."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.presses |= {
            Action.MEMORY_NOTE: self.open_note,
            Action.MEMORY_PIN: self.open_pin,
            Action.MEMORY_UNPIN: self.press_unpin,
            Action.MEMORY_SAMPLE: self.open_sample,
            Action.MEMORY_DROP: self.press_drop,
            Action.MEMORY_EDIT: self.open_summary,
            Action.MEMORY_KEEP: self.keep,
            Action.MEMORY_LET_GO: self.let_go,
            Action.MEMORY_FORGET: self.forget,
            Action.MEMORY_BACK: self.turn_page,
            Action.MEMORY_ON: self.turn_page,
        }
        bot.submits |= {
            Form.NOTE: self.submit_note,
            Form.PIN: self.submit_pin,
            Form.SAMPLE: self.submit_sample,
            Form.SUMMARY: self.submit_summary,
        }

    @app_commands.command(description="See the author's note, pins, samples and summaries")
    async def show(self, interaction: Interaction) -> None:
        """Show what is kept in mind."""
        await self._show(interaction)

    @app_commands.command(description="Write a note to the model, in a form; empty: take it away")
    async def note(self, interaction: Interaction) -> None:
        """Open the form with the note as it stands."""
        await self.open_note(interaction, 0)

    @app_commands.command(description="Pin a line, or a turn, so that the model always sees it")
    @app_commands.describe(turn="The number of a turn; without one, a form opens for a line")
    async def pin(self, interaction: Interaction, turn: Range[int, 1] | None = None) -> None:
        """Pin a turn, or open the form."""
        if turn is None:
            await self.open_pin(interaction, 0)
            return
        await pin_turn(self.engine, **_where(interaction), number=turn)
        await self._show(interaction)

    @app_commands.command(description="Give a passage of yours as an example of how we write")
    @app_commands.describe(turn="The number of a turn of yours; without one, a form opens")
    async def sample(self, interaction: Interaction, turn: Range[int, 1] | None = None) -> None:
        """Keep a turn, or open the form."""
        if turn is None:
            await self.open_sample(interaction, 0)
            return
        await sample_turn(self.engine, **_where(interaction), number=turn)
        await self._show(interaction)

    @app_commands.command(description="Find where the story speaks of something")
    @app_commands.describe(what="A question, a name, some words")
    async def find(self, interaction: Interaction, what: Range[str, 1, 200]) -> None:
        """Show the passages."""
        await answers.acknowledge(interaction)
        recall = await find_passages(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            query=what,
            member_id=interaction.user.id,
        )
        await answers.tell(interaction, memory_pages.found(recall, words_of(interaction)))

    async def open_note(self, interaction: Interaction, _: int) -> None:
        """Open the form with the note as it stands."""
        words, note = words_of(interaction), (await self._memory(interaction)).note
        fields = [
            Field(
                "text",
                words("Note to the model"),
                note.text if note else "",
                words("For example: Slow down; let them talk. Empty takes it away."),
                most=MOST_NOTE_CHARACTERS,
            ),
            Field(
                "depth",
                words("Before how many of the newest turns"),
                str(note.depth if note else NOTE_DEPTH),
                words("0 to {most}: the smaller, the stronger", most=MOST_DEPTH),
                most=2,
                is_long=False,
            ),
        ]
        form = FieldsForm(Form.NOTE, fields, title=words("Author's note"))
        await interaction.response.send_modal(form)

    async def submit_note(self, interaction: Interaction, submission: Submission) -> None:
        """Put the note of the form in place."""
        depth = submission.fields["depth"].strip()
        await set_note(
            self.engine,
            **_where(interaction),
            text=submission.fields["text"],
            depth=int(depth) if depth.isdecimal() else NOTE_DEPTH,
        )
        await self._show(interaction)

    async def open_pin(self, interaction: Interaction, _: int) -> None:
        """Open the form for a line."""
        words = words_of(interaction)
        form = _text_form(
            Form.PIN, words("Pin a line"), words("What must not be forgotten"), MOST_PIN_CHARACTERS
        )
        await interaction.response.send_modal(form)

    async def submit_pin(self, interaction: Interaction, submission: Submission) -> None:
        """Pin the line of the form."""
        await pin_line(self.engine, **_where(interaction), text=submission.text)
        await self._show(interaction)

    async def press_unpin(self, interaction: Interaction, pin_id: int) -> None:
        """Take a pin away."""
        member = member_of(interaction)
        await unpin(self.engine, guild_id=guild_of(interaction), pin_id=pin_id, member=member)
        await self._renew(interaction)

    async def open_sample(self, interaction: Interaction, _: int) -> None:
        """Open the form for a passage."""
        words = words_of(interaction)
        form = _text_form(
            Form.SAMPLE,
            words("Give a sample"),
            words("A passage that you wrote yourself"),
            MOST_SAMPLE_CHARACTERS,
        )
        await interaction.response.send_modal(form)

    async def submit_sample(self, interaction: Interaction, submission: Submission) -> None:
        """Keep the passage of the form, in the language of the story that is open here."""
        memory = await self._memory(interaction)
        await give_sample(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            language=memory.story.language,
            text=submission.text,
        )
        await self._show(interaction)

    async def press_drop(self, interaction: Interaction, sample_id: int) -> None:
        """Take a sample back."""
        await drop_sample(
            self.engine,
            guild_id=guild_of(interaction),
            sample_id=sample_id,
            member=member_of(interaction),
        )
        await self._renew(interaction)

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show a page of the summaries in place of what was there."""
        page = memory_pages.summaries_page(
            await self._memory(interaction), number, words_of(interaction)
        )
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def open_summary(self, interaction: Interaction, summary_id: int) -> None:
        """Open the form with a summary."""
        summary = await read_summary(
            self.engine, guild_id=guild_of(interaction), summary_id=summary_id
        )
        words = words_of(interaction)
        form = _text_form(
            Form.SUMMARY,
            words("Edit the summary"),
            words("What the model is told of these turns"),
            MOST_SUMMARY_CHARACTERS,
            text=summary.text,
            target_id=summary.id,
        )
        await interaction.response.send_modal(form)

    async def submit_summary(self, interaction: Interaction, submission: Submission) -> None:
        """Put the words of the form in the summary's place."""
        await edit_summary(
            self.engine,
            guild_id=guild_of(interaction),
            summary_id=submission.target_id or 0,
            member=member_of(interaction),
            text=submission.text,
        )
        words = words_of(interaction)
        await answers.tell(interaction, words("✅ The model is told this from now on."))

    async def keep(self, interaction: Interaction, summary_id: int) -> None:
        """Keep a summary where others make room."""
        await self._pin_summary(interaction, summary_id, is_pinned=True)

    async def let_go(self, interaction: Interaction, summary_id: int) -> None:
        """Let a summary make room again."""
        await self._pin_summary(interaction, summary_id, is_pinned=False)

    async def forget(self, interaction: Interaction, summary_id: int) -> None:
        """Forget a summary, and let the model write it anew."""
        guild_id = guild_of(interaction)
        story_id = await forget_summary(self.engine, guild_id=guild_id, summary_id=summary_id)
        begin_chores(self.engine, guild_id=guild_id, story_id=story_id)
        await self.turn_page(interaction, 0)

    async def _pin_summary(
        self, interaction: Interaction, summary_id: int, *, is_pinned: bool
    ) -> None:
        guild_id = guild_of(interaction)
        await pin_summary(
            self.engine, guild_id=guild_id, summary_id=summary_id, is_pinned=is_pinned
        )
        await self.turn_page(interaction, 0)

    async def _memory(self, interaction: Interaction) -> Memory:
        return await read_memory(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member_id=interaction.user.id,
        )

    async def _page(self, interaction: Interaction) -> memory_pages.MemoryPage:
        memory = await self._memory(interaction)
        return memory_pages.overview(memory, member_of(interaction), words_of(interaction))

    async def _show(self, interaction: Interaction) -> None:
        page = await self._page(interaction)
        await answers.tell(interaction, page.text, view=page.view)

    async def _renew(self, interaction: Interaction) -> None:
        page = await self._page(interaction)
        await interaction.response.edit_message(content=page.text, view=page.view)


def _where(interaction: Interaction) -> dict[str, Any]:
    return {
        "guild_id": guild_of(interaction),
        "channel_id": channel_of(interaction).id,
        "member": member_of(interaction),
    }


def _text_form(
    form: Form, title: str, label: str, most: int, *, text: str = "", target_id: int = 0
) -> FieldsForm:
    field = Field("text", label, text, most=most, is_required=True)
    return FieldsForm(form, [field], title=title[:45], target_id=target_id)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(MemoryCog(bot))
