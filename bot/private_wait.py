"""Work that one member waits for: the private answer shows how it goes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord
import structlog

from bot import looks
from bot.answers import words_of
from bot.bars import bar
from bot.buttons import Interaction
from bot.locales import Words
from bot.outages import NOT_TAKEN
from engine.model.supervisor import ModelServer, ServerState
from engine.runtime import Progress, Waiting
from engine.writing import Answering, Show

SECONDS_BETWEEN_EDITS = 1.2  # of an interaction's answer, which has a bucket of its own

T = TypeVar("T")
log = structlog.get_logger()


async def wait_for(interaction: Interaction, work: Callable[[Show], Awaitable[T]]) -> T:
    """Answer in private at once, show how the work goes, and return what comes of it.

    The work calls `Show` with its progress. The caller puts the result in place of the progress
    by `conclude`; when the work fails, the progress is taken away and the error passed on.
    """
    progress = _PrivateProgress(interaction)
    await progress.begin()
    showing = asyncio.create_task(progress.keep_showing(), name="show private progress")
    try:
        result = await work(progress.take)
    except BaseException:
        await progress.end(showing)
        await progress.remove()
        raise
    await progress.end(showing)
    return result


async def conclude(
    interaction: Interaction,
    text: str,
    *,
    view: discord.ui.View | None = None,
    files: tuple[discord.File, ...] = (),
) -> None:
    """Put the result in place of the progress that `wait_for` showed."""
    await interaction.edit_original_response(
        content=text,
        view=view,
        attachments=list(files),
        allowed_mentions=discord.AllowedMentions.none(),
    )


class _PrivateProgress:
    """The newest progress in the private answer; states in between are never sent."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._words = words_of(interaction)
        self._server = interaction.client.engine.server
        self._progress: Progress | Answering = Waiting(0, None)
        self._editing = asyncio.Lock()
        self._shown = ""

    async def begin(self) -> None:
        """Answer within Discord's three seconds; for a button's press too, in a new message."""
        try:
            await self._interaction.response.defer(ephemeral=True, thinking=True)
        except NOT_TAKEN as error:  # what was accepted is done all the same
            log.warning("not_acknowledged", error=type(error).__name__)

    def take(self, progress: Progress | Answering) -> None:
        """Make this what is to be shown next."""
        self._progress = progress

    async def keep_showing(self) -> None:
        """Show the newest progress, one edit at a time, until `end`."""
        while True:
            text = describe_progress(self._progress, self._words, self._server)
            if text != self._shown:
                async with self._editing:
                    await self._edit(text)
            await asyncio.sleep(SECONDS_BETWEEN_EDITS)

    async def end(self, showing: "asyncio.Task[None]") -> None:
        """Show nothing more; an edit on its way arrives before this returns."""
        async with self._editing:
            showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)

    async def remove(self) -> None:
        """Take the progress away, so that an error stands alone."""
        if not self._shown:
            return  # Discord's own "thinking" is taken by the error
        try:
            await self._interaction.delete_original_response()
        except NOT_TAKEN as error:
            log.info("progress_not_removed", error=type(error).__name__)

    async def _edit(self, text: str) -> None:
        try:
            await self._interaction.edit_original_response(
                content=text, allowed_mentions=discord.AllowedMentions.none()
            )
        except NOT_TAKEN as error:
            log.info("progress_not_shown", error=type(error).__name__)
        else:
            self._shown = text


def is_loading(server: ModelServer | None) -> bool:
    """Whether our own model server is not ready yet."""
    return server is not None and server.status.state is not ServerState.READY


def describe_progress(
    progress: Progress | Answering, words: Words, server: ModelServer | None
) -> str:
    """Say how far the work is, in one line."""
    if server is not None and is_loading(server):
        return looks.loading(words, server.status.done, server.status.total)[0].text
    if isinstance(progress, Answering):
        counted = words("{done} of {total}", done=progress.done, total=progress.total)
        return f"✍️ `{bar(progress.done, progress.total)}` {counted}"
    if isinstance(progress, Waiting):
        return looks.waiting(words, progress.place, progress.expected_seconds)[0].text
    return looks.waiting(words, 0, None)[0].text
