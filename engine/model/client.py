"""A model server, asked over the OpenAI protocol."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Literal

from engine.errors import Failed, GenerationFailed, ModelUnavailable
from engine.model.connection import Connection, Endpoint
from engine.model.protocol import Chunk, ModelEntry, Usage
from engine.model.request import ModelInfo, ModelRequest, Piece

UNTOLD_CONTEXT_TOKENS = 4096  # of a server that does not tell: few models in use have less
MOST_WINDOWS = 10  # of `seconds_between_tokens` without a word, however lively the server is
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

    async def info(self) -> ModelInfo:
        """Describe the served model; the server is asked again after a restart or a failure."""
        entry = await (await self._connect()).entry()
        return ModelInfo(
            name=entry.id,
            context_tokens=entry.max_model_len or UNTOLD_CONTEXT_TOKENS,
            tokenizer=entry.tokenizer or entry.id,
            special_tokens=entry.special_tokens,
        )

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text.

        A server that cannot count has its tokens estimated from above: one for each byte of
        UTF-8, and one for the blank that some tokenizers put before a text.
        """
        if not texts:
            return []
        counts = await (await self._connect()).count_tokens(texts)
        return counts or [len(text.encode()) + 1 for text in texts]

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Yield the reply as it is written; the last piece has no text.

        An empty chunk is a sign of life, such as our server sends while a long prompt is read or
        others come first. It counts as a piece, but not for ever.
        """
        now = asyncio.get_running_loop().time
        connection = await self._connect()
        try:
            body = write_body(await connection.entry(), request)
            finish, usage, text_at = None, Usage(), now()
            async with aclosing(connection.chunks(body)) as chunks:
                while chunk := await self._next(chunks):
                    finish, usage = chunk.finish or finish, chunk.usage or usage
                    if chunk.text:
                        text_at = now()
                        yield Piece(chunk.text)
                    elif now() - text_at > MOST_WINDOWS * self._seconds_between_tokens:
                        raise ModelUnavailable("signs of life, but no token")
            yield last_piece(finish, usage)
        except Failed:
            connection.forget()
            raise

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

    async def _next(self, chunks: AsyncGenerator[Chunk, None]) -> Chunk | None:
        try:
            async with asyncio.timeout(self._seconds_between_tokens):
                return await anext(chunks, None)
        except TimeoutError:
            raise ModelUnavailable("no token came in time") from None


def write_body(entry: ModelEntry, request: ModelRequest) -> dict[str, object]:
    """Return the body of `POST /v1/chat/completions`, with vLLM's fields beside OpenAI's."""
    body: dict[str, object] = {
        "model": entry.id,
        "messages": [{"role": m.role, "content": m.text} for m in request.messages],
        "max_tokens": request.most_tokens,
        "seed": request.seed,
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
        "top_k": request.sampling.top_k,
        "frequency_penalty": request.sampling.frequency_penalty,
        "stream": True,
        "stream_options": {"include_usage": True},
        # Models that can think aloud would spend the turn's tokens on it.
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if request.stop:
        body["stop"] = list(request.stop)
    if request.cache_salt:
        body["cache_salt"] = request.cache_salt
    return body


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
