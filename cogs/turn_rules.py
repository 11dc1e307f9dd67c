"""/story rules and the steps of an order, mixed into the group /story."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot import answers, turn_order, turn_steps
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.locales import words_for
from engine.runtime import Engine
from engine.story.order import (
    LEAST_EVERY,
    MOST_DEADLINE_HOURS,
    MOST_EVERY,
    Mode,
    ModelPlace,
)
from engine.writing import (
    agree_to_stand_in,
    hand_over,
    join_story,
    leave_story,
    pass_turn,
    remind_me,
    set_rules,
    skip_turn,
)

MODES = [
    Choice(name="free: anybody, at any time", value=Mode.FREE.value),
    Choice(name="round robin: one after the other", value=Mode.ROUND_ROBIN.value),
    Choice(name="popcorn: who wrote names the next", value=Mode.POPCORN.value),
    Choice(name="one sentence each, one after the other", value=Mode.ONE_SENTENCE.value),
    Choice(name="blind: only the last line is shown", value=Mode.BLIND.value),
    Choice(name="vote: candidates, and one wins", value=Mode.VOTE.value),
]
MODEL_PLACES = [
    Choice(name="on request", value=ModelPlace.ON_REQUEST.value),
    Choice(name="every Nth turn", value=ModelPlace.EVERY_NTH.value),
    Choice(name="as a player", value=ModelPlace.PLAYER.value),
    Choice(name="stands in for who is absent and agreed", value=ModelPlace.STAND_IN.value),
]


class TurnRuleCommands(commands.Cog):
    """Members write in turn, by rules that who leads the story sets."""

    engine: Engine

    @app_commands.command(description="See or set who writes when")
    @app_commands.describe(
        mode="How turns go round",
        model="When the model writes",
        every="With every Nth turn: which one is the model's",
        deadline="How many hours a turn or a vote may take; 0: as long as it takes",
    )
    @app_commands.choices(mode=MODES, model=MODEL_PLACES)
    async def rules(
        self,
        interaction: Interaction,
        *,
        mode: str = "",
        model: str = "",
        every: Range[int, LEAST_EVERY, MOST_EVERY] | None = None,
        deadline: Range[int, 0, MOST_DEADLINE_HOURS] | None = None,
    ) -> None:
        """Show the rules in private; with an option, change them for everybody."""
        state = await turn_steps.read(interaction)
        if not mode and not model and every is None and deadline is None:
            words = words_of(interaction)
            await answers.tell(interaction, "\n".join(turn_order.rules_lines(state, words)))
            return
        answers.require_rights(interaction)
        rules = state.rules
        changed = await set_rules(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            mode=Mode(mode or rules.mode),
            model_place=ModelPlace(model or rules.model_place),
            every=rules.every if every is None else every,
            deadline_hours=rules.deadline_hours if deadline is None else deadline,
        )
        await turn_steps.show_rules(interaction, changed)

    @app_commands.command(description="Take part in the turns of this story")
    @app_commands.describe(
        remind="Be reminded in private when it is your turn",
        stand_in="The model may write for you when your time is over",
    )
    async def join(
        self,
        interaction: Interaction,
        *,
        remind: bool | None = None,
        stand_in: bool | None = None,
    ) -> None:
        """Take a seat, and say how."""
        here = {"guild_id": guild_of(interaction), "channel_id": channel_of(interaction).id}
        member = member_of(interaction)
        state = await join_story(self.engine, **here, member=member)
        if remind is not None:
            state = await remind_me(self.engine, **here, member=member, wants=remind)
        if stand_in is not None:
            state = await agree_to_stand_in(self.engine, **here, member=member, agrees=stand_in)
        await turn_steps.show_joined(interaction, state, is_on_card=False)

    @app_commands.command(description="Give up your place in the turns; your texts stay")
    async def leave(self, interaction: Interaction) -> None:
        """Give up the seat."""
        state = await leave_story(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
        )
        words = words_for(state.story.language)
        news = words("👋 {name} leaves the turns.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)

    @app_commands.command(description="Let the next one write; who leads the story skips anybody")
    async def skip(self, interaction: Interaction) -> None:
        """Pass on without a text."""
        state = await skip_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            interaction_id=interaction.id,
        )
        words = words_for(state.story.language)
        news = words("⏭️ Skipped by {name}.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)

    @app_commands.command(name="pass", description="Popcorn: name who writes next")
    @app_commands.describe(member="Who; leave it out for the model")
    async def pass_(self, interaction: Interaction, member: discord.Member | None = None) -> None:
        """Name the next."""
        state = await pass_turn(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            to_member_id=member.id if member else None,
            interaction_id=interaction.id,
        )
        words = words_for(state.story.language)
        news = words("🍿 Named by {name}.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)

    @app_commands.command(name="hand-over", description="Moderators: give the turn to somebody")
    @app_commands.describe(member="Who; leave it out for the model")
    async def hand_over(
        self, interaction: Interaction, member: discord.Member | None = None
    ) -> None:
        """Give the turn to a player."""
        state = await hand_over(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            to_member_id=member.id if member else None,
            interaction_id=interaction.id,
        )
        words = words_for(state.story.language)
        news = words("🤝 Handed over by {name}.", name=interaction.user.mention)
        await turn_steps.show_step(interaction, state, news)
