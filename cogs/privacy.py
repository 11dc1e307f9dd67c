"""/privacy: what is held about a member, handed out or erased."""

import json

from discord import app_commands
from discord.ext import commands

from bot import answers
from bot.actions import Action
from bot.answers import guild_of, words_of
from bot.buttons import Interaction, row
from bot.client import ScriptoriumBot
from bot.erasure import delete_posts
from engine.privacy import erase_member, export_member


@app_commands.guild_only()
class PrivacyCog(commands.GroupCog, group_name="privacy", group_description="Your own data"):
    """Every member may see and erase what this server's stories hold of them."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.presses[Action.ERASE] = self.erase

    @app_commands.command(description="Get everything that is held about you on this server")
    async def export(self, interaction: Interaction) -> None:
        """Send all of a member's rows as a file."""
        await answers.acknowledge(interaction)
        held = await export_member(
            self.engine, guild_id=guild_of(interaction), member_id=interaction.user.id
        )
        text = json.dumps(held, ensure_ascii=False, indent=2)
        await answers.tell_file(interaction, "my-data.json", text)

    @app_commands.command(description="Erase your words and your name from this server's stories")
    async def delete(self, interaction: Interaction) -> None:
        """Ask once more before erasing."""
        words = words_of(interaction)
        text = words(
            "This erases every text you wrote here, every direction you gave, every phrase you had "
            "banned and your name. "
            "The stories stay, with gaps. It cannot be undone."
        )
        text += " " + words(
            "Works that you gave or wrote a part of are withdrawn from the library, and voices "
            "that learned from them are taken out of use."
        )
        text += " " + words(
            "Characters that you made are retired, and all that is written about them goes."
        )
        view = row((Action.ERASE,), interaction.user.id, words)
        await answers.tell(interaction, text, view=view)

    async def erase(self, interaction: Interaction, member_id: int) -> None:
        """Erase what is held about the member who asked."""
        await answers.acknowledge(interaction)
        erased = await erase_member(
            self.engine, guild_id=guild_of(interaction), member_id=interaction.user.id
        )
        await delete_posts(interaction.client, erased.posts)
        words = words_of(interaction)
        await answers.replace(interaction, words("Done: nothing of yours is kept."))


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(PrivacyCog(bot))
