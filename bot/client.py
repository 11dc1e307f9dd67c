"""The bot on Discord: it holds the engine, and loads every cog or refuses to start."""

import asyncio
from contextvars import Context
from typing import Any

import discord
import structlog
from discord.ext import commands

from bot import answers
from bot.actions import Action
from bot.ballots import Ballots
from bot.buttons import ActionButton, Press
from bot.command_tree import ScriptoriumTree
from bot.deadlines import Deadlines
from bot.forms import Form, Submit, form_of
from bot.pacing import Pacer
from bot.recovery import resume_all
from bot.replies import Replies
from bot.rounds import Rounds
from bot.selects import Menu, Pick, PickMenu
from bot.settings import BotSettings
from bot.tidying import Tidying
from bot.training_messages import TrainingMessages
from engine.library.job_runner import JobRunner
from engine.runtime import Engine
from engine.story import Turn
from engine.writing import unfinished_turns
from engine.writing.cast import forget_drafts
from engine.writing.critique import recover_critiques

COGS = (
    "cogs.story",
    "cogs.turns",
    "cogs.ballots",
    "cogs.turn_order",
    "cogs.messages",
    "cogs.privacy",
    "cogs.prompt",
    "cogs.style",
    "cogs.critique",
    "cogs.npc",
    "cogs.lore",
    "cogs.canon",
    "cogs.memory",
    "cogs.authorship",
    "cogs.why",
    "cogs.library",
    "cogs.library_buttons",
    "cogs.voice",
)

EDITS_LATER = 2.5  # old buttons go when this many edits of a stream would have passed

log = structlog.get_logger()


class ScriptoriumBot(commands.AutoShardedBot):
    """Discord's side of Scriptorium. Works without any privileged intent."""

    def __init__(self, engine: Engine, settings: BotSettings) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=discord.Intents(guilds=True, guild_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=ScriptoriumTree,
            max_messages=None,  # what members say is not kept in memory either
        )
        self.engine = engine
        pacer = Pacer(settings.seconds_between_edits)
        self.replies = Replies(self, engine, pacer)
        self.ballots = Ballots(engine, self.replies, pacer)
        self.rounds = Rounds(self, engine, self.replies)
        seconds_later = EDITS_LATER * settings.seconds_between_edits
        self.tidying = Tidying(
            self, engine, self.replies, self.ballots, pacer, seconds=seconds_later
        )
        self.replies.when_posted = self._after_post
        self.ballots.when_decided = self.tidying.after_post
        self.deadlines = Deadlines(self, engine, self.rounds, self.ballots)
        self.presses: dict[Action, Press] = {}
        self.submits: dict[Form, Submit] = {}
        self.picks: dict[Menu, Pick] = {}
        self.jobs = JobRunner(engine, TrainingMessages(self, engine).show)
        self._resuming: asyncio.Task[None] | None = None
        self._training: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Load the cogs, send changed commands, and find what the last process left undone."""
        await self.load_cogs()
        assert isinstance(self.tree, ScriptoriumTree)
        await self.tree.sync_if_changed(self.engine.settings.data_dir / "commands.sent")
        await recover_critiques(self.engine)
        await forget_drafts(self.engine)
        # Listed before the first interaction can come: what is accepted from now on is not ours.
        unfinished = await unfinished_turns(self.engine)
        self._resuming = asyncio.create_task(resume_all(self, unfinished), name="resume turns")
        # In a context of its own: a training belongs to no interaction and to no event.
        self._training = Context().run(asyncio.create_task, self.jobs.run())
        self._waiting = Context().run(asyncio.create_task, self.deadlines.run())

    async def load_cogs(self) -> None:
        """Load every cog. Raise LookupError when a button, form or menu has none."""
        for name in COGS:
            await self.load_extension(name)
        self.add_dynamic_items(ActionButton, PickMenu)
        answered = {*self.presses, *self.submits, *self.picks}
        if missing := {*Action, *Form, *Menu} - answered:
            raise LookupError(f"no cog answers {sorted(missing)}")

    def _after_post(self, turn: Turn) -> None:
        self.rounds.after_post(turn)
        self.tidying.after_post(turn)

    async def report(
        self, interaction: discord.Interaction[Any], error: Exception, typed: str = ""
    ) -> None:
        """Tell the member what went wrong; give back what they typed."""
        await answers.report(interaction, error, typed)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer forms, also those that were opened before a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        submission = form_of(interaction)
        if submission is None:
            return
        try:
            await self.submits[submission.form](interaction, submission)
        except Exception as error:  # noqa: BLE001  the edge: discord.py would only log it
            await self.report(interaction, error, submission.text)

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing here: there are no text commands; cogs listen for replies."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log a bug in a listener; discord.py would log its arguments' text too."""
        log.exception("event_failed", event_name=event_method)

    async def leave_jobs(self) -> None:
        """Stop following trainings and deadlines; a process that runs is stopped, and keeps its
        state."""
        for task in (self._training, self._waiting):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """Leave Discord; turns that are not posted yet are left for the next start."""
        if self._resuming is not None:
            self._resuming.cancel()
        await self.leave_jobs()
        await self.rounds.close()
        await self.tidying.close()
        await self.replies.close()
        await super().close()


def create_bot(engine: Engine, settings: BotSettings) -> ScriptoriumBot:
    """Return the bot, not yet connected."""
    return ScriptoriumBot(engine, settings)
