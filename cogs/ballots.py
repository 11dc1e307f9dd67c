"""The buttons under alternatives: vote, choose."""

from discord.ext import commands

from bot import answers
from bot.actions import Action
from bot.answers import guild_of, member_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from engine.writing import decide, read_tally, vote


class BallotsCog(commands.Cog):
    """Members vote; the starter or a moderator may choose at once."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        self.engine = bot.engine
        self.ballots = bot.ballots
        self.rounds = bot.rounds
        bot.presses |= {Action.VOTE: self.vote, Action.DECIDE: self.decide}

    async def vote(self, interaction: Interaction, turn_id: int) -> None:
        """Vote for this alternative, in place of an earlier vote."""
        tally = await vote(
            self.engine,
            guild_id=guild_of(interaction),
            turn_id=turn_id,
            member=member_of(interaction),
        )
        await answers.acknowledge(interaction)
        await self.ballots.show(tally.ballot)
        await self.rounds.after_vote(tally.ballot)

    async def decide(self, interaction: Interaction, turn_id: int) -> None:
        """Make this alternative the next turn."""
        turn = await decide(
            self.engine,
            guild_id=guild_of(interaction),
            turn_id=turn_id,
            member=member_of(interaction),
        )
        await answers.acknowledge(interaction)
        tally = await read_tally(self.engine, guild_id=turn.guild_id, ballot_id=turn.ballot_id or 0)
        await self.ballots.show(tally.ballot)
        await self.rounds.after_vote(tally.ballot)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the buttons to the bot."""
    await bot.add_cog(BallotsCog(bot))
