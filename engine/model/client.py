"""A model server, asked over the OpenAI protocol."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Literal

import structlog

from engine.errors import Failed, GenerationFailed, ModelUnavailable, Unsupported
from engine.model import scoring
from engine.model.capabilities import Capabilities, Dialect
from engine.model.connection import Connection, Endpoint
from engine.model.dialects import fit, write_body
from engine.model.faults import reading_a_reply
from engine.model.protocol import Chunk, Usage
from engine.model.request import ModelInfo, ModelRequest, Piece, Place

log = structlog.get_logger()

UNTOLD_CONTEXT_TOKENS = 4096  # of a server that does not tell: few models in use have less
MOST_WINDOWS = 10  # of `seconds_between_tokens` without a word, however lively the server is
SECONDS_TO_LOAD = 120.0  # an adapter
FINISHES: dict[str, Literal["stop", "length"]] = {"stop": "stop", "length": "length"}


class ServedModel:
    """A Model behind an endpoint: our own server, vLLM, or any other of the OpenAI protocol.

    `endpoint` is asked before each request; it raises ModelUnavailable while there is none.
    Without `model_name` the first model that the server lists is used.
    """

    def __init__(
        self,
        endpoint: Callable[[], Endpoint],
        *,
        seconds_between_tokens: float,
        model_name: str | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._seconds_between_tokens = seconds_between_tokens
        self._model_name = model_name
        self._connection: Connection | None = None
        self._told: set[tuple[Dialect, tuple[str, ...]]] = set()

    async def info(self) -> ModelInfo:
        """Describe the served model; the server is asked again after a restart or a failure."""
        connection = await self._connect()
        able, entry = await connection.able(), await connection.entry()
        return ModelInfo(
            name=entry.id,
            context_tokens=entry.max_model_len or able.context_tokens or UNTOLD_CONTEXT_TOKENS,
            tokenizer=entry.tokenizer or entry.id,
            special_tokens=entry.special_tokens,
        )

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text.

        A server that cannot count has its tokens estimated from above: one for each byte of
        UTF-8, and one for the blank that some tokenizers put before a text.
        """
        return await (await self._connect()).count_tokens(texts) if texts else []

    async def capabilities(self) -> Capabilities:
        """Tell what the server can do; found out once for each start of it."""
        return await (await self._connect()).able()

    async def fit(self, request: ModelRequest) -> ModelRequest:
        """Return the request as the server will carry it out.

        What it leaves out is logged, once for each combination.
        """
        able = await self.capabilities()
        fitted, missing = fit(able, request)
        if missing and (able.dialect, missing) not in self._told:
            self._told.add((able.dialect, missing))
            log.warning("request_degraded", dialect=able.dialect.value, missing=missing)
        return fitted

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Yield the reply as it is written; the last piece has no text.

        An empty chunk is a sign of life, such as our server sends while a long prompt is read or
        others come first. It counts as a piece, but not for ever.
        """
        now = asyncio.get_running_loop().time
        patience = MOST_WINDOWS * self._seconds_between_tokens
        connection = await self._connect()
        try:
            fitted = await self.fit(request)
            entry, able = await connection.entry(), await connection.able()
            body = write_body(entry.id, able, fitted)
            finish, usage, text_at, waits = None, Usage(), now(), False
            async with aclosing(connection.chunks(body)) as chunks:
                while chunk := await self._next(chunks):
                    finish, usage = chunk.finish or finish, chunk.usage or usage
                    if chunk.text:
                        text_at, waits = now(), False
                        yield Piece(chunk.text)
                    elif chunk.queue:  # others come first; that is no stall, however long
                        waits = True
                        yield Piece("", waiting=Place(**chunk.queue.model_dump()))
                    elif not waits and now() - text_at > patience:
                        raise ModelUnavailable("signs of life, but no token")
            yield last_piece(finish, usage)
        except Failed:
            connection.forget()
            raise

    async def load_adapter(self, name: str, path: str) -> None:
        """Have the server load the adapter at `path`, a folder there, under this name."""
        await self._change_adapter("load", {"lora_name": name, "lora_path": path})

    async def unload_adapter(self, name: str) -> None:
        """Have the server forget an adapter."""
        await self._change_adapter("unload", {"lora_name": name})

    async def list_adapters(self) -> frozenset[str]:
        """Return the names of the adapters that the server lists; asked each time."""
        return await (await self._connect()).list_adapters()

    async def score(
        self, prompt: str, candidates: Sequence[str], *, cache_salt: str = ""
    ) -> list[float]:
        """Return each candidate's log-likelihood after the prompt: natural logs, summed."""
        connection = await self._connect()
        able, entry = await connection.able(), await connection.entry()
        with reading_a_reply():
            return await scoring.score(
                connection, able, prompt, candidates, model=entry.id, cache_salt=cache_salt
            )

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        connection = await self._connect()
        able, entry = await connection.able(), await connection.entry()
        is_ours = able.dialect is Dialect.SCRIPTORIUM  # it has a model of its own for this
        with reading_a_reply():
            return await scoring.embed(connection, able, texts, model=None if is_ours else entry.id)

    async def close(self) -> None:
        """Close the connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> Connection:
        endpoint = self._endpoint()
        old = self._connection
        if old is not None and old.endpoint == endpoint:
            return old
        # Replaced before anything is awaited: whoever asks meanwhile gets the new one.
        new = self._connection = Connection(endpoint, self._model_name)
        if old is not None:
            await old.close()
        return new

    async def _change_adapter(self, verb: str, body: dict[str, str]) -> None:
        connection = await self._connect()
        able = await connection.able()
        if not able.adapter_loading:
            raise Unsupported(f"adapter {verb}ing", able.dialect)
        with reading_a_reply():
            await connection.post(f"/v1/{verb}_lora_adapter", body, seconds=SECONDS_TO_LOAD)

    async def _next(self, chunks: AsyncGenerator[Chunk, None]) -> Chunk | None:
        try:
            async with asyncio.timeout(self._seconds_between_tokens):
                return await anext(chunks, None)
        except TimeoutError:
            raise ModelUnavailable("no token came in time") from None


def last_piece(finish: str | None, usage: Usage) -> Piece:
    """Return the end of a stream.

    Raises:
        ModelUnavailable: the stream ended without a finish.
        GenerationFailed: it finished in another way than we asked for.
    """
    if finish is None:
        raise ModelUnavailable("the stream broke off")
    if finish not in FINISHES:
        raise GenerationFailed(f"finished by {finish}")
    details = usage.prompt_tokens_details
    return Piece(
        "",
        finish=FINISHES[finish],
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=(details and details.cached_tokens) or 0,
        reply_tokens=usage.completion_tokens,
    )
