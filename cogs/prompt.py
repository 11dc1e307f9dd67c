"""/prompt: beginnings of stories, of which each member sees their own."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, cards, prompt_pages
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.openings import post_opening
from bot.places import Place, check_place, open_place
from bot.private_wait import conclude, wait_for
from bot.prompt_choices import form_choices, genre_choices, tone_choices
from bot.selects import Menu
from engine.story import PromptMark, Rating, StoryPrompt, Wish
from engine.writing.inspiration import (
    MOST_WISH_CHARACTERS,
    forget_prompt,
    mark_prompt,
    read_batch,
    read_prompt,
    saved_prompts,
    start_from_prompt,
    suggest_prompts,
    title_of,
)

LANGUAGES = [Choice(name="English", value="en"), Choice(name="中文", value="zh-CN")]
SHORT, LONG = "short", "long"
LENGTHS = [
    Choice(name="short: two or three sentences", value=SHORT),
    Choice(name="long: four or five sentences", value=LONG),
]
Words100 = Range[str, 1, MOST_WISH_CHARACTERS]


@app_commands.guild_only()
class PromptCog(
    commands.GroupCog, group_name="prompt", group_description="Ideas to begin a story with"
):
    """Prompts are private until a story is started from one."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.picks[Menu.PROMPT] = self.pick
        bot.presses |= {
            Action.PROMPT_START: self.start_here,
            Action.PROMPT_THREAD: self.start_in_thread,
            Action.PROMPT_MORE: self.suggest_more,
            Action.PROMPT_SAVE: self.save,
            Action.PROMPT_PASS: self.put_aside,
            Action.PROMPT_FORGET: self.forget,
            Action.PROMPT_ALL: self.show_all,
            Action.PROMPT_BACK: self.turn_page,
            Action.PROMPT_ON: self.turn_page,
        }

    @app_commands.command(description="Get five ideas for a story; only you see them")
    @app_commands.describe(
        genre="For example: mystery, fairy tale, space opera",
        tone="For example: dark, funny, quiet",
        form="What you want to write, for example: a scene, a letter",
        length="How much a prompt tells",
        seed_words="Words that should occur",
        language="What the prompts are written in",
    )
    @app_commands.choices(length=LENGTHS, language=LANGUAGES)
    @app_commands.autocomplete(genre=genre_choices, tone=tone_choices, form=form_choices)
    async def new(
        self,
        interaction: Interaction,
        *,
        genre: Words100 = "",
        tone: Words100 = "",
        form: Words100 = "",
        length: str = SHORT,
        seed_words: Words100 = "",
        language: str = "",
    ) -> None:
        """Suggest prompts for a wish."""
        wish = Wish(
            language=language or words_of(interaction).story_language,
            genre=genre,
            tone=tone,
            form=form,
            seed_words=seed_words,
            is_long=length == LONG,
        )
        await self._suggest(interaction, wish)

    async def suggest_more(self, interaction: Interaction, prompt_id: int) -> None:
        """Suggest others near to one, in a message of their own."""
        prompt, _ = await self._read(interaction, prompt_id)
        await self._suggest(interaction, prompt.wish, like_id=prompt_id)

    async def _suggest(
        self, interaction: Interaction, wish: Wish, like_id: int | None = None
    ) -> None:
        batch = await wait_for(
            interaction,
            lambda show: suggest_prompts(
                self.engine,
                guild_id=guild_of(interaction),
                channel_id=channel_of(interaction).id,
                member=member_of(interaction),
                wish=wish,
                interaction_id=interaction.id,
                like_id=like_id,
                show=show,
            ),
        )
        page = prompt_pages.choice_page(batch, words_of(interaction))
        await conclude(interaction, page.text, view=page.view)

    async def pick(self, interaction: Interaction, prompt_id: str) -> None:
        """Show the chosen prompt with its buttons, in place of the list."""
        await self._show(interaction, int(prompt_id))

    async def show_all(self, interaction: Interaction, prompt_id: int) -> None:
        """Go back to those that were suggested together, less those that are not for the member."""
        batch = await read_batch(
            self.engine,
            guild_id=guild_of(interaction),
            prompt_id=prompt_id,
            member=member_of(interaction),
        )
        page = prompt_pages.choice_page(batch, words_of(interaction))
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def save(self, interaction: Interaction, prompt_id: int) -> None:
        """Save it."""
        await self._mark(interaction, prompt_id, PromptMark.SAVED)
        await self._show(interaction, prompt_id)

    async def put_aside(self, interaction: Interaction, prompt_id: int) -> None:
        """Take note that it is not for this member, and show the others."""
        await self._mark(interaction, prompt_id, PromptMark.NOT_FOR_ME)
        await self.show_all(interaction, prompt_id)

    async def forget(self, interaction: Interaction, prompt_id: int) -> None:
        """Take it off the saved ones."""
        await forget_prompt(
            self.engine,
            guild_id=guild_of(interaction),
            prompt_id=prompt_id,
            member=member_of(interaction),
        )
        await self._show(interaction, prompt_id)

    async def _mark(self, interaction: Interaction, prompt_id: int, mark: PromptMark) -> None:
        await mark_prompt(
            self.engine,
            guild_id=guild_of(interaction),
            prompt_id=prompt_id,
            member=member_of(interaction),
            mark=mark,
        )

    async def _show(self, interaction: Interaction, prompt_id: int) -> None:
        prompt, marks = await self._read(interaction, prompt_id)
        page = prompt_pages.prompt_page(
            prompt,
            marks,
            words_of(interaction),
            can_open_thread=isinstance(interaction.channel, discord.TextChannel),
        )
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def start_here(self, interaction: Interaction, prompt_id: int) -> None:
        """Start a story from it in this channel."""
        await self._start(interaction, prompt_id, Place.HERE)

    async def start_in_thread(self, interaction: Interaction, prompt_id: int) -> None:
        """Start a story from it in a new thread."""
        await self._start(interaction, prompt_id, Place.THREAD)

    async def _start(self, interaction: Interaction, prompt_id: int, place: Place) -> None:
        check_place(interaction, place, None, Rating.GENERAL)
        await answers.acknowledge(interaction)
        prompt, _ = await self._read(interaction, prompt_id)
        async with open_place(interaction, place, None, title_of(prompt)) as new:
            story = await start_from_prompt(
                self.engine,
                guild_id=guild_of(interaction),
                channel_id=new.channel.id,
                member=member_of(interaction),
                prompt_id=prompt_id,
                channel_is_age_restricted=new.channel.is_nsfw(),
                interaction_id=interaction.id,
            )
        await post_opening(interaction, new, story)
        await answers.tell(interaction, cards.where_opened(story, words_of(interaction)))

    @app_commands.command(description="See the prompts that you saved here")
    async def saved(self, interaction: Interaction) -> None:
        """Show the first page."""
        page = prompt_pages.saved_page(await self._saved(interaction), 0, words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show a page in place of this one."""
        saved = await self._saved(interaction)
        page = prompt_pages.saved_page(saved, number, words_of(interaction))
        await interaction.response.edit_message(content=page.text, view=page.view)

    async def _read(
        self, interaction: Interaction, prompt_id: int
    ) -> tuple[StoryPrompt, set[PromptMark]]:
        return await read_prompt(
            self.engine,
            guild_id=guild_of(interaction),
            prompt_id=prompt_id,
            member=member_of(interaction),
        )

    async def _saved(self, interaction: Interaction) -> list[StoryPrompt]:
        return await saved_prompts(
            self.engine, guild_id=guild_of(interaction), member=member_of(interaction)
        )


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(PromptCog(bot))
