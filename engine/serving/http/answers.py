"""Answers to requests for text: whole, or streamed as server-sent events."""

import contextlib
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from engine.serving.faults import ApiError, generation_failed
from engine.serving.http.forms import Form
from engine.serving.http.protocol import Generate
from engine.serving.job import Job
from engine.serving.metrics import Metrics
from engine.serving.replies.logprobs import ShownToken
from engine.serving.replies.writing import Finish, Piece, Usage, write

if TYPE_CHECKING:
    from engine.serving.loop.batch import Batch

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is needed to answer one request."""

    batch: "Batch"
    job: Job
    body: Generate
    form: Form
    metrics: Metrics

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Write the replies; a client that goes away cancels them.

        Raises:
            ApiError: no place, or a reply broke before the answer began.
        """
        usage = Usage()
        with self.batch.reserve(self.job.places, self.job.claim):
            try:
                async with contextlib.aclosing(self.pieces(usage)) as pieces:
                    if self.body.stream:
                        return await self.streamed(request, pieces, usage)
                    return await self.whole(pieces, usage)
            finally:
                self.metrics.count(usage)
                log.info("answered", id=self.form.head["id"], **vars(usage))

    async def pieces(self, usage: Usage) -> AsyncGenerator[Piece, None]:
        """Yield the pieces of all replies, and measure when the first and the last token came."""
        started = time.monotonic()
        is_first = True
        async with contextlib.aclosing(write(self.batch, self.job, usage)) as pieces:
            async for piece in pieces:
                if is_first and usage.reply:
                    self.metrics.first_token.observe(time.monotonic() - started)
                    is_first = False
                yield piece
        self.metrics.reply.observe(time.monotonic() - started)

    async def whole(self, pieces: AsyncGenerator[Piece, None], usage: Usage) -> web.Response:
        """Gather all choices into one answer."""
        texts = [""] * self.job.places
        finishes: list[Finish | None] = [None] * self.job.places
        figures: list[tuple[ShownToken, ...]] = [()] * self.job.places
        scores: dict[int, list[dict[str, object] | None]] = {}
        async for piece in pieces:
            if piece.scoring:
                scores[piece.choice] = piece.scoring.body(self.batch.token_text)
            texts[piece.choice] += piece.text
            finishes[piece.choice] = piece.finish
            figures[piece.choice] += piece.logprobs
        choices = [
            self.form.choice(Piece(i, texts[i], finishes[i], figures[i]))
            for i in range(self.job.places)
        ]
        return web.json_response(self.form.scored(self.form.whole(choices, usage), scores))

    async def streamed(
        self, request: web.Request, pieces: AsyncGenerator[Piece, None], usage: Usage
    ) -> web.StreamResponse:
        """Send each piece as it comes. What breaks now can only be told as an event."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        try:
            for opening in self.form.opening(self.job.places):
                await send(response, self.form.chunk([opening]))
            async for piece in pieces:
                queue = {"queue": piece.queue.body()} if piece.queue else {}
                await send(response, self.form.chunk([self.form.delta(piece)]) | queue)
            if self.body.stream_options and self.body.stream_options.include_usage:
                await send(response, self.form.chunk([]) | {"usage": usage.body()})
            await response.write(b"data: [DONE]\n\n")
        except ApiError as error:
            await send(response, error.body())
        except ConnectionError:
            return response  # the client has gone; there is nobody to tell
        except Exception as error:  # a bug; the status is out, so no middleware can tell
            log.exception("stream_broke", error=type(error).__name__)
            await send(response, generation_failed("the server made a mistake").body())
        await response.write_eof()
        return response


async def send(response: web.StreamResponse, event: dict[str, Any]) -> None:
    """Write one event."""
    text = json.dumps(event, ensure_ascii=False)
    await response.write(f"data: {text}\n\n".encode())
