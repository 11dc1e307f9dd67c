"""Turns shown in messages: while they wait, while they are written, and in their final form."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import chain, repeat
from weakref import WeakValueDictionary

import discord
import structlog

from bot.errors import NotShown, log_failure
from bot.final_looks import final_looks, find_candidate
from bot.line_publication import LinePublication
from bot.looks import Look
from bot.order import Order
from bot.outages import NOT_TAKEN, may_pass
from bot.pacing import Pacer
from bot.publication import Publication
from bot.stream import Stream
from bot.webhooks import Faces, NoFace
from engine.runtime import Engine
from engine.story import Story, Turn, TurnKind, TurnState
from engine.writing import (
    Draft,
    get_turn,
    list_posts,
    mark_posted,
    see_order,
)

PAUSES_SECONDS = (1.0, 5.0, 20.0, 60.0)  # between attempts to post a final form
LATER_SECONDS = (
    300.0,
    900.0,
    3600.0,
)  # then, without anybody waiting; the last one again and again

log = structlog.get_logger()


async def _nothing() -> None:
    """Do nothing: nobody waits for the first message."""


def _ignore(turn: Turn) -> None:
    """Do nothing: nobody wants to know that a turn is posted."""


def is_gone(error: Exception) -> bool:
    """Whether the turn was not shown because its channel is no more."""
    return isinstance(error, NotShown) and isinstance(error.__cause__, discord.NotFound)


class Replies:
    """Shows turns in the channel of their story.

    `sleep` is awaited between looks at a loading model and between attempts to post.
    """

    def __init__(
        self,
        client: discord.Client,
        engine: Engine,
        pacer: Pacer,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.faces = Faces(client)
        self.when_posted: Callable[[Turn], None] = _ignore
        self._client = client
        self._engine = engine
        self._pacer = pacer
        self._sleep = sleep
        self._order = Order(engine)
        self._running: set[asyncio.Task[object]] = set()
        self._posting: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def show(
        self,
        draft: Draft,
        *,
        when_visible: Callable[[], Awaitable[None]] = _nothing,
        is_resumed: bool = False,
    ) -> Turn:
        """Show a draft until it is posted in its final form, and return the turn.

        `when_visible` is awaited once the first message stands in the channel. When that cannot
        be posted, the turn is written all the same and posted at its end.

        Raises:
            NotShown: Discord did not take the final form; it is posted later.
        """
        async with self._tracked():
            with self._posted_later(draft.turn):
                return await self._show(draft, when_visible, is_resumed=is_resumed)

    async def post(self, story: Story, turn: Turn, *, is_resumed: bool = False) -> NoFace | None:
        """Post a written turn in its final form; tell why a line has no face, if it has none.

        Raises:
            NotShown: Discord did not take it; it is posted later.
        """
        async with self._tracked():
            with self._posted_later(turn):
                return await self._post(story, turn, is_resumed=is_resumed)

    async def unpost(self, turn: Turn) -> None:
        """Delete a line's messages.

        Raises:
            discord.Forbidden: they came through a webhook that is out of reach.
        """
        for post in await list_posts(self._engine, guild_id=turn.guild_id, turn_id=turn.id):
            await self.faces.delete(post.channel_id, post.message_id)

    async def annotate(self, story: Story, turn: Turn, note: str = "") -> bool:
        """Put `note` in place of the buttons of a posted turn; without a note, restore them.

        Return whether the turn has messages: one that came in with a file has none.
        """
        publication = self._publication(story, turn)
        await publication.load()
        if not publication.is_posted:
            return False
        final = await final_looks(self._engine, publication.words, story, turn, note=note)
        try:
            await (publication.edit_last(final) if note else publication.restore(final))
        except discord.HTTPException as error:  # the story has moved all the same
            log.warning("turn_not_marked", turn_id=turn.id, status=error.status)
        return True

    async def retell_by_id(self, guild_id: int, turn_id: int) -> None:
        """Show a turn as it is told now where it stands."""
        story, turn = await get_turn(self._engine, guild_id=guild_id, turn_id=turn_id)
        if turn.kind is not TurnKind.REVISION:  # the second half of a split stands with the first
            await self.retell(story, turn)

    async def retell(self, story: Story, turn: Turn) -> None:
        """Show a posted turn as it is told now; one without messages is not posted for that."""
        if turn.state is not TurnState.POSTED:
            return  # it is posted as it is told
        publication = self._publication(story, turn)
        await publication.load()
        if not publication.is_posted:
            return
        final = await final_looks(self._engine, publication.words, story, turn)
        try:
            await publication.settle(final)
        except discord.HTTPException as error:  # it is told so all the same
            log.warning("turn_not_retold", turn_id=turn.id, status=error.status)

    async def close(self) -> None:
        """Break off: what is not posted yet is left for the next start."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def _show(
        self, draft: Draft, when_visible: Callable[[], Awaitable[None]], *, is_resumed: bool
    ) -> Turn:
        publication = self._publication(draft.story, draft.turn)
        if is_resumed:
            await publication.recover(self._my_id)
        await self._order.below_parent(draft.turn)
        candidate = await find_candidate(self._engine, draft.turn)
        async with self._pacer.lane(publication.channel_id) as lane:
            sight = await see_order(self._engine, draft.story)
            stream = Stream(
                publication,
                lane,
                candidate,
                self._engine.server,
                is_veiled=sight.is_veiled,
            )
            async with stream.renewed(self._sleep):
                async for progress in draft:
                    if await stream.take(progress):
                        await when_visible()
            turn = await draft.finished()
            code = log_failure(draft.failure) if draft.failure else ""
            final = await final_looks(self._engine, publication.words, draft.story, turn, code=code)
            await lane.finish(lambda: self._settle(publication, turn, final))
        if not stream.is_visible:
            await when_visible()
        await self._mark_posted(turn)
        return turn

    async def _post(self, story: Story, turn: Turn, *, is_resumed: bool) -> NoFace | None:
        # A webhook's post has no nonce: two at once would both stand there.
        async with self._posting.setdefault(turn.id, asyncio.Lock()):
            if turn.character is not None:
                _, turn = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
                if turn.state is TurnState.POSTED:
                    return None
            return await self._post_once(story, turn, is_resumed=is_resumed)

    async def _post_once(self, story: Story, turn: Turn, *, is_resumed: bool) -> NoFace | None:
        publication = self._publication(story, turn)
        if is_resumed:
            await publication.recover(self._my_id)
        await self._order.below_parent(turn)
        final = await final_looks(self._engine, publication.words, story, turn)
        await self._settle(publication, turn, final)
        await self._mark_posted(turn)
        return publication.no_face if isinstance(publication, LinePublication) else None

    @contextmanager
    def _posted_later(self, turn: Turn) -> Iterator[None]:
        """Go on in the background with what could not be shown; the error is passed on."""
        try:
            yield
        except Exception as error:
            if not is_gone(error):
                task = asyncio.create_task(self._post_later(turn), name=f"post {turn.id} later")
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            raise

    async def _post_later(self, turn: Turn) -> None:
        for pause in chain(LATER_SECONDS, repeat(LATER_SECONDS[-1])):
            await self._sleep(pause)
            if await self._try_again(turn):
                return

    async def _try_again(self, turn: Turn) -> bool:
        """Try to post; True when there is nothing left to try."""
        try:
            story, turn = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
            if turn.state is not TurnState.POSTED:  # it was erased meanwhile
                await self._post(story, turn, is_resumed=True)
        except NotShown as error:
            return isinstance(error.__cause__, discord.NotFound)
        except Exception as error:
            log.error("late_post_failed", turn_id=turn.id, exc_info=error)
            return False
        return True

    async def _settle(self, publication: Publication, turn: Turn, final: list[Look]) -> None:
        for pause in (*PAUSES_SECONDS, None):
            try:
                await publication.settle(final)
            except NOT_TAKEN as error:
                log.warning("post_failed", turn_id=turn.id, error=type(error).__name__)
                if pause is None or not may_pass(error):
                    raise NotShown(turn.number) from error
                await self._sleep(pause)
            else:
                return

    async def _mark_posted(self, turn: Turn) -> None:
        await mark_posted(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
        self._order.announce()
        self.when_posted(turn)

    def _publication(self, story: Story, turn: Turn) -> Publication:
        channel = self._client.get_partial_messageable(story.channel_id, guild_id=story.guild_id)
        if turn.character is None:
            return Publication(self._engine, channel, story, turn)
        return LinePublication(
            self._engine, channel, story, turn, faces=self.faces, my_id=self._my_id
        )

    @property
    def _my_id(self) -> int:
        assert self._client.user is not None
        return self._client.user.id

    @asynccontextmanager
    async def _tracked(self) -> AsyncIterator[None]:
        """Let `close` find the task that shows a turn."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)
