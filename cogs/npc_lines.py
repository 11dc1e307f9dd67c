"""/npc say and /npc as: the commands of lines, mixed into the group /npc."""

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, lines
from bot.actions import Action
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.cast_choices import name_choices
from bot.client import ScriptoriumBot
from bot.forms import Form, LineForm, Submission
from bot.private_wait import conclude, wait_for
from engine.runtime import Engine
from engine.writing.cast import (
    LineDrafts,
    draft_again,
    draft_lines,
    get_draft,
    post_draft,
    read_character_by_name,
    speak_as,
)

Name = Range[str, 1, 80]


class LineCommands(commands.Cog):
    """Every member may let a character speak; drafts are for the eyes of who asked."""

    engine: Engine

    def answer_lines(self, bot: ScriptoriumBot) -> None:
        """Answer the buttons and the form of drafts."""
        bot.presses |= {
            Action.LINE_POST: self.post_draft,
            Action.LINE_EDIT: self.open_draft,
            Action.LINE_AGAIN: self.draft_again,
        }
        bot.submits[Form.LINE] = self.submit_draft

    @app_commands.command(description="Draft what a character says next; only you see the drafts")
    @app_commands.describe(name="Which character", direction="What it wants, if you want to say")
    async def say(
        self, interaction: Interaction, name: Name, direction: Range[str, 1, 500] = ""
    ) -> None:
        """Draft three lines."""
        answers.require_rights(interaction)
        character = await read_character_by_name(
            self.engine, guild_id=guild_of(interaction), name=name
        )
        drafted = await wait_for(
            interaction,
            lambda show: draft_lines(
                self.engine,
                scene=lines.scene_of(interaction),
                character_id=character.id,
                member=member_of(interaction),
                direction=direction,
                interaction_id=interaction.id,
                show=show,
            ),
        )
        await self._show(interaction, drafted)

    async def draft_again(self, interaction: Interaction, draft_id: int) -> None:
        """Draft three other lines."""
        drafted = await wait_for(
            interaction,
            lambda show: draft_again(
                self.engine,
                scene=lines.scene_of(interaction),
                draft_id=draft_id,
                member=member_of(interaction),
                interaction_id=interaction.id,
                show=show,
            ),
        )
        await self._show(interaction, drafted)

    async def post_draft(self, interaction: Interaction, draft_id: int) -> None:
        """Post a draft as it is."""
        await self._post(interaction, draft_id, None)

    async def open_draft(self, interaction: Interaction, draft_id: int) -> None:
        """Open the form with the draft."""
        draft, character = await get_draft(
            self.engine,
            guild_id=guild_of(interaction),
            draft_id=draft_id,
            member=member_of(interaction),
        )
        form = LineForm(words_of(interaction), draft.id, name=character.name, text=draft.text)
        await interaction.response.send_modal(form)

    async def submit_draft(self, interaction: Interaction, submission: Submission) -> None:
        """Post a draft as the member edited it."""
        await self._post(interaction, submission.target_id or 0, submission.fields["text"])

    @app_commands.command(name="as", description="Let a character say what you write")
    @app_commands.describe(name="Who speaks; a new name makes a new character", line="The words")
    async def as_(self, interaction: Interaction, name: Name, line: Range[str, 1, 4000]) -> None:
        """Post the member's words as the character's."""
        answers.require_rights(interaction)
        await answers.acknowledge(interaction)
        turn = await speak_as(
            self.engine,
            scene=lines.scene_of(interaction),
            name=name,
            line=line,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await lines.close_drafts(interaction, await lines.post(interaction, turn))

    @say.autocomplete("name")
    @as_.autocomplete("name")
    async def speakers(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    async def _post(self, interaction: Interaction, draft_id: int, text: str | None) -> None:
        answers.require_rights(interaction)
        await answers.acknowledge(interaction)
        turn = await post_draft(
            self.engine,
            scene=lines.scene_of(interaction),
            draft_id=draft_id,
            member=member_of(interaction),
            text=text,
            interaction_id=interaction.id,
        )
        await lines.close_drafts(interaction, await lines.post(interaction, turn))

    async def _show(self, interaction: Interaction, drafted: LineDrafts) -> None:
        text, view = lines.drafts_page(drafted, words_of(interaction))
        await conclude(interaction, text, view=view)
