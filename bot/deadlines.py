"""Deadlines and reminders of stories with turn rules: one task, which wakes when one is due."""

import asyncio
from collections.abc import Awaitable, Callable

import discord
import structlog

from bot import turn_order
from bot.ballots import Ballots
from bot.cards import mention
from bot.locales import words_for
from bot.outages import NOT_TAKEN
from bot.rounds import Rounds
from engine.runtime import Engine
from engine.writing import (
    Passed,
    PassedKind,
    Reminder,
    due_model_turns,
    next_deadline,
    pass_overdue,
    read_tally,
    take_reminders,
)

MOST_SECONDS = 60.0  # between looks: what is set meanwhile is found, and nothing has to be told
LEAST_SECONDS = 1.0

log = structlog.get_logger()


class Deadlines:
    """Lets time pass in the stories. Everything is in the database: a restart changes nothing."""

    def __init__(
        self,
        client: discord.Client,
        engine: Engine,
        rounds: Rounds,
        ballots: Ballots,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._engine = engine
        self._rounds = rounds
        self._ballots = ballots
        self._sleep = sleep

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        await self._client.wait_until_ready()
        while True:
            try:
                await self.look()
                seconds = await self._seconds_to_next()
            except Exception as error:
                log.error("deadlines_not_looked_at", exc_info=error)
                seconds = MOST_SECONDS
            await self._sleep(seconds)

    async def look(self) -> None:
        """Do all that is due now: deadlines, reminders, and the model's own turns."""
        for passed in await pass_overdue(self._engine):
            await self._show(passed)
        for reminder in await take_reminders(self._engine):
            await self._remind(reminder)
        for due in await due_model_turns(self._engine):
            self._rounds.begin_due(due)

    async def _seconds_to_next(self) -> float:
        next_ms = await next_deadline(self._engine)
        if next_ms is None:
            return MOST_SECONDS
        seconds = (next_ms - self._engine.clock()) / 1000
        return min(max(seconds, LEAST_SECONDS), MOST_SECONDS)

    async def _show(self, passed: Passed) -> None:
        turn = passed.turn
        if turn is not None and turn.ballot_id is not None:
            tally = await read_tally(self._engine, guild_id=turn.guild_id, ballot_id=turn.ballot_id)
            await self._ballots.show(tally.ballot)
        await self._rounds.moved_on(passed.story, _news(passed))

    async def _remind(self, reminder: Reminder) -> None:
        """Tell the member alone; where they take no messages, in the channel, without a ping."""
        words = words_for(reminder.story.language)
        text = turn_order.reminder(reminder, words)
        try:
            channel = await self._client.create_dm(discord.Object(reminder.member_id))
            await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        except discord.Forbidden:
            name = mention(reminder.member_id)
            await self._rounds.say(reminder.story, f"-# {name}: {text}")
        except NOT_TAKEN as error:
            log.warning("not_reminded", story_id=reminder.story.id, error=type(error).__name__)


def _news(passed: Passed) -> str:
    words = words_for(passed.story.language)
    name = turn_order.name_of(passed.player, words) if passed.player else "…"
    return {
        PassedKind.SKIPPED: words("⏳ The time of {name} is over.", name=name),
        PassedKind.STANDS_IN: words("⏳ The time of {name} is over.", name=name),
        PassedKind.UNNAMED: words("⏳ Nobody was named in time."),
        PassedKind.MODEL_SKIPPED: words("⏳ The model did not write in time."),
        PassedKind.VOTED: words("🗳️ The vote is over."),
    }[passed.kind]
