"""What the messages of a turn show while it is not written yet."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from bot import looks
from bot.looks import Candidate, Look
from bot.outages import NOT_TAKEN
from bot.pacing import Lane
from bot.publication import Publication
from engine.model.supervisor import ModelServer, ServerState
from engine.runtime import Progress, Waiting, Writing

SECONDS_BETWEEN_LOADING_LOOKS = 3.0

log = structlog.get_logger()


class Stream:
    """Shows the newest progress of one draft, at the pace of its lane.

    `server` is our own model server, if there is one: while it loads, that is what is shown.
    Nothing of a veiled text is shown before it is whole, for only its last line may be.
    """

    def __init__(
        self,
        publication: Publication,
        lane: Lane,
        candidate: Candidate | None,
        server: ModelServer | None,
        *,
        is_veiled: bool = False,
    ) -> None:
        self.is_visible = False
        self._was_begun = False
        self._publication = publication
        self._lane = lane
        self._candidate = candidate
        self._server = server
        self._is_veiled = is_veiled
        self._progress: Progress = Waiting(place=0, expected_seconds=None)

    async def take(self, progress: Progress) -> bool:
        """Show this progress when its turn comes; the first at once, and then return True."""
        self._progress = progress
        if self._was_begun:
            self._renew()
            return False
        self._was_begun = True
        try:
            await self._publication.step(self._looks())
        except NOT_TAKEN as error:  # the turn is written all the same; the next edit posts it
            log.warning("first_message_failed", error=type(error).__name__)
            return False
        self.is_visible = True
        return True

    @asynccontextmanager
    async def renewed(self, sleep: Callable[[float], Awaitable[object]]) -> AsyncIterator[None]:
        """Renew what is shown from time to time while the model server is loading."""

        async def renew() -> None:
            while self._is_loading():
                await sleep(SECONDS_BETWEEN_LOADING_LOOKS)
                self._renew()

        task = asyncio.create_task(renew(), name="look at the loading model")
        try:
            yield
        finally:
            task.cancel()

    def _renew(self) -> None:
        self._lane.show(self._advance)

    async def _advance(self) -> None:
        if await self._publication.advance(self._looks()):
            self._renew()

    def _is_loading(self) -> bool:
        return self._server is not None and self._server.status.state is not ServerState.READY

    def _looks(self) -> list[Look]:
        words, progress = self._publication.words, self._progress
        if isinstance(progress, Writing) and self._is_veiled:
            return looks.waiting(words, 0, None, self._candidate)
        if isinstance(progress, Writing):
            return looks.writing(words, progress.text, self._candidate)
        if self._server is not None and self._is_loading():
            status = self._server.status
            return looks.loading(words, status.done, status.total, self._candidate)
        return looks.waiting(words, progress.place, progress.expected_seconds, self._candidate)
