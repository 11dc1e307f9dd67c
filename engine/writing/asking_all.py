"""Several replies that one member waits for, outside of any story's turns."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from engine.errors import GenerationFailed
from engine.model.request import ModelRequest
from engine.runtime import Engine, Progress
from engine.story import Member
from engine.writing.following import reserve_place
from engine.writing.patience import patiently
from engine.writing.reply import clean_reply
from engine.writing.slot import Slot

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answering:
    """So many of the replies are complete."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, cleaned of what is surely no text."""

    text: str
    is_whole: bool  # False: it was cut at `most_tokens`
    reply_tokens: int


Show = Callable[[Progress | Answering], None]


def show_nothing(_: Progress | Answering) -> None:
    """Show no progress."""


async def ask_all(
    engine: Engine,
    requests: Sequence[ModelRequest],
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    show: Show = show_nothing,
) -> list[Reply | None]:
    """Ask for all requests at once, in one place of the queue; a batch on the server.

    A reply that the model broke off is None, unless all of them were. `show` is called with each
    new place in the queue and each reply that is complete. Cancelling cancels the requests.

    Raises:
        QueueFull: too many turns wait.
        ModelUnavailable: the model did not come back for `engine.seconds_for_model`.
        GenerationFailed: every reply was broken off.
        PromptRefused, Unsupported: the server does not take such requests.
    """
    with reserve_place(engine, guild_id, channel_id, member) as ticket:
        slot = Slot(ticket)
        try:
            await slot.wait(show)
            return await _collect(engine, requests, show)
        finally:
            slot.leave()


async def _collect(
    engine: Engine, requests: Sequence[ModelRequest], show: Show
) -> list[Reply | None]:
    done = 0
    broken: list[GenerationFailed] = []

    async def collect(request: ModelRequest) -> Reply | None:
        nonlocal done
        try:
            reply = await patiently(engine, lambda: _read(engine, request))
        except GenerationFailed as error:
            log.warning("reply_broken_off", error=type(error).__name__)
            broken.append(error)
            return None
        done += 1
        show(Answering(done, len(requests)))
        return reply

    show(Answering(0, len(requests)))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(collect(request)) for request in requests]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if broken and len(broken) == len(requests):
        raise broken[0]
    return [task.result() for task in tasks]


async def _read(engine: Engine, request: ModelRequest) -> Reply:
    text = ""
    async with aclosing(engine.model.stream(await engine.model.fit(request))) as pieces:
        async for piece in pieces:
            text += piece.text
            if piece.finish is not None:
                return Reply(clean_reply(text), piece.finish == "stop", piece.reply_tokens)
    raise GenerationFailed("the stream ended without its last piece")
