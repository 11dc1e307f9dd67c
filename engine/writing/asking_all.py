"""Several replies that one member waits for, outside of any story's turns."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from engine.errors import GenerationFailed, ModelUnavailable, PromptRefused
from engine.model.request import ModelRequest
from engine.runtime import Engine, Progress
from engine.story import Member
from engine.writing.following import reserve_place
from engine.writing.patience import ADAPTER_IS_GONE, patiently
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
    adapter: str | None = None  # that it was written with


Show = Callable[[Progress | Answering], None]
Voice = Callable[[], Awaitable[str | None]]
"""Tells the adapter to write with, loaded: `engine.voices.ready` of a server."""


def show_nothing(_: Progress | Answering) -> None:
    """Show no progress."""


async def ask_all(
    engine: Engine,
    requests: Sequence[ModelRequest],
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    voice: Voice | None = None,
    show: Show = show_nothing,
) -> list[Reply | None]:
    """Ask for all requests at once, in one place of the queue; a batch on the server.

    A reply that the model broke off is None, unless all of them were. `show` is called with each
    new place in the queue and each reply that is complete. Cancelling cancels the requests.
    `voice` is asked last, after the wait in the queue, and anew when its adapter is gone: a work
    may be withdrawn, or the model server started again, at any time.

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
            return await _collect(engine, requests, voice, show)
        finally:
            slot.leave()


async def _collect(
    engine: Engine, requests: Sequence[ModelRequest], voice: Voice | None, show: Show
) -> list[Reply | None]:
    done = 0
    broken: list[GenerationFailed] = []

    async def collect(request: ModelRequest) -> Reply | None:
        nonlocal done
        try:
            reply = await _ask(engine, request, voice)
        except GenerationFailed as error:
            log.warning("reply_broken_off", error=type(error).__name__)
            broken.append(error)
            return None
        done += 1
        show(Answering(done, len(requests)))
        return reply

    show(Answering(0, len(requests)))
    if voice is not None:
        adapter = await patiently(engine, voice)
        requests = [replace(request, adapter=adapter) for request in requests]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(collect(request)) for request in requests]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if broken and len(broken) == len(requests):
        raise broken[0]
    return [task.result() for task in tasks]


async def _ask(engine: Engine, request: ModelRequest, voice: Voice | None) -> Reply:
    async def ask() -> Reply:
        nonlocal request
        try:
            return await read_reply(engine, request)
        except PromptRefused as refusal:
            if voice is None or request.adapter is None or refusal.status != ADAPTER_IS_GONE:
                raise
            request = replace(request, adapter=await voice())
            raise ModelUnavailable("the adapter is not loaded any more") from None

    return await patiently(engine, ask)


async def read_reply(engine: Engine, request: ModelRequest) -> Reply:
    """Ask once, at once, and return the reply when it is complete. Raise as `Model.stream`."""
    text = ""
    async with aclosing(engine.model.stream(await engine.model.fit(request))) as pieces:
        async for piece in pieces:
            text += piece.text
            if piece.finish is not None:
                is_whole = piece.finish == "stop"
                return Reply(clean_reply(text), is_whole, piece.reply_tokens, request.adapter)
    raise GenerationFailed("the stream ended without its last piece")
