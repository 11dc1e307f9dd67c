"""/story: a story from its first line to its last, and all that can be done between."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, cards, context_view, pages, turn_steps, turns
from bot.answers import channel_of, guild_of, is_age_restricted, member_of, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.openings import post_opening
from bot.places import Place, StoryPlace, check_place, open_place
from cogs.story_branches import StoryBranchCommands
from cogs.story_files import StoryFileCommands
from cogs.turn_rules import TurnRuleCommands
from engine.errors import NothingToRetry
from engine.story import Length, Rating
from engine.writing import (
    check_may_write,
    continue_story,
    end_story,
    find_newest,
    offer_alternatives,
    read_story,
    redo,
    show_context,
    start_story,
    story_status,
    undo,
)

LANGUAGES = [Choice(name="English", value="en"), Choice(name="中文", value="zh-CN")]
RATINGS = [
    Choice(name="everyone", value=Rating.GENERAL.value),
    Choice(name="teens", value=Rating.TEEN.value),
    Choice(name="adults", value=Rating.MATURE.value),
]
LENGTHS = [
    Choice(name="short", value=Length.SHORT.value),
    Choice(name="medium", value=Length.MEDIUM.value),
    Choice(name="long", value=Length.LONG.value),
]
PLACES = [
    Choice(name="here", value=Place.HERE.value),
    Choice(name="a new thread", value=Place.THREAD.value),
]
Direction = Range[str, 1, 500]


@app_commands.guild_only()
class StoryCog(
    StoryFileCommands,
    TurnRuleCommands,
    StoryBranchCommands,
    commands.GroupCog,
    group_name="story",
    group_description="Write a story together",
):
    """The /story commands: plain values in, one use case, its result shown."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine

    @app_commands.command(description="Start a story in this channel, a new thread or a forum")
    @app_commands.describe(
        title="What the story is called",
        genre="For example: mystery, fairy tale, space opera",
        style="For example: terse and dry, first person, like a letter",
        language="What the model writes",
        rating="For whom the story is",
        length="How long the model's turns are",
        place="Where the story is written",
        forum="Open the story as a post of this forum",
    )
    @app_commands.choices(language=LANGUAGES, rating=RATINGS, length=LENGTHS, place=PLACES)
    async def start(
        self,
        interaction: Interaction,
        *,
        title: Range[str, 1, 100],
        genre: Range[str, 1, 200] = "",
        style: Range[str, 1, 200] = "",
        language: str = "",
        rating: str = Rating.GENERAL.value,
        length: str = Length.MEDIUM.value,
        place: str = Place.HERE.value,
        forum: discord.ForumChannel | None = None,
    ) -> None:
        """Start a story."""
        check_place(interaction, Place(place), forum, Rating(rating))
        await answers.acknowledge(interaction)
        async with open_place(interaction, Place(place), forum, title) as new:
            story = await start_story(
                self.engine,
                guild_id=guild_of(interaction),
                channel_id=new.channel.id,
                starter=member_of(interaction),
                title=title,
                genre=genre,
                style=style,
                language=language or words_of(interaction).story_language,
                rating=Rating(rating),
                length=Length(length),
                channel_is_age_restricted=new.channel.is_nsfw(),
                interaction_id=interaction.id,
            )
        await post_opening(interaction, new, story)
        await answers.tell(interaction, cards.where_opened(story, words_of(interaction)))

    @app_commands.command(description="Write a turn of your own")
    async def write(self, interaction: Interaction) -> None:
        """Open the form for a human turn."""
        await turn_steps.open_form(interaction)

    @app_commands.command(name="continue", description="Let the model write the next turn")
    @app_commands.describe(direction="What should happen next, if you want to say")
    async def continue_(self, interaction: Interaction, direction: Direction = "") -> None:
        """Let the model write."""
        answers.require_rights(interaction)
        async with continue_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            direction=direction,
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        ) as draft:
            await turns.show(interaction, draft)

    @app_commands.command(description="Let the model write its newest turn anew")
    async def retry(self, interaction: Interaction) -> None:
        """Replace the model's newest turn."""
        head_id = await check_may_write(
            self.engine, guild_id=guild_of(interaction), channel_id=channel_of(interaction).id
        )
        if head_id is None:
            raise NothingToRetry
        await turns.retry(interaction, head_id)

    @app_commands.command(description="Let the model write three alternatives to choose from")
    async def alternatives(self, interaction: Interaction) -> None:
        """Offer three next turns at once."""
        answers.require_rights(interaction)
        async with offer_alternatives(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            channel_is_age_restricted=is_age_restricted(interaction),
            interaction_id=interaction.id,
        ) as alternatives:
            await turns.show_alternatives(interaction, alternatives)

    @app_commands.command(description="Take the newest turn back")
    async def undo(self, interaction: Interaction) -> None:
        """Move the story back by a turn."""
        undone = await undo(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await turns.mark_undone(interaction, undone.turn)

    @app_commands.command(description="Bring back the turn that was undone last")
    async def redo(self, interaction: Interaction) -> None:
        """Move the story forward again."""
        turn = await redo(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        await turns.mark_redone(interaction, turn)

    @app_commands.command(description="Read the story from its beginning, page by page")
    async def read(self, interaction: Interaction) -> None:
        """Show the first page."""
        story, turns = await read_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member_id=interaction.user.id,
        )
        page = pages.page_of(story, turns, 0, words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    @app_commands.command(description="See how the story stands")
    async def status(self, interaction: Interaction) -> None:
        """Show turns, words and writers."""
        await turn_steps.tell_status(interaction)

    @app_commands.command(description="See exactly what the model would be given")
    @app_commands.describe(direction="As for /story continue")
    async def context(self, interaction: Interaction, direction: Direction = "") -> None:
        """Show the prompt, with the share of each of its parts."""
        await answers.acknowledge(interaction)
        prompt = await show_context(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            direction=direction,
            member_id=interaction.user.id,
        )
        words = words_of(interaction)
        files = await context_view.files(prompt, words)
        await answers.tell(interaction, context_view.summary(prompt, words), files=files)

    @app_commands.command(description="End the story; it can still be read and exported")
    async def end(self, interaction: Interaction) -> None:
        """End the story with a colophon."""
        answers.require_rights(interaction)
        channel = channel_of(interaction)
        rules = (await turn_steps.read(interaction)).rules
        story = await end_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel.id,
            member=member_of(interaction),
        )
        await answers.acknowledge(interaction)
        status = await story_status(
            self.engine, guild_id=guild_of(interaction), channel_id=channel.id
        )
        await StoryPlace(channel).post(*cards.colophon(status, rules.mode))
        interaction.client.tidying.after_move(story, story.head_turn_id)
        newest = await find_newest(self.engine, story)
        if newest is not None:
            await interaction.client.tidying.turn(story, newest)
        interaction.client.tidying.in_other_rooms(story)
        await answers.close(interaction)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(StoryCog(bot))
