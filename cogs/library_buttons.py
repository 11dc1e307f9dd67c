"""The buttons and menus of the library."""

from discord.ext import commands

from bot import answers, library_cards
from bot.actions import Action
from bot.answers import guild_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.library_cards import Card
from bot.library_questions import ask_author, show_question, withdraw_work
from bot.selects import Menu
from engine.library.answering import agree, decline, standing_of
from engine.library.browsing import browse, own_work, read_work
from engine.library.withdrawing import unlist


class LibraryButtonsCog(commands.Cog):
    """What authors press: each answer counts at once."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.engine = bot.engine
        bot.presses |= {
            Action.LIBRARY_OPEN: self.open,
            Action.LIBRARY_AGREE: self.agree,
            Action.LIBRARY_LIST: self.agree_and_list,
            Action.LIBRARY_SHOW: self.agree_and_list,
            Action.LIBRARY_DECLINE: self.decline,
            Action.LIBRARY_ASK: self.ask_others,
            Action.LIBRARY_READ: self.read,
            Action.LIBRARY_UNLIST: self.unlist,
            Action.LIBRARY_WITHDRAW: self.ask_to_withdraw,
            Action.LIBRARY_CONFIRM: self.confirm_withdrawal,
            Action.LIBRARY_BACK: self.turn_page,
            Action.LIBRARY_ON: self.turn_page,
        }
        bot.picks |= {Menu.WORK: self.pick_own, Menu.SHELF: self.pick_shown}

    async def turn_page(self, interaction: Interaction, page: int) -> None:
        """Show another page in place of this one."""
        shelf = await browse(self.engine, guild_id=guild_of(interaction), page=page)
        card = library_cards.shelf_card(shelf, words_of(interaction))
        await interaction.response.edit_message(content=card.text, view=card.view)

    async def open(self, interaction: Interaction, work_id: int) -> None:
        """Show an author the question, in private."""
        await answers.acknowledge(interaction)
        await ask_author(interaction, work_id)

    async def agree(self, interaction: Interaction, work_id: int) -> None:
        """Take an author's yes to training."""
        await self._agree(interaction, work_id, lists=False)

    async def agree_and_list(self, interaction: Interaction, work_id: int) -> None:
        """Take an author's yes to training, and to being shown."""
        await self._agree(interaction, work_id, lists=True)

    async def decline(self, interaction: Interaction, work_id: int) -> None:
        """Take an author's no; a text that nobody else knew is handed back."""
        await answers.acknowledge(interaction)
        answered = await decline(
            self.engine,
            guild_id=guild_of(interaction),
            work_id=work_id,
            member_id=interaction.user.id,
        )
        words = words_of(interaction)
        await _settle(interaction, library_cards.answered_card(answered, words))
        if answered.text:
            await answers.tell_file(interaction, words("your-text") + ".md", answered.text)
        await show_question(interaction, answered)

    async def ask_others(self, interaction: Interaction, work_id: int) -> None:
        """Ask the co-authors once more, in this channel."""
        answers.require_rights(interaction)
        await answers.acknowledge(interaction)
        answered = await standing_of(
            self.engine,
            guild_id=guild_of(interaction),
            work_id=work_id,
            member_id=interaction.user.id,
        )
        await show_question(interaction, answered, anew=True)

    async def read(self, interaction: Interaction, work_id: int) -> None:
        """Hand out the text as a file."""
        work, text = await read_work(
            self.engine,
            guild_id=guild_of(interaction),
            work_id=work_id,
            member_id=interaction.user.id,
        )
        await answers.tell_file(interaction, f"work-{work.id}.md", f"# {work.title}\n\n{text}\n")

    async def unlist(self, interaction: Interaction, work_id: int) -> None:
        """Show a work no more; the consent to training stays."""
        await unlist(
            self.engine,
            guild_id=guild_of(interaction),
            work_id=work_id,
            member_id=interaction.user.id,
        )
        await self._show_own(interaction, work_id)

    async def ask_to_withdraw(self, interaction: Interaction, work_id: int) -> None:
        """Ask once more before a work is withdrawn by button."""
        words = words_of(interaction)
        text = words(
            "This withdraws work #{number} for good: its text is erased, no training uses it any "
            "more, and voices that learned from it are taken out of use.",
            number=work_id,
        )
        view = library_cards.buttons((Action.LIBRARY_CONFIRM,), work_id, words)
        await answers.tell(interaction, text, view=view)

    async def confirm_withdrawal(self, interaction: Interaction, work_id: int) -> None:
        """Withdraw a work."""
        await answers.acknowledge(interaction)
        await answers.replace(interaction, await withdraw_work(interaction, work_id))

    async def pick_own(self, interaction: Interaction, work_id: str) -> None:
        """Show one of the member's works."""
        await self._show_own(interaction, int(work_id))

    async def pick_shown(self, interaction: Interaction, work_id: str) -> None:
        """Hand out a work of the shelf."""
        await self.read(interaction, int(work_id))

    async def _show_own(self, interaction: Interaction, work_id: int) -> None:
        own = await own_work(
            self.engine,
            guild_id=guild_of(interaction),
            member_id=interaction.user.id,
            work_id=work_id,
        )
        card = library_cards.own_card(own, words_of(interaction))
        await answers.tell(interaction, card.text, view=card.view)

    async def _agree(self, interaction: Interaction, work_id: int, *, lists: bool) -> None:
        words = words_of(interaction)
        await answers.acknowledge(interaction)
        answered = await agree(
            self.engine,
            guild_id=guild_of(interaction),
            work_id=work_id,
            member_id=interaction.user.id,
            language=words.story_language,
            lists=lists,
        )
        await _settle(interaction, library_cards.answered_card(answered, words))
        await show_question(interaction, answered)


async def _settle(interaction: Interaction, card: Card) -> None:
    """Put the outcome in place of a private question; beside a public one, tell it in private."""
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await answers.replace(interaction, card.text)
    else:
        await answers.tell(interaction, card.text)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the buttons to the bot."""
    await bot.add_cog(LibraryButtonsCog(bot))
