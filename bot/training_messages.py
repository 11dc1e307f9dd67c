"""The one message that shows a training, kept up to date through restarts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord
import structlog

from bot.buttons import row
from bot.locales import Words, words_for
from bot.outages import NOT_TAKEN, may_pass
from bot.training_cards import JobCard, job_card
from engine.library.job_news import JobNews
from engine.library.training import record_job_message
from engine.runtime import Engine
from engine.story import JobState, TrainingJob

SECONDS_BETWEEN_EDITS = 5.0
PAUSES_SECONDS = (1.0, 5.0, 20.0)  # between attempts to show an end
UNKNOWN_MESSAGE = 10008
SECONDS_TO_COME_UP = 60.0

log = structlog.get_logger()


class TrainingMessages:
    """Shows jobs by the bot's own token: a training outlives every interaction."""

    def __init__(
        self,
        client: discord.Client,
        engine: Engine,
        *,
        seconds_between_edits: float = SECONDS_BETWEEN_EDITS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._engine = engine
        self._seconds = seconds_between_edits
        self._clock = clock
        self._sleep = sleep
        self._message_ids: dict[int, int] = {}
        self._shown: dict[int, tuple[JobState, JobCard, float]] = {}

    async def show(self, news: JobNews) -> None:
        """Show a job: a new state at once, its progress at most every few seconds."""
        with suppress(TimeoutError):  # a client that never comes up must not hold the job
            async with asyncio.timeout(SECONDS_TO_COME_UP):
                await self._client.wait_until_ready()
        words = words_for(news.job.language)
        card = job_card(news, words)
        if not self._is_due(news.job, card):
            return
        self._shown[news.job.id] = (news.job.state, card, self._clock())
        for pause in PAUSES_SECONDS if news.job.is_over else ():
            if await self._try(news.job, card, words):
                return
            await self._sleep(pause)
        await self._try(news.job, card, words)

    def _is_due(self, job: TrainingJob, card: JobCard) -> bool:
        if job.id not in self._shown:
            return True
        state, shown, at = self._shown[job.id]
        if state is not job.state:
            return True
        return card != shown and self._clock() - at >= self._seconds

    async def _try(self, job: TrainingJob, card: JobCard, words: Words) -> bool:
        """Show a card; False when it is worth to try again."""
        try:
            await self._bring(job, card, words)
        except NOT_TAKEN as error:
            log.warning("job_not_shown", job_id=job.id, error=type(error).__name__)
            return not may_pass(error)
        return True

    async def _bring(self, job: TrainingJob, card: JobCard, words: Words) -> None:
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        view = row(card.actions, card.target_id, words)
        described = words("How well the voice foretells its texts, step by step")
        files = (
            [discord.File(card.picture, "loss.png", description=described)] if card.picture else []
        )
        message_id = self._message_ids.get(job.id, job.message_id)
        if message_id is not None:
            try:
                await channel.get_partial_message(message_id).edit(
                    content=card.text,
                    view=view,
                    attachments=files,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:  # the channel itself is gone
                    raise
                for file in files:
                    file.reset()
            else:
                return
        # By its nonce Discord knows the message again that a kill left unrecorded.
        message = await channel.send(
            card.text,
            view=view or discord.utils.MISSING,
            files=files,
            nonce=f"job-{job.id}",
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=True,
        )
        self._message_ids[job.id] = message.id
        await record_job_message(
            self._engine, guild_id=job.guild_id, job_id=job.id, message_id=message.id
        )
