"""The HTTP half of a model client: one server, from its start to its end."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from openai import AsyncOpenAI, AsyncStream, NotFoundError, RateLimitError

from engine.errors import ModelUnavailable
from engine.model.capabilities import Capabilities, Counting, Dialect
from engine.model.counting import count
from engine.model.faults import reading_a_reply, reading_of_the_server
from engine.model.protocol import Chunk, ModelEntry, ModelList
from engine.model.survey import survey

log = structlog.get_logger()

SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 10.0  # a question that needs no model
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
        self._able: tuple[ModelEntry, Capabilities] | None = None  # and of which model
        self._is_sure = False  # that the server is still the one that was surveyed
        self._surveying = asyncio.Lock()
        self._counts_tokens = True

    async def entry(self) -> ModelEntry:
        """Describe the model; asked once. Raise ModelUnavailable."""
        if self._entry is None:
            with reading_of_the_server():
                listed = ModelList.model_validate(await self.get("/v1/models")).data
            wanted = self._model_name
            bases = [e for e in listed if e.parent is None] if wanted is None else listed
            self._entry = next((e for e in bases if wanted in {None, e.id}), None)
        if self._entry is None:
            raise ModelUnavailable("the server has no model of the name that was set")
        return self._entry

    async def list_adapters(self) -> frozenset[str]:
        """Return the names of the adapters that are loaded now. Raise ModelUnavailable."""
        with reading_of_the_server():
            listed = ModelList.model_validate(await self.get("/v1/models")).data
        return frozenset(entry.id for entry in listed if entry.parent is not None)

    async def able(self) -> Capabilities:
        """Tell what the server can do; found out once. Raise ModelUnavailable.

        After a failure what the server says of itself is read again. A server that says nothing
        is tried again only when it lists another model: trials cost tokens.
        """
        async with self._surveying:
            entry = await self.entry()
            old = self._able
            is_tried = old is not None and old[1].dialect is Dialect.OTHER and old[0] == entry
            if old is not None and (self._is_sure or is_tried):
                return old[1]
            with reading_of_the_server():
                able = await survey(self, entry)
            self._able, self._is_sure = (entry, able), True
            return able

    def forget(self) -> None:
        """Ask for the model again before the next request: another one may be served now."""
        self._entry = None
        self._is_sure = False

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, or estimate them. Raise ModelUnavailable."""
        counting = (await self.able()).counting if self._counts_tokens else Counting.NONE
        with reading_of_the_server():
            try:
                return await count(self, counting, texts)
            except NotFoundError:  # a balancer before it may let only some routes through
                self._counts_tokens = False
        log.warning("token_counts_estimated")
        return await count(self, Counting.NONE, texts)

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

    async def get(self, path: str) -> object:
        """Return the JSON at a path of the server's root. Raise APIError or ValueError."""
        return await self._client.get(
            self.endpoint.root + path, cast_to=object, options={"timeout": SECONDS_TO_ANSWER}
        )

    async def post(self, path: str, body: Mapping[str, Any], *, seconds: float) -> object:
        """Return the JSON answer to a body. Raise APIError or ValueError."""
        return await self._client.post(
            self.endpoint.root + path, cast_to=object, body=body, options={"timeout": seconds}
        )

    async def begin(self, body: Mapping[str, Any], *, seconds: float) -> None:
        """Begin a streamed chat and leave it at once. Raise APIError."""
        async with asyncio.timeout(seconds), aclosing(await self._post(body)):
            return

    async def close(self) -> None:
        """Close the sockets."""
        await self._client.close()

    async def _post(self, body: Mapping[str, object]) -> AsyncStream[object]:
        tries = 1
        while True:
            try:
                return await self._client.post(
                    "/chat/completions",
                    cast_to=object,
                    body=body,
                    options={"headers": session_header(body)},
                    stream=True,
                    stream_cls=AsyncStream[object],
                )
            except RateLimitError as refusal:
                if tries == MOST_TRIES:
                    raise
                tries += 1
                await asyncio.sleep(seconds_to_retry(refusal.response.headers))


def session_header(body: Mapping[str, object]) -> dict[str, str]:
    """Name the prefix cache that a request belongs to, for a balancer before several servers."""
    salt = body.get("cache_salt")
    if not salt:
        return {}
    return {"X-Session-Id": hashlib.blake2b(str(salt).encode(), digest_size=8).hexdigest()}


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
