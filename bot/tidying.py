"""What is over loses its buttons: a turn that another one follows, a story's opening card, a vote.

It is done a little later and spaced out: members press and send in bursts, and Discord takes fifty
requests a second of a bot. In its channel it keeps the pace of the texts that are written there.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextvars import Context
from dataclasses import replace
from functools import partial

import discord
import structlog

from bot.ballots import Ballots
from bot.openings import show_opening
from bot.pacing import Pacer
from bot.replies import Replies
from engine.errors import Refused
from engine.runtime import Engine
from engine.story import Story, Turn, TurnState
from engine.writing import find_newest, get_turn, newest_in_other_rooms, see_order

SECONDS_APART = 0.1  # two requests each

log = structlog.get_logger()


class Tidying:
    """Takes buttons away from what no member can go on from any more, `seconds` after a post."""

    def __init__(
        self,
        client: discord.Client,
        engine: Engine,
        replies: Replies,
        ballots: Ballots,
        pacer: Pacer,
        *,
        seconds: float,
    ) -> None:
        self._seconds = seconds
        self._client = client
        self._engine = engine
        self._replies = replies
        self._ballots = ballots
        self._pacer = pacer
        self._spaced_out = asyncio.Lock()
        self._running: set[asyncio.Task[None]] = set()

    def after_post(self, turn: Turn) -> None:
        """Tidy up, some seconds after a turn is wholly posted, or chosen."""
        if turn.text:
            self._begin(self._tidy_after(turn))

    def after_move(self, story: Story, *heads: int | None) -> None:
        """Show the votes on these heads as they stand, now that the story has moved."""
        self._begin(self._show_votes(story, heads))

    def in_other_rooms(self, story: Story) -> None:
        """Show what else is the newest turn somewhere as it stands under new rules, or an end."""
        self._begin(self._show_other_rooms(story))

    async def before(self, turn: Turn) -> None:
        """Tidy what this turn follows: another one, or the opening card."""
        story, _ = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
        before = await find_newest(self._engine, replace(story, head_turn_id=turn.parent_id))
        if before is not None:
            await self.turn(story, before)
        elif story.head_turn_id is not None:  # else it is a candidate, not chosen yet
            await show_opening(self._client, self._engine, story, is_open=False)

    async def turn(self, story: Story, turn: Turn) -> None:
        """Take the buttons from a turn, unless it is the newest of an open story."""
        sight = await see_order(self._engine, story)
        is_newest = sight.newest is not None and sight.newest.id == turn.id
        if not is_newest and turn.state is TurnState.POSTED and turn.character is None:
            await self._replies.annotate(story, turn)

    async def close(self) -> None:
        """Break off: buttons that stay say so when they are pressed."""
        for task in self._running:
            task.cancel()
        await self.idle()

    async def idle(self) -> None:
        """Wait until all is tidied up."""
        while self._running:
            await asyncio.wait(self._running)

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        # In a context of its own: no interaction waits for it.
        task = Context().run(asyncio.create_task, work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _show_votes(self, story: Story, heads: Iterable[int | None]) -> None:
        try:
            for head in heads:
                await self._ballots.show_at(story, head)
        except Refused:  # erased meanwhile
            return
        except Exception as error:
            log.error("votes_not_shown", story_id=story.id, exc_info=error)

    async def _show_other_rooms(self, story: Story) -> None:
        try:
            for there, turn in await newest_in_other_rooms(self._engine, story):
                if turn.state is TurnState.POSTED:
                    async with self._pacer.lane(there.channel_id) as lane:
                        await lane.make(partial(self._replies.annotate, there, turn))
        except Refused:  # erased meanwhile
            return
        except Exception as error:
            log.error("rooms_not_shown", story_id=story.id, exc_info=error)

    async def _tidy_after(self, turn: Turn) -> None:
        await asyncio.sleep(self._seconds)
        async with self._spaced_out:
            await asyncio.sleep(SECONDS_APART)
        try:
            story, _ = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
            async with self._pacer.lane(story.channel_id) as lane:
                await lane.make(partial(self.before, turn))
            if story.head_turn_id != turn.parent_id:  # else it is a candidate itself
                await self._ballots.show_at(story, turn.parent_id)
        except Refused:  # erased meanwhile
            return
        except Exception as error:
            log.error("tidying_failed", turn_id=turn.id, exc_info=error)
