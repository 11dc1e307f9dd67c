"""The buttons and forms under a story and its turns."""

from discord.ext import commands

from bot import answers, pages, story_files, turn_steps, turns
from bot.actions import Action
from bot.answers import channel_of, guild_of, is_age_restricted, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from engine.writing import (
    ExpectedHead,
    add_held_turn,
    continue_story,
    offer_alternatives,
    read_story,
    stop_turn,
    undo,
    write_turn,
)
from engine.writing.exchange import FileForm


class TurnsCog(commands.Cog):
    """One method a button: the id of its turn in, one use case, its result shown."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.engine = bot.engine
        bot.presses |= {
            Action.CONTINUE: self.continue_,
            Action.RETRY: turns.retry,
            Action.ALTERNATIVES: self.alternatives,
            Action.TURN_ASK: self.alternatives,
            Action.UNDO: self.undo,
            Action.STOP: self.stop,
            Action.ADD: self.add,
            Action.BEGIN: self.begin,
            Action.WRITE: self.open_form,
            Action.EXPORT: self.export,
            Action.PAGE_BACK: self.turn_page,
            Action.PAGE_ON: self.turn_page,
        }
        bot.submits[Form.WRITE] = self.write

    async def continue_(self, interaction: Interaction, turn_id: int) -> None:
        """Let the model write after this turn."""
        await self._continue(interaction, turn_id)

    async def begin(self, interaction: Interaction, story_id: int) -> None:
        """Let the model write the first turn."""
        await self._continue(interaction, None)

    async def _continue(self, interaction: Interaction, expected_head_id: ExpectedHead) -> None:
        answers.require_rights(interaction)
        async with continue_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            expected_head_id=expected_head_id,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        ) as draft:
            await turns.show(interaction, draft)

    async def alternatives(self, interaction: Interaction, turn_id: int) -> None:
        """Offer three turns to follow this one."""
        answers.require_rights(interaction)
        async with offer_alternatives(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            expected_head_id=turn_id,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        ) as alternatives:
            await turns.show_alternatives(interaction, alternatives)

    async def undo(self, interaction: Interaction, turn_id: int) -> None:
        """Take this turn back."""
        undone = await undo(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            expected_head_id=turn_id,
            interaction_id=interaction.id,
        )
        await turns.mark_undone(interaction, undone.turn)

    async def stop(self, interaction: Interaction, turn_id: int) -> None:
        """End the writing of this turn; the text so far is kept."""
        await stop_turn(
            self.engine,
            guild_id=guild_of(interaction),
            turn_id=turn_id,
            member=member_of(interaction),
        )
        await answers.acknowledge(interaction)

    async def open_form(self, interaction: Interaction, story_id: int) -> None:
        """Open the form for a human turn."""
        await turn_steps.open_form(interaction)

    async def write(self, interaction: Interaction, submission: Submission) -> None:
        """Add the text of a form."""
        turn = await write_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            text=submission.text,
            expected_head_id=submission.target_id,
            interaction_id=interaction.id,
        )
        await turns.post(interaction, turn)

    async def add(self, interaction: Interaction, turn_id: int) -> None:
        """Add a held text after the newest turn."""
        turn = await add_held_turn(
            self.engine,
            guild_id=guild_of(interaction),
            turn_id=turn_id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await turns.post(interaction, turn)
        await answers.replace(interaction, turn_steps.handed_in(turn, words_of(interaction)))

    async def export(self, interaction: Interaction, story_id: int) -> None:
        """Send the whole story as a file."""
        await story_files.hand_out(
            interaction,
            FileForm.MARKDOWN,
            channel_id=channel_of(interaction).id,
            story_id=story_id,
        )

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show another page in place of this one."""
        story, path = await read_story(
            self.engine, guild_id=guild_of(interaction), channel_id=channel_of(interaction).id
        )
        page = pages.page_of(story, path, number, words_of(interaction))
        await interaction.response.edit_message(content=page.text, view=page.view)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the buttons to the bot."""
    await bot.add_cog(TurnsCog(bot))
