"""Turns shown in messages: while they wait, while they are written, and in their final form."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord
import structlog

from bot import looks
from bot.locales import Words
from bot.looks import Candidate, Look
from bot.pacing import Lane, Pacer
from bot.publication import Publication
from engine.model.supervisor import ServerState
from engine.runtime import Engine, Progress, Waiting, Writing
from engine.story import Story, Turn
from engine.writing import Draft, mark_posted, read_tally

SECONDS_BETWEEN_LOADING_LOOKS = 3.0
PAUSES_SECONDS = (1.0, 5.0, 20.0, 60.0)  # between attempts to post a final form
UNREACHABLE = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)

log = structlog.get_logger()


async def _nothing() -> None:
    """Do nothing: nobody waits for the first message."""


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
        self._client = client
        self._engine = engine
        self._pacer = pacer
        self._sleep = sleep
        self._running: set[asyncio.Task[object]] = set()

    async def show(
        self,
        draft: Draft,
        *,
        when_visible: Callable[[], Awaitable[None]] = _nothing,
        is_resumed: bool = False,
    ) -> Turn:
        """Show a draft until it is posted in its final form, and return the turn.

        `when_visible` is awaited once the first message stands in the channel. Raises what
        Discord answers when that message cannot be posted; the writing goes on all the same.
        """
        publication = self._publication(draft.story, draft.turn)
        async with self._tracked(), self._pacer.lane(publication.channel_id) as lane:
            if is_resumed:
                await publication.recover(self._my_id)
            candidate = await self._find_candidate(draft.turn)
            stream = _Stream(publication, lane, self._loading, candidate)
            await publication.step(stream.looks())
            await when_visible()
            async with self._loading_looks(stream):
                async for progress in draft:
                    stream.take(progress)
            turn = await draft.finished()
            final = await self._final_looks(publication, turn)
            await lane.finish(lambda: self._settle(publication, final))
        await mark_posted(self._engine, guild_id=turn.guild_id, turn_id=turn.id)
        return turn

    async def post(self, story: Story, turn: Turn, *, is_resumed: bool = False) -> None:
        """Post a written turn in its final form."""
        publication = self._publication(story, turn)
        async with self._tracked():
            if is_resumed:
                await publication.recover(self._my_id)
            await self._settle(publication, await self._final_looks(publication, turn))
        await mark_posted(self._engine, guild_id=turn.guild_id, turn_id=turn.id)

    async def annotate(self, story: Story, turn: Turn, note: str = "") -> None:
        """Put `note` in place of the buttons of a posted turn; without a note, restore them."""
        publication = self._publication(story, turn)
        await publication.load()
        final = await self._final_looks(publication, turn)
        if note:
            final = looks.with_note(final, note)
        try:
            await publication.edit_last(final)
        except discord.HTTPException as error:  # the story has moved all the same
            log.warning("turn_not_marked", turn_id=turn.id, status=error.status)

    async def close(self) -> None:
        """Break off: what is not posted yet is left for the next start."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def _settle(self, publication: Publication, final: list[Look]) -> None:
        for pause in PAUSES_SECONDS:
            try:
                return await publication.settle(final)
            except UNREACHABLE as error:
                log.warning("post_delayed", error=type(error).__name__, seconds=pause)
                await self._sleep(pause)
        return await publication.settle(final)

    @asynccontextmanager
    async def _loading_looks(self, stream: "_Stream") -> AsyncIterator[None]:
        """Renew the first message while the model server is still loading."""

        async def renew() -> None:
            while stream.is_loading():
                await self._sleep(SECONDS_BETWEEN_LOADING_LOOKS)
                stream.renew()

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()

    async def _final_looks(self, publication: Publication, turn: Turn) -> list[Look]:
        return looks.written(publication.words, turn, await self._find_candidate(turn))

    async def _find_candidate(self, turn: Turn) -> Candidate | None:
        if turn.ballot_id is None:
            return None
        tally = await read_tally(self._engine, guild_id=turn.guild_id, ballot_id=turn.ballot_id)
        return looks.candidate_of(tally, turn)

    def _loading(self, words: Words) -> list[Look] | None:
        """Return what is shown while our own model server is not ready."""
        server = self._engine.server
        if server is None or server.status.state is ServerState.READY:
            return None
        return looks.loading(words, server.status.done, server.status.total)

    def _publication(self, story: Story, turn: Turn) -> Publication:
        channel = self._client.get_partial_messageable(story.channel_id, guild_id=story.guild_id)
        return Publication(self._engine, channel, story, turn)

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


class _Stream:
    """What a draft's messages should show now."""

    def __init__(
        self,
        publication: Publication,
        lane: Lane,
        loading: Callable[[Words], list[Look] | None],
        candidate: Candidate | None,
    ) -> None:
        self._publication = publication
        self._lane = lane
        self._loading = loading
        self._candidate = candidate
        self._progress: Progress = Waiting(place=0, expected_seconds=None)

    def take(self, progress: Progress) -> None:
        self._progress = progress
        self.renew()

    def renew(self) -> None:
        self._lane.show(self._advance)

    def is_loading(self) -> bool:
        return self._loading(self._publication.words) is not None

    async def _advance(self) -> None:
        if await self._publication.advance(self.looks()):
            self.renew()

    def looks(self) -> list[Look]:
        words, progress = self._publication.words, self._progress
        if isinstance(progress, Writing):
            return looks.writing(words, progress.text, self._candidate)
        waiting = looks.waiting(words, progress.place, progress.expected_seconds)
        return self._loading(words) or waiting
