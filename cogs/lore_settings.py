"""/lore settings: what holds for all lore of a server, mixed into the group /lore."""

from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot import answers, lore_words
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from engine.runtime import Engine
from engine.writing.lore import choose_lore_settings


class LoreSettingsCommand(commands.Cog):
    """Everybody sees what is chosen; who manages the server chooses."""

    engine: Engine

    @app_commands.command(description="See or choose what holds for all lore of this server")
    @app_commands.describe(
        depth="How many of the last turns are looked at for keys",
        share="The most of a prompt that lore may take, in percent",
        sweeps="How often lore may call for more lore: 1 not at all, 0 as often as it does",
        whole_words="Whether a key of one word must stand by itself",
        case_sensitive="Whether large and small letters differ",
    )
    async def settings(
        self,
        interaction: Interaction,
        *,
        depth: Range[int, 0, 100] | None = None,
        share: Range[int, 1, 50] | None = None,
        sweeps: Range[int, 0, 100] | None = None,
        whole_words: bool | None = None,
        case_sensitive: bool | None = None,
    ) -> None:
        """Change what is given, and show what holds."""
        chosen = await choose_lore_settings(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            scan_depth=depth,
            budget_percent=share,
            most_sweeps=sweeps,
            has_whole_words=whole_words,
            is_case_sensitive=case_sensitive,
        )
        await answers.tell(interaction, lore_words.settings(chosen, words_of(interaction)))
