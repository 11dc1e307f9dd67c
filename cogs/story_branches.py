"""/story branch, edit, split, merge, credits, versions: mixed into the group /story."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, branch_texts, turn_order, turns
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.errors import NotHere
from bot.forms import Field, FieldsForm, Form
from bot.locales import words_for
from bot.places import Place, StoryPlace, open_place
from engine.runtime import Engine
from engine.writing import edition_of, see_order
from engine.writing.branch_names import (
    archive_branch,
    compare_branches,
    list_branches,
    rename_branch,
)
from engine.writing.branches import Switched, branch_off, check_branch_off, switch_branch
from engine.writing.credits import story_credits
from engine.writing.revising import find_passage, merge_turns, split_turn
from engine.writing.versions import list_versions

BRANCH_PLACES = [
    Choice(name="here", value=Place.HERE.value),
    Choice(name="a new thread", value=Place.THREAD.value),
]
Name = Range[str, 1, 60]
Number = Range[int, 1, 1_000_000]


class StoryBranchCommands(commands.Cog):
    """What is written can be told in another way, and nothing of it is lost."""

    engine: Engine

    branch = app_commands.Group(name="branch", description="Tell the story in several ways")

    @branch.command(name="new", description="Part a new branch from any turn")
    @app_commands.describe(
        name="What the branch is called",
        turn="After which turn it parts; else after the newest",
        place="Where it is written on: here in place of the present one, or in a new thread",
    )
    @app_commands.choices(place=BRANCH_PLACES)
    async def new_branch(
        self,
        interaction: Interaction,
        *,
        name: Name,
        turn: Number | None = None,
        place: str = Place.HERE.value,
    ) -> None:
        """Part a branch, and write on it."""
        in_thread = Place(place) is Place.THREAD
        if in_thread and not isinstance(channel_of(interaction), discord.TextChannel):
            raise NotHere
        more = ("create_public_threads", "send_messages_in_threads") if in_thread else ()
        answers.require_rights(interaction, *more)
        where = {"guild_id": guild_of(interaction), "channel_id": channel_of(interaction).id}
        member = member_of(interaction)
        await check_branch_off(
            self.engine, **where, member=member, name=name, number=turn, in_thread=in_thread
        )
        await answers.acknowledge(interaction)
        async with open_place(interaction, Place(place), None, name) as new:
            switched = await branch_off(
                self.engine,
                **where,
                member=member,
                name=name,
                number=turn,
                thread_id=new.channel.id if in_thread else None,
                interaction_id=interaction.id,
            )
        await self._announce(interaction, new, switched)

    @branch.command(name="switch", description="Write on another branch here")
    @app_commands.describe(name="Which branch")
    async def switch(self, interaction: Interaction, name: Name) -> None:
        """Put another branch in the place of the present one."""
        answers.require_rights(interaction)
        switched = await switch_branch(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=name,
        )
        await answers.acknowledge(interaction)
        await self._announce(interaction, StoryPlace(channel_of(interaction)), switched)

    async def _announce(
        self, interaction: Interaction, place: StoryPlace, switched: Switched
    ) -> None:
        story, found = await list_branches(
            self.engine, guild_id=guild_of(interaction), channel_id=place.channel.id
        )
        count = next(each.turns for each in found if each.branch.id == switched.branch.id)
        words = words_for(story.language)
        line, view = turn_order.onward(await see_order(self.engine, switched.story), words)
        text = branch_texts.parted(switched.branch, count, words)
        await place.post(f"{text}\n-# {line}" if line else text, view)
        await turns.show_switched(interaction, switched)
        await interaction.client.rounds.moved_on(switched.story)
        await answers.close(interaction)

    @branch.command(name="list", description="See all branches of the story")
    async def list_all(self, interaction: Interaction) -> None:
        """List the branches."""
        story, found = await list_branches(
            self.engine, guild_id=guild_of(interaction), channel_id=channel_of(interaction).id
        )
        words = words_of(interaction)
        await answers.tell(interaction, branch_texts.branch_list(story, found, words))

    @branch.command(name="compare", description="See where two branches part, and how each goes on")
    @app_commands.describe(first="One branch", second="The other")
    async def compare(self, interaction: Interaction, first: Name, second: Name) -> None:
        """Compare two heads."""
        _, compared = await compare_branches(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            first=first,
            second=second,
        )
        text = branch_texts.comparison(compared, words_of(interaction))
        await answers.tell(interaction, text)

    @branch.command(name="rename", description="Give a branch another name")
    @app_commands.describe(name="Which branch", new_name="What it is called from now on")
    async def rename(self, interaction: Interaction, name: Name, new_name: Name) -> None:
        """Rename a branch."""
        branch = await rename_branch(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=name,
            new_name=new_name,
        )
        words = words_of(interaction)
        await answers.tell(
            interaction,
            words("✅ It is called **{name}**.", name=discord.utils.escape_markdown(branch.name)),
        )

    @branch.command(name="archive", description="Put a branch away, or bring it back")
    @app_commands.describe(name="Which branch", back="Bring it back")
    async def archive(self, interaction: Interaction, name: Name, *, back: bool = False) -> None:
        """Archive a branch."""
        branch = await archive_branch(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            name=name,
            is_archived=not back,
        )
        words, shown = words_of(interaction), discord.utils.escape_markdown(branch.name)
        text = words("🗄️ **{name}** is put away; nothing of it is lost.", name=shown)
        if back:
            text = words("✅ **{name}** is back.", name=shown)
        await answers.tell(interaction, text)

    @app_commands.command(description="Change the text of a turn")
    @app_commands.describe(turn="Its number; else the newest")
    async def edit(self, interaction: Interaction, turn: Number | None = None) -> None:
        """Open a form with the text as it is told."""
        passage = await find_passage(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            number=turn,
        )
        words, text = words_of(interaction), passage.turn.text
        form = FieldsForm(
            Form.REVISE,
            [Field("text", words("Text"), text, is_required=True)],
            title=words("Turn {number}", number=passage.turn.number),
            target_id=passage.turn.id,
            edition=edition_of(text),
        )
        await interaction.response.send_modal(form)

    @app_commands.command(description="Tell one turn as two")
    @app_commands.describe(
        begins="The words with which the second part begins", turn="Its number; else the newest"
    )
    async def split(
        self, interaction: Interaction, begins: Range[str, 1, 200], turn: Number | None = None
    ) -> None:
        """Split a turn."""
        revised = await split_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            number=turn,
            begins=begins,
            interaction_id=interaction.id,
        )
        await turns.show_revised(interaction, revised)

    @app_commands.command(description="Tell a turn and the next one as one")
    @app_commands.describe(turn="The number of the first of the two")
    async def merge(self, interaction: Interaction, turn: Number) -> None:
        """Merge two turns."""
        revised = await merge_turns(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            number=turn,
            interaction_id=interaction.id,
        )
        await turns.show_revised(interaction, revised)

    @app_commands.command(name="credits", description="See who wrote how much of the story")
    async def show_credits(self, interaction: Interaction) -> None:
        """Show the shares."""
        story, found = await story_credits(
            self.engine, guild_id=guild_of(interaction), channel_id=channel_of(interaction).id
        )
        text = branch_texts.credit_list(story, found, words_of(interaction))
        await answers.tell(interaction, text)

    @app_commands.command(description="See other versions of a turn, and bring one back")
    @app_commands.describe(turn="Its number; else the newest")
    async def versions(self, interaction: Interaction, turn: Number | None = None) -> None:
        """List the versions."""
        number, found = await list_versions(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            number=turn,
        )
        text, view = branch_texts.version_list(number, found, words_of(interaction))
        await answers.tell(interaction, text, view=view)
