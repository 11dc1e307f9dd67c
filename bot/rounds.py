"""What goes on by itself: the line below the newest turn, and the turns that the model writes
without being asked."""

import asyncio
from collections.abc import Coroutine
from secrets import randbits

import discord
import structlog

from bot import turn_order
from bot.locales import words_for
from bot.outages import NOT_TAKEN
from bot.replies import Replies
from engine.errors import Refused
from engine.runtime import Engine
from engine.story import Ballot, Story, Turn
from engine.writing import DueTurn, find_due_turn, get_turn, see_order, write_due_turn

log = structlog.get_logger()


class Rounds:
    """Keeps posts and order together, after every step of either."""

    def __init__(self, client: discord.Client, engine: Engine, replies: Replies) -> None:
        self._client = client
        self._engine = engine
        self._replies = replies
        self._running: set[asyncio.Task[None]] = set()

    def after_post(self, turn: Turn) -> None:
        """Let the model write if it is to, now that a turn is wholly posted."""
        self._begin(self._write_after(turn))

    async def after_vote(self, ballot: Ballot) -> None:
        """Let the model write if it is to, once a vote is decided."""
        if ballot.chosen_turn_id is not None:
            _, turn = await get_turn(
                self._engine, guild_id=ballot.guild_id, turn_id=ballot.chosen_turn_id
            )
            self.after_post(turn)

    def begin_due(self, due: DueTurn) -> None:
        """Let the model write a turn that is due, without anybody waiting."""
        self._begin(self._write(due))

    async def moved_on(self, story: Story, news: str = "") -> None:
        """Show whose turn it is now, with a small line of news; let the model write if it is to.

        Nobody is pinged.
        """
        sight = await see_order(self._engine, story)
        if news and sight.state is not None:
            line = f"-# {news} {turn_order.next_line(sight.state, words_for(story.language))}"
            await self.say(story, line.strip())
        if sight.newest is not None:
            await self._replies.annotate(story, sight.newest)
        due = await self._find(story)
        if due is not None:
            self.begin_due(due)

    async def idle(self) -> None:
        """Wait until nothing is written by itself."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        """Break off; what was accepted is resumed by the next start, the rest found again."""
        for task in self._running:
            task.cancel()
        await self.idle()

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work, name="the model's own turn")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _write_after(self, turn: Turn) -> None:
        try:
            story, _ = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
            due = await self._find(story)
        except Refused:  # erased, or the story has ended
            return
        if due is not None:
            await self._write(due)

    async def _find(self, story: Story) -> DueTurn | None:
        return await find_due_turn(
            self._engine, guild_id=story.guild_id, channel_id=story.channel_id
        )

    async def _write(self, due: DueTurn) -> None:
        try:
            async with write_due_turn(
                self._engine,
                due,
                channel_is_age_restricted=await self._is_age_restricted(due.story.channel_id),
                interaction_id=-randbits(62),  # no interaction of Discord's has such an id
            ) as draft:
                turn = await self._replies.show(draft)
        except Refused as refusal:  # somebody was faster, or the queue is full: looked at again
            log.info("due_turn_refused", reason=type(refusal).__name__, story_id=due.story.id)
        except discord.NotFound:
            log.warning("channel_gone", channel_id=due.story.channel_id)
        except Exception as error:
            log.error("due_turn_failed", story_id=due.story.id, exc_info=error)
        else:
            if not turn.text:  # passed over: the line below the turn before says who is next
                await self.moved_on(due.story)

    async def _is_age_restricted(self, channel_id: int) -> bool:
        channel = self._client.get_channel(channel_id)
        if channel is None:
            channel = await self._client.fetch_channel(channel_id)  # a thread that sleeps
        assert isinstance(channel, discord.TextChannel | discord.Thread)
        return channel.is_nsfw()

    async def say(self, story: Story, line: str) -> None:
        """Post a small line in the story's channel, without a ping or a sound."""
        channel = self._client.get_partial_messageable(story.channel_id, guild_id=story.guild_id)
        try:
            await channel.send(line, allowed_mentions=discord.AllowedMentions.none(), silent=True)
        except NOT_TAKEN as error:  # the order has changed all the same
            log.warning("news_not_posted", story_id=story.id, error=type(error).__name__)
