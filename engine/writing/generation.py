"""One accepted model turn is written: queue, prompt, stream, row. The task behind a draft."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar

import structlog

from engine.errors import (
    Failed,
    GenerationFailed,
    ModelUnavailable,
    PromptRefused,
    StorageFailed,
)
from engine.model.request import ModelRequest, Piece
from engine.runtime import Ending, Engine, LiveDraft, Waiting, Writing
from engine.storage import turns
from engine.storage.order import find_rules
from engine.story import Outcome, Provenance, Story, Turn
from engine.story.order import Mode
from engine.writing.asking import provenance_of, request_turn
from engine.writing.finishing import finish_turn
from engine.writing.patience import ADAPTER_IS_GONE, Patience
from engine.writing.prompting import prepare_prompt, store_new_counts
from engine.writing.reply import clean_reply, cut_to_sentence, keep_first_sentence
from engine.writing.slot import Slot
from engine.writing.style import ServerStyle, get_style

log = structlog.get_logger()
T = TypeVar("T")

MOST_ATTEMPTS = 3  # a turn begun so often and never written may be what takes the bot down


class EndedEarly(Exception):
    """Somebody wished the draft to end."""


class Generation:
    """The writing of one turn. Only waits and model calls are cancelled, never the database."""

    def __init__(
        self, engine: Engine, story: Story, turn: Turn, slot: Slot, live: LiveDraft
    ) -> None:
        self._engine = engine
        self._story = story
        self._turn = turn
        self._slot = slot
        self._live = live
        self._seed = engine.seeds()
        self._text = turn.text  # the longest so far, of whatever attempt
        self._saved = turn.text
        self._is_one_sentence = False  # by the turn rules
        self._has_begun = False  # whether this attempt brought a first piece
        self._provenance: Provenance | None = None

    async def run(self) -> Turn:
        """Write the turn to its end and return it.

        Raises:
            CancelledError: the engine closes; the row is left unfinished.
            StorageFailed: likewise.
        """
        try:
            outcome = await self._write()
        except EndedEarly:
            if self._live.ending.result() is Ending.ABANDON:
                raise asyncio.CancelledError from None
            outcome = Outcome.STOPPED
        except StorageFailed:
            raise
        except Failed as error:
            log.warning("turn_failed", turn_id=self._turn.id, error=type(error).__name__)
            outcome = self._fail(error)
        except Exception as error:
            # The edge of this task: a bug too closes the turn, or it would block its story.
            log.exception("turn_broken", turn_id=self._turn.id)
            outcome = self._fail(error)
        finally:
            self._slot.leave()
        written = await finish_turn(
            self._engine,
            self._turn,
            text=self._text,
            outcome=outcome,
            provenance=self._provenance,
        )
        log.info("turn_written", turn_id=written.id, outcome=outcome.value)
        return written

    def _fail(self, error: Exception) -> Outcome:
        self._live.failure = error
        return Outcome.FAILED

    async def _write(self) -> Outcome:
        await self._unless_ended(self._slot.wait(self._live.show))
        async with self._engine.database.writing() as tx:
            attempts = await turns.begin_writing(
                tx, guild_id=self._turn.guild_id, turn_id=self._turn.id
            )
            style = await get_style(tx, self._engine, self._turn.guild_id)  # to the turn's end
            rules = await find_rules(tx, guild_id=self._turn.guild_id, story_id=self._turn.story_id)
        self._is_one_sentence = rules is not None and rules.mode is Mode.ONE_SENTENCE
        if attempts > MOST_ATTEMPTS:
            raise GenerationFailed(f"begun {MOST_ATTEMPTS} times before and never written")
        patience = Patience(self._engine)
        has_broken_off = False
        while True:
            try:
                return await self._ask(style)
            except ModelUnavailable as error:
                if self._has_begun:
                    if has_broken_off:
                        raise
                    has_broken_off = True
                    patience = Patience(self._engine)
                if not self._text:
                    self._live.show(Waiting(0, None))
                await self._unless_ended(patience.wait(error))

    async def _ask(self, style: ServerStyle) -> Outcome:
        self._has_begun = False
        async with self._engine.database.reading() as tx:
            path = await turns.list_path(
                tx, guild_id=self._turn.guild_id, head_turn_id=self._turn.parent_id
            )
        prepared = await self._unless_ended(
            prepare_prompt(
                self._engine,
                self._story,
                path,
                self._turn.direction,
                member_id=self._turn.author_id,
            )
        )
        await store_new_counts(self._engine, self._turn.guild_id, prepared)
        await self._unless_ended(self._slot.wait_for_prefix(self._turn.id))
        # Asked last: a voice that was withdrawn a moment ago writes no more.
        adapter = await self._unless_ended(self._engine.voices.ready(self._turn.guild_id))
        # As the server will carry it out: the provenance tells what was really sent.
        request = await self._unless_ended(
            self._engine.model.fit(
                request_turn(
                    self._story,
                    path,
                    prepared,
                    style,
                    direction=self._turn.direction,
                    seed=self._seed,
                    adapter=adapter,
                )
            )
        )
        self._provenance = provenance_of(prepared, request, style)
        try:
            text, last = await self._follow(request)
        except PromptRefused as refusal:
            if request.adapter is None or refusal.status != ADAPTER_IS_GONE:
                raise
            # Since it was asked for, the model server was started again, or had to make room.
            raise ModelUnavailable("the adapter is not loaded any more") from None
        self._provenance = replace(
            self._provenance,
            prompt_tokens=last.prompt_tokens,
            cached_tokens=last.cached_tokens,
            reply_tokens=last.reply_tokens,
        )
        if not text:
            raise GenerationFailed("the model wrote nothing")
        self._text = cut_to_sentence(text) if last.finish == "length" else text
        return Outcome.COMPLETE

    async def _follow(self, request: ModelRequest) -> tuple[str, Piece]:
        reading = asyncio.create_task(self._read(request))
        try:
            while not reading.done():
                await asyncio.wait(
                    _any_of(reading, self._live.ending),
                    timeout=self._engine.seconds_between_saves,
                    return_when=FIRST_COMPLETED,
                )
                if self._live.ending.done() and not reading.done():
                    raise EndedEarly
                await self._save_partial()
            return reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, request: ModelRequest) -> tuple[str, Piece]:
        raw = text = ""
        async with aclosing(self._engine.model.stream(request)) as pieces:
            async for piece in pieces:
                if piece.waiting is not None:
                    if not self._text:
                        place, seconds = piece.waiting.place, piece.waiting.expected_seconds
                        self._live.show(Waiting(place, seconds))
                    continue
                self._has_begun = True
                self._slot.prefix_is_read()
                raw += piece.text
                text = clean_reply(raw)
                if self._is_one_sentence:
                    text = keep_first_sentence(text, self._story.language)
                if text and len(text) >= len(self._text):
                    self._text = text
                    self._live.show(Writing(text))
                if piece.finish is not None:
                    return text, piece
        raise GenerationFailed("the stream ended without its last piece")

    async def _save_partial(self) -> None:
        if self._text != self._saved:
            self._saved = self._text
            async with self._engine.database.writing() as tx:
                await turns.save_partial(
                    tx, guild_id=self._turn.guild_id, turn_id=self._turn.id, text=self._saved
                )

    async def _unless_ended(self, work: Coroutine[Any, Any, T]) -> T:
        if self._live.ending.done():
            work.close()
            raise EndedEarly
        task = asyncio.create_task(work)
        try:
            await asyncio.wait(_any_of(task, self._live.ending), return_when=FIRST_COMPLETED)
            if not task.done():
                raise EndedEarly
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _any_of(*futures: asyncio.Future[Any]) -> set[asyncio.Future[Any]]:
    return set(futures)
