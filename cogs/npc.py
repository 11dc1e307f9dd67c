"""/npc: the cast of a server. Each mix-in has the commands of one idea; this cog is the group."""

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, cast_forms, cast_pages
from bot.actions import Action
from bot.answers import guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.cast_choices import name_choices
from bot.cast_introduction import introduce, not_introduced
from bot.client import ScriptoriumBot
from bot.forms import Form, Submission
from bot.selects import Menu
from cogs.npc_cards import CardCommands
from cogs.npc_greetings import GreetingCommands
from cogs.npc_lines import LineCommands
from engine.story import Character, CharacterState
from engine.writing.cast import (
    bring_back,
    create_character,
    edit_character,
    read_cast,
    read_character,
    read_character_by_name,
    require_may_edit,
    retire_character,
    use_instructions,
)

Name = Range[str, 1, 80]
STATES = [
    Choice(name="playing", value=CharacterState.LIVE.value),
    Choice(name="retired", value=CharacterState.RETIRED.value),
]


@app_commands.guild_only()
class NpcCog(
    LineCommands,
    CardCommands,
    GreetingCommands,
    commands.GroupCog,
    group_name="npc",
    group_description="Characters of this server",
):
    """Every member makes characters; who made one, or a moderator, changes it."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        self.answer_lines(bot)
        self.answer_cards(bot)
        bot.picks[Menu.CHARACTER] = self.pick
        bot.presses |= {
            Action.CAST_BACK: self.turn_page,
            Action.CAST_ON: self.turn_page,
            Action.NPC_EDIT: self.open_sheet,
            Action.NPC_RETIRE: self.press_retire,
            Action.NPC_RETURN: self.press_return,
            Action.NPC_INTRODUCE: self.press_introduce,
            Action.NPC_OBEY: self.obey,
            Action.NPC_IGNORE: self.ignore,
        }
        bot.submits |= {Form.CHARACTER: self.submit_new, Form.SHEET: self.submit_sheet}

    @app_commands.command(description="Make a character for this server's scenes")
    async def create(self, interaction: Interaction) -> None:
        """Open the empty form."""
        await interaction.response.send_modal(cast_forms.create_form(words_of(interaction)))

    async def submit_new(self, interaction: Interaction, submission: Submission) -> None:
        """Add the character of the form and introduce it."""
        await answers.acknowledge(interaction)
        character = await create_character(
            self.engine,
            guild_id=guild_of(interaction),
            creator=member_of(interaction),
            sheet=cast_forms.new_sheet(submission),
            interaction_id=interaction.id,
        )
        await self._introduce(interaction, character)

    @app_commands.command(description="Change a character")
    @app_commands.describe(name="Which character")
    async def edit(self, interaction: Interaction, name: Name) -> None:
        """Open the form with the character's sheet."""
        character = await self._named(interaction, name)
        await self._open(interaction, character)

    async def open_sheet(self, interaction: Interaction, character_id: int) -> None:
        """Open the form from a button."""
        await self._open(interaction, await self._numbered(interaction, character_id))

    async def submit_sheet(self, interaction: Interaction, submission: Submission) -> None:
        """Take the sheet of the form, unless somebody else changed it meanwhile."""
        await answers.acknowledge(interaction)
        character = await edit_character(
            self.engine,
            guild_id=guild_of(interaction),
            character_id=submission.target_id or 0,
            member=member_of(interaction),
            written=cast_forms.written(submission),
            edition=submission.edition,
        )
        await self._tell(interaction, character)

    @app_commands.command(name="list", description="See this server's characters")
    @app_commands.describe(which="Those who play, or those who are retired")
    @app_commands.choices(which=STATES)
    async def list_(self, interaction: Interaction, which: str = CharacterState.LIVE) -> None:
        """Show the first page."""
        page = await self._page(interaction, 0, CharacterState(which))
        await answers.tell(interaction, page.text, view=page.view)

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show another page in place of this one."""
        page = await self._page(interaction, *cast_pages.page_and_state(number))
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def pick(self, interaction: Interaction, character_id: str) -> None:
        """Show the character that was chosen from a page."""
        await self._tell(interaction, await self._numbered(interaction, int(character_id)))

    @app_commands.command(description="See a character, and what you can do with it")
    @app_commands.describe(name="Which character")
    async def show(self, interaction: Interaction, name: Name) -> None:
        """Show the character's sheet and its buttons."""
        await self._tell(interaction, await self._named(interaction, name))

    @app_commands.command(description="Retire a character; it can be brought back")
    @app_commands.describe(name="Which character")
    async def retire(self, interaction: Interaction, name: Name) -> None:
        """Retire it."""
        await self.press_retire(interaction, (await self._named(interaction, name)).id)

    async def press_retire(self, interaction: Interaction, character_id: int) -> None:
        """Retire it and show how it stands now."""
        character = await retire_character(
            self.engine,
            guild_id=guild_of(interaction),
            character_id=character_id,
            member=member_of(interaction),
        )
        await self._tell(interaction, character)

    async def press_return(self, interaction: Interaction, character_id: int) -> None:
        """Bring it back and show how it stands now."""
        character = await bring_back(
            self.engine,
            guild_id=guild_of(interaction),
            character_id=character_id,
            member=member_of(interaction),
        )
        await self._tell(interaction, character)

    async def press_introduce(self, interaction: Interaction, character_id: int) -> None:
        """Post its name and face here."""
        character = await self._numbered(interaction, character_id)
        require_may_edit(character, member_of(interaction))
        await answers.acknowledge(interaction)
        await self._introduce(interaction, character)

    async def obey(self, interaction: Interaction, character_id: int) -> None:
        """Let the card's instructions reach the model."""
        await self._use_instructions(interaction, character_id, is_used=True)

    async def ignore(self, interaction: Interaction, character_id: int) -> None:
        """Stop the card's instructions."""
        await self._use_instructions(interaction, character_id, is_used=False)

    @edit.autocomplete("name")
    @show.autocomplete("name")
    @retire.autocomplete("name")
    async def names(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Offer the characters whose names have what was typed."""
        return await name_choices(self.engine, interaction, typed)

    async def _use_instructions(
        self, interaction: Interaction, character_id: int, *, is_used: bool
    ) -> None:
        character = await use_instructions(
            self.engine,
            guild_id=guild_of(interaction),
            character_id=character_id,
            member=member_of(interaction),
            is_used=is_used,
        )
        await self._tell(interaction, character)

    async def _named(self, interaction: Interaction, name: str) -> Character:
        return await read_character_by_name(self.engine, guild_id=guild_of(interaction), name=name)

    async def _numbered(self, interaction: Interaction, character_id: int) -> Character:
        return await read_character(
            self.engine, guild_id=guild_of(interaction), character_id=character_id
        )

    async def _open(self, interaction: Interaction, character: Character) -> None:
        require_may_edit(character, member_of(interaction))
        form = cast_forms.edit_form(character, words_of(interaction))
        await interaction.response.send_modal(form)

    async def _page(
        self, interaction: Interaction, page: int, state: CharacterState
    ) -> cast_pages.CastPage:
        characters = await read_cast(self.engine, guild_id=guild_of(interaction), state=state)
        return cast_pages.list_page(characters, state, page, words_of(interaction))

    async def _introduce(self, interaction: Interaction, character: Character) -> None:
        is_shown = await introduce(self.engine, interaction, character)
        note = "" if is_shown else not_introduced(words_of(interaction))
        await self._tell(interaction, await self._numbered(interaction, character.id), note=note)

    async def _tell(self, interaction: Interaction, character: Character, note: str = "") -> None:
        words = words_of(interaction)
        page = cast_pages.character_page(character, member_of(interaction), words)
        await answers.tell(interaction, f"{page.text}\n{note}".strip(), view=page.view)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(NpcCog(bot))
