"""/voice: a voice of the server's own, trained, compared, promoted, switched off."""

from discord import app_commands
from discord.app_commands import Choice as Option
from discord.app_commands import Range
from discord.ext import commands

from bot import answers, voice_cards
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, require_rights, words_of
from bot.buttons import Interaction
from bot.client import ScriptoriumBot
from bot.pair_messages import post_pairs
from bot.private_wait import conclude, wait_for
from engine.library.comparing import (
    choose_opponents,
    read_newest_verdict,
    read_pair_verdict,
    vote_on_pair,
)
from engine.library.training import accept_training, cancel_training, start_training
from engine.library.voices import (
    newest_usable,
    promote_voice,
    read_voice,
    roll_back_voice,
    switch_voice_off,
)
from engine.story import Choice, Comparison, Pair
from engine.story.training import Effort, Method
from engine.writing import Show
from engine.writing.comparing import MOST_PAIRS, write_pairs

EFFORTS = [
    Option(name="quick", value=Effort.QUICK.value),
    Option(name="normal", value=Effort.NORMAL.value),
    Option(name="thorough", value=Effort.THOROUGH.value),
]
METHODS = [
    Option(name="LoRA", value=Method.LORA.value),
    Option(name="AdaLoRA", value=Method.ADALORA.value),
]
DEFAULT_PAIRS = 5


