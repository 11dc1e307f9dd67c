"""A Model without a model: replies are written in the test."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from engine.errors import EngineError, ModelUnavailable, PromptRefused
from engine.model.request import ModelInfo, ModelRequest, Piece


@dataclass(frozen=True, slots=True)
class Breaks:
    """A reply that ends with `error` after `pieces` pieces of `text`."""

    error: EngineError
    text: str = ""
    pieces: int = 0


Reply = str | Breaks


def reply_by_seed(request: ModelRequest) -> str:
    """Return a sentence that differs from seed to seed and is equal for equal seeds."""
    return f"And then the lantern of room {request.seed} went out, and somebody laughed."


def chapter_by_seed(request: ModelRequest) -> str:
    """Return from one to ninety sentences: up to two messages on Discord."""
    doors = range(1 + request.seed % 90)
    return " ".join(f"Room {request.seed} has a door with the number {n}." for n in doors)


def split_into_pieces(text: str) -> list[str]:
    """Split after each word; the pieces joined are the text."""
    return re.findall(r"\S+\s*|\s+", text)


class ScriptedModel:
    """A Model in process. A piece counts as one token of the reply.

    `replies` is a list, one reply a request in order (asking for more fails the test), or a
    function of the request. Before each piece `sleep(seconds_per_piece)` is awaited, so that a
    test can hold a stream anywhere. While `down` is set, every call raises it.
    """

    def __init__(
        self,
        replies: Sequence[Reply] | Callable[[ModelRequest], Reply] = reply_by_seed,
        *,
        seconds_per_piece: float = 0.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        context_tokens: int = 4096,
        special_tokens: tuple[str, ...] = ("<|im_start|>", "<|im_end|>"),
        name: str = "scripted",
        tokenizer: str = "bytes-by-three",
    ) -> None:
        self._replies = replies if callable(replies) else list(replies)
        self._seconds_per_piece = seconds_per_piece
        self._sleep = sleep
        self._info = ModelInfo(name, context_tokens, tokenizer, special_tokens)
        self.down: ModelUnavailable | None = None
        self.requests: list[ModelRequest] = []
        self.running = 0
        self.most_at_once = 0
        self.cancelled = 0  # streams that were left before their end
        self.closed = False
        self.adapters: dict[str, str] = {}  # paths by name

    async def info(self) -> ModelInfo:
        """Describe the scripted model."""
        self._check()
        return self._info

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count a token for every three bytes of UTF-8 begun."""
        self._check()
        return [-(-len(text.encode()) // 3) for text in texts]

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Yield the scripted reply word by word, cut at `most_tokens`."""
        self.requests.append(request)
        self._check()
        reply = self._next_reply(request)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            text = reply if isinstance(reply, str) else reply.text
            pieces = split_into_pieces(text)
            if isinstance(reply, Breaks):
                pieces = pieces[: reply.pieces]
            for piece in pieces[: request.most_tokens]:
                await self._sleep(self._seconds_per_piece)
                self._check()
                yield Piece(piece)
            if isinstance(reply, Breaks):
                raise reply.error
            counts = await self.count_tokens([message.text for message in request.messages])
            yield Piece(
                "",
                finish="stop" if len(pieces) <= request.most_tokens else "length",
                prompt_tokens=sum(counts),
                reply_tokens=min(len(pieces), request.most_tokens),
            )
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    async def fit(self, request: ModelRequest) -> ModelRequest:
        """Return the request as it is: nothing is lacking."""
        self._check()
        return request

    async def load_adapter(self, name: str, path: str) -> None:
        """Take note of an adapter."""
        self._check()
        self.adapters[name] = path

    async def unload_adapter(self, name: str) -> None:
        """Forget an adapter; one that is not loaded is refused, as everywhere."""
        self._check()
        if self.adapters.pop(name, None) is None:
            raise PromptRefused(404, "HTTP 404: adapter_not_found")

    async def list_adapters(self) -> frozenset[str]:
        """Return the names of the adapters taken note of."""
        self._check()
        return frozenset(self.adapters)

    async def score(
        self, prompt: str, candidates: Sequence[str], *, cache_salt: str = ""
    ) -> list[float]:
        """Find a candidate the likelier, the more of its words stand in the prompt."""
        self._check()
        known = set(prompt.split())
        return [-float(len([w for w in text.split() if w not in known])) for text in candidates]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Place texts by how many vowels they have; equal texts lie in one place."""
        self._check()
        return [[float(text.lower().count(vowel)) for vowel in "aeiou"] for text in texts]

    async def close(self) -> None:
        """Take note of the end."""
        self.closed = True

    def _check(self) -> None:
        if self.down is not None:
            raise self.down

    def _next_reply(self, request: ModelRequest) -> Reply:
        if callable(self._replies):
            return self._replies(request)
        assert self._replies, f"request {len(self.requests)} has no scripted reply"
        return self._replies.pop(0)
