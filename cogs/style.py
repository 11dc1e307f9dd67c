"""/style: how the model writes on this server, on one private panel."""

from collections.abc import Awaitable, Callable

from discord import app_commands
from discord.ext import commands

from bot import answers, style_panel
from bot.actions import Action
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from bot.selects import Menu
from engine.writing import (
    ServerStyle,
    ban_cliches,
    choose_preset,
    drop_values,
    edit_bans,
    edit_names,
    read_style,
    tune_values,
)


class StyleCog(commands.Cog):
    """Everybody may see the style; who may manage the server changes it."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.engine = bot.engine
        bot.picks[Menu.PRESET] = self.choose
        bot.presses |= {
            Action.STYLE_TUNE: self.open_values,
            Action.STYLE_RESET: self.reset,
            Action.STYLE_BANS: self.open_bans,
            Action.STYLE_NAMES: self.open_names,
            Action.STYLE_ALLOW: self.allow_cliches,
            Action.STYLE_BAN: self.ban_cliches,
            Action.STYLE_LISTS: self.show_lists,
        }
        bot.submits |= {
            Form.TUNE: self.tune,
            Form.BANS: self.edit_bans,
            Form.NAMES: self.edit_names,
        }

    @app_commands.command(description="See and change how the model writes on this server")
    @app_commands.guild_only()
    async def style(self, interaction: Interaction) -> None:
        """Show the panel."""
        style = await self._read(interaction)
        panel = self._panel(interaction, style)
        await answers.tell(interaction, panel.text, view=panel.view)

    async def choose(self, interaction: Interaction, preset: str) -> None:
        """Use another preset."""
        style = await choose_preset(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            preset=preset,
        )
        await self._show(interaction, style)

    async def open_values(self, interaction: Interaction, _: int) -> None:
        """Open the form of the values."""
        form = style_panel.values_form(await self._read(interaction), words_of(interaction))
        await interaction.response.send_modal(form)

    async def tune(self, interaction: Interaction, submission: Submission) -> None:
        """Take the values of the form."""
        await self._take(tune_values, interaction, submission)

    async def reset(self, interaction: Interaction, _: int) -> None:
        """Go back to the preset's values."""
        style = await drop_values(
            self.engine, guild_id=guild_of(interaction), member=member_of(interaction)
        )
        await self._show(interaction, style)

    async def open_bans(self, interaction: Interaction, _: int) -> None:
        """Open the form of the banned phrases."""
        form = style_panel.bans_form(await self._read(interaction), words_of(interaction))
        await interaction.response.send_modal(form)

    async def edit_bans(self, interaction: Interaction, submission: Submission) -> None:
        """Take the list of the form."""
        await self._take(edit_bans, interaction, submission)

    async def open_names(self, interaction: Interaction, _: int) -> None:
        """Open the form of the allowed names."""
        form = style_panel.names_form(await self._read(interaction), words_of(interaction))
        await interaction.response.send_modal(form)

    async def edit_names(self, interaction: Interaction, submission: Submission) -> None:
        """Take the list of the form."""
        await self._take(edit_names, interaction, submission)

    async def allow_cliches(self, interaction: Interaction, _: int) -> None:
        """Let the model write what the shipped list has."""
        await self._ban_cliches(interaction, is_banned=False)

    async def ban_cliches(self, interaction: Interaction, _: int) -> None:
        """Ban what the shipped list has."""
        await self._ban_cliches(interaction, is_banned=True)

    async def show_lists(self, interaction: Interaction, _: int) -> None:
        """Show both lists, in a file when they are long."""
        style, words = await self._read(interaction), words_of(interaction)
        text = style_panel.lists_of(style, words)
        if len(text) <= style_panel.LISTS_CHARACTERS:
            await answers.tell(interaction, text)
        else:
            text = style_panel.lists_file(style, words)
            await answers.tell_file(interaction, "style.txt", text)

    async def _take(
        self,
        change: Callable[..., Awaitable[ServerStyle]],
        interaction: Interaction,
        submission: Submission,
    ) -> None:
        style = await change(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            text=submission.text,
            edition=submission.target_id or 0,
        )
        await self._show(interaction, style)

    async def _ban_cliches(self, interaction: Interaction, *, is_banned: bool) -> None:
        style = await ban_cliches(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            is_banned=is_banned,
        )
        await self._show(interaction, style)

    async def _read(self, interaction: Interaction) -> ServerStyle:
        return await read_style(self.engine, guild_id=guild_of(interaction))

    async def _show(self, interaction: Interaction, style: ServerStyle) -> None:
        """Put the panel in place of the one that was used."""
        panel = self._panel(interaction, style)
        await interaction.response.edit_message(content=panel.text, view=panel.view)

    def _panel(self, interaction: Interaction, style: ServerStyle) -> style_panel.Panel:
        may_change = member_of(interaction).may_manage_server
        return style_panel.panel_of(style, words_of(interaction), may_change=may_change)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the command to the bot."""
    await bot.add_cog(StyleCog(bot))