@app_commands.guild_only()
class VoiceCog(commands.GroupCog, group_name="voice", group_description="This server's own voice"):
    """Who may manage the server trains and chooses; everybody votes and looks."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        self.jobs = bot.jobs
        bot.presses |= {
            Action.VOICE_TRAIN: self.accept,
            Action.VOICE_CANCEL: self.cancel,
            Action.VOICE_COMPARE: self.compare_number,
            Action.VOICE_PROMOTE: self.promote_number,
            Action.PAIR_FIRST: self.prefer_first,
            Action.PAIR_SECOND: self.prefer_second,
            Action.PAIR_SAME: self.prefer_none,
            Action.PAIR_RESULT: self.show_result,
        }

    @app_commands.command(description="Train a voice on the works that members gave")
    @app_commands.describe(
        effort="How long it may take; normal without it", method="How it learns; LoRA without it"
    )
    @app_commands.choices(effort=EFFORTS, method=METHODS)
    async def train(
        self,
        interaction: Interaction,
        effort: str = Effort.NORMAL.value,
        method: str = Method.LORA.value,
    ) -> None:
        """Begin a job; its message in the channel asks once more before anything is trained."""
        channel_of(interaction)
        require_rights(interaction, "attach_files")
        words = words_of(interaction)
        await answers.acknowledge(interaction)
        await start_training(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            language=words.story_language,
            method=Method(method),
            effort=Effort(effort),
            interaction_id=interaction.id,
        )
        self.jobs.wake()
        text = words("Works are collected, and what it takes is measured: see the message here.")
        await answers.tell(interaction, text)

    async def accept(self, interaction: Interaction, job_id: int) -> None:
        """Agree to what a training takes."""
        await accept_training(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            job_id=job_id,
        )
        await answers.acknowledge(interaction)
        self.jobs.wake()

    async def cancel(self, interaction: Interaction, job_id: int) -> None:
        """End a training before it is done."""
        await cancel_training(
            self.engine,
            guild_id=guild_of(interaction),
            member=member_of(interaction),
            job_id=job_id,
        )
        await answers.acknowledge(interaction)
        self.jobs.wake()

    @app_commands.command(description="Let members vote blindly between two voices")
    @app_commands.describe(
        voice="Its number; the newest without it", pairs="How many pairs; 5 without it"
    )
    async def compare(
        self,
        interaction: Interaction,
        voice: Range[int, 1] | None = None,
        pairs: Range[int, 1, MOST_PAIRS] = DEFAULT_PAIRS,
    ) -> None:
        """Post pairs of texts: a voice against the promoted one, or the model as it is."""
        await self._compare(interaction, voice, pairs)

    async def compare_number(self, interaction: Interaction, number: int) -> None:
        """Compare the voice of a button."""
        await self._compare(interaction, number, DEFAULT_PAIRS)

    async def _compare(self, interaction: Interaction, number: int | None, pairs: int) -> None:
        channel = channel_of(interaction)
        require_rights(interaction)
        guild_id, member, words = (
            guild_of(interaction),
            member_of(interaction),
            words_of(interaction),
        )

        async def work(show: Show) -> tuple[Comparison, list[Pair]]:
            sides = await choose_opponents(
                self.engine, guild_id=guild_id, member=member, number=number
            )
            return await write_pairs(
                self.engine,
                sides,
                guild_id=guild_id,
                channel_id=channel.id,
                member=member,
                language=words.story_language,
                pairs=pairs,
                interaction_id=interaction.id,
                show=show,
            )

        comparison, written = await wait_for(interaction, work)
        await post_pairs(self.engine, channel, comparison, written)
        text = words("The pairs are posted. Result under each of them shows how the votes stand.")
        await conclude(interaction, text)

    async def prefer_first(self, interaction: Interaction, pair_id: int) -> None:
        """Vote for the first text."""
        await self._vote(interaction, pair_id, Choice.FIRST)

    async def prefer_second(self, interaction: Interaction, pair_id: int) -> None:
        """Vote for the second text."""
        await self._vote(interaction, pair_id, Choice.SECOND)

    async def prefer_none(self, interaction: Interaction, pair_id: int) -> None:
        """Vote that there is no difference."""
        await self._vote(interaction, pair_id, Choice.SAME)

    async def _vote(self, interaction: Interaction, pair_id: int, choice: Choice) -> None:
        pair = await vote_on_pair(
            self.engine,
            guild_id=guild_of(interaction),
            pair_id=pair_id,
            member=member_of(interaction),
            choice=choice,
        )
        words = words_of(interaction)
        text = words(
            "Your vote on pair {number} counts. You can change it at any time.", number=pair.number
        )
        await answers.tell(interaction, text)

    async def show_result(self, interaction: Interaction, pair_id: int) -> None:
        """Show what the votes of a pair's comparison say."""
        verdict = await read_pair_verdict(
            self.engine, guild_id=guild_of(interaction), pair_id=pair_id
        )
        await answers.tell(interaction, voice_cards.verdict_text(verdict, words_of(interaction)))

    @app_commands.command(description="Let a trained voice write for this server from now on")
    @app_commands.describe(voice="Its number; the newest without it")
    async def promote(self, interaction: Interaction, voice: Range[int, 1] | None = None) -> None:
        """Promote a voice."""
        number = voice or await newest_usable(self.engine, guild_id=guild_of(interaction))
        await self.promote_number(interaction, number)

    async def promote_number(self, interaction: Interaction, number: int) -> None:
        """Promote the voice of a number."""
        words = words_of(interaction)

        async def work(_: Show) -> str:
            adapter = await promote_voice(
                self.engine,
                guild_id=guild_of(interaction),
                member=member_of(interaction),
                number=number,
            )
            return words(
                "Voice {number} writes here from the next request on. /voice rollback takes it "
                "back.",
                number=adapter.number,
            )

        await conclude(interaction, await wait_for(interaction, work))

    @app_commands.command(description="Go back to what wrote before the last change")
    async def rollback(self, interaction: Interaction) -> None:
        """Take the last change back."""
        adapter = await roll_back_voice(
            self.engine, guild_id=guild_of(interaction), member=member_of(interaction)
        )
        words = words_of(interaction)
        now = voice_cards.side(adapter.number if adapter else None, words)
        await answers.tell(interaction, words("Taken back. {side} writes here now.", side=now))

    @app_commands.command(description="Let the model write as it is")
    async def off(self, interaction: Interaction) -> None:
        """Use no voice."""
        adapter = await switch_voice_off(
            self.engine, guild_id=guild_of(interaction), member=member_of(interaction)
        )
        words = words_of(interaction)
        text = words("Voice {number} is off; the model writes as it is.", number=adapter.number)
        await answers.tell(interaction, text)

    @app_commands.command(description="See what writes on this server, and how the votes stand")
    async def status(self, interaction: Interaction) -> None:
        """Show how things stand."""
        guild_id = guild_of(interaction)
        status = await read_voice(self.engine, guild_id=guild_id)
        verdict = await read_newest_verdict(self.engine, guild_id=guild_id)
        text = voice_cards.status_text(status, verdict, words_of(interaction))
        await answers.tell(interaction, text)


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(VoiceCog(bot))
