"""The HTTP half of a model client: one server, from its start to its end."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
import structlog
from openai import AsyncOpenAI, AsyncStream, NotFoundError, RateLimitError

from engine.errors import ModelUnavailable
from engine.model.faults import reading_a_reply, reading_of_the_server
from engine.model.protocol import Chunk, ModelEntry, ModelList, TokenCount, TokenCounts

log = structlog.get_logger()

SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 10.0  # a question that needs no model
BATCH_CHARACTERS = 100_000  # well below a mebibyte, the most that our server takes
MOST_TRIES = 3  # of a request that is answered with 429
MOST_SECONDS_TO_RETRY = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a model server, with or without `/v1`; a restarted server is another one."""

    url: str
    api_key: str = field(default="", repr=False)
    starts: int = 0

    @property
    def root(self) -> str:
        """The address without `/v1`."""
        return self.url.rstrip("/").removesuffix("/v1")


class Connection:
    """Requests to one server. Of its models the named one is used, or the first."""

    def __init__(self, endpoint: Endpoint, model_name: str | None) -> None:
        self.endpoint = endpoint
        self._model_name = model_name
        self._client = open_client(endpoint)
        self._entry: ModelEntry | None = None
        self._counts_tokens = True

    async def entry(self) -> ModelEntry:
        """Describe the model; asked once. Raise ModelUnavailable."""
        if self._entry is None:
            with reading_of_the_server():
                answer = ModelList.model_validate(await self._get("/models"))
            wanted = self._model_name
            self._entry = next((e for e in answer.data if wanted in {None, e.id}), None)
        if self._entry is None:
            raise ModelUnavailable("the server has no model of the name that was set")
        return self._entry

    def forget(self) -> None:
        """Ask for the model again before the next request: another one may be served now."""
        self._entry = None

    async def count_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """Count the tokens of each text; None if the server cannot. Raise ModelUnavailable."""
        entry = await self.entry()
        if not self._counts_tokens:
            return None
        with reading_of_the_server():
            try:
                if entry.tokenizer is not None:  # ours: many in one request
                    counts = [await self._count(some) for some in batches(texts)]
                    return [count for some in counts for count in some]
                answers = [await self._tokenize(text) for text in texts]
                return [TokenCount.model_validate(answer).count for answer in answers]
            except NotFoundError:
                self._counts_tokens = False
        log.warning("token_counts_estimated", model=entry.id)
        return None

    async def chunks(self, body: Mapping[str, object]) -> AsyncGenerator[Chunk, None]:
        """Yield the chunks of a reply; closing the generator cancels the request.

        Raises:
            ModelUnavailable: no connection, not ready, or 429 again and again.
            PromptRefused: any other 4xx.
            GenerationFailed: the server reports an error or sends what cannot be read.
        """
        with reading_a_reply():
            async with aclosing(await self._post(body)) as events:
                async for event in events:
                    yield Chunk.model_validate(event)

    async def close(self) -> None:
        """Close the sockets."""
        await self._client.close()

    async def _get(self, path: str) -> object:
        return await self._client.get(path, cast_to=object, options={"timeout": SECONDS_TO_ANSWER})

    async def _tokenize(self, prompt: str | list[str]) -> object:
        return await self._client.post(
            f"{self.endpoint.root}/tokenize",
            cast_to=object,
            body={"prompt": prompt, "add_special_tokens": False},
            options={"timeout": SECONDS_TO_ANSWER},
        )

    async def _count(self, texts: list[str]) -> list[int]:
        counts = TokenCounts.model_validate(await self._tokenize(texts)).counts
        if len(counts) != len(texts):
            raise ValueError("not one count a text")
        return counts

    async def _post(self, body: Mapping[str, object]) -> AsyncStream[object]:
        tries = 1
        while True:
            try:
                return await self._client.post(
                    "/chat/completions",
                    cast_to=object,
                    body=body,
                    stream=True,
                    stream_cls=AsyncStream[object],
                )
            except RateLimitError as refusal:
                if tries == MOST_TRIES:
                    raise
                tries += 1
                await asyncio.sleep(seconds_to_retry(refusal.response.headers))


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Split texts into lists that our server takes in one request, in order."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and characters + len(text) > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    yield batch


def seconds_to_retry(headers: Mapping[str, str]) -> float:
    """Return what `Retry-After` asks for, at most five seconds; one second if it names a date."""
    asked = headers.get("retry-after", "")
    return min(float(asked), MOST_SECONDS_TO_RETRY) if asked.isdecimal() else 1.0


def open_client(endpoint: Endpoint) -> AsyncOpenAI:
    """Return a client that neither retries nor times out while reading; it connects later."""
    is_local = urlsplit(endpoint.url).hostname in {"127.0.0.1", "::1", "localhost"}
    return AsyncOpenAI(
        base_url=f"{endpoint.root}/v1",
        api_key=endpoint.api_key or "none",  # the library refuses an empty one
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=SECONDS_TO_CONNECT),
        http_client=httpx2.AsyncClient(
            limits=httpx2.Limits(max_connections=None),
            trust_env=not is_local,  # no proxy stands before this machine itself
        ),
    )
