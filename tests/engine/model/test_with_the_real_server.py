"""The client and the supervisor with `engine.serving` and the embedded model."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from tokenizers import Tokenizer

from engine.errors import ModelUnavailable, PromptRefused
from engine.model.client import ServedModel
from engine.model.request import Message, ModelRequest, Piece
from engine.model.supervisor import ModelServer, ServerState
from tests.fakes.endpoint import read

MODEL_FOLDER = Path(__file__).parents[3] / ".models" / "smollm2-135m-b179c952"
PAST = " ".join(f"On day {n} the lighthouse keeper counted {n * 7} gulls." for n in range(40))

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
    pytest.mark.slow,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[ModelServer]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CACHE_TOKENS", "4096")
        environment.setenv("CONTEXT_TOKENS", "2048")
        async with ModelServer(seconds_between_tokens=30) as server:
            await server.ready(120)
            yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model(server: ModelServer) -> AsyncIterator[ServedModel]:
    model = ServedModel(server.endpoint, seconds_between_tokens=30)
    yield model
    await model.close()


def request(
    text: str = "Tell of the sea.", *, most_tokens: int = 24, seed: int = 1, salt: str = "guild-1"
) -> ModelRequest:
    messages = (Message("system", "You write stories."), Message("user", text))
    return ModelRequest(messages=messages, most_tokens=most_tokens, seed=seed, cache_salt=salt)


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


async def health(server: ModelServer) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.endpoint().root}/health") as response,
    ):
        answer: dict[str, object] = await response.json()
        return answer


async def test_loading_ends_in_ready(server: ModelServer) -> None:
    assert (server.status.state, server.status.step) == (ServerState.READY, "ready")


async def test_the_model_describes_itself(model: ServedModel) -> None:
    info = await model.info()
    assert info.context_tokens == 2048
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>"} <= set(info.special_tokens)
    assert info.tokenizer not in {"", info.name}


async def test_tokens_are_counted_as_the_tokenizer_counts(model: ServedModel) -> None:
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
    texts = ["", "The sea.", "夜里下着雨。", "naïve 🏴‍☠️\n\n", PAST]
    counts = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
    assert await model.count_tokens(texts) == counts


async def test_a_reply_streams_and_is_counted(model: ServedModel) -> None:
    pieces = await read(model, request(most_tokens=24))
    last = pieces[-1]
    assert len(pieces) > 5
    assert last.finish in {"stop", "length"}
    assert 5 <= last.reply_tokens <= 24
    assert last.prompt_tokens > sum(await model.count_tokens(["You write stories."]))


async def test_a_seed_gives_its_text_again(model: ServedModel) -> None:
    await read(model, request())  # from now on the prompt is read from the cache each time
    first, again, other = [text_of(await read(model, request(seed=s))) for s in (5, 5, 6)]
    assert first == again != other


async def test_a_stop_string_ends_the_reply(model: ServedModel) -> None:
    whole = text_of(await read(model, request(seed=5)))
    word = whole.split()[3]
    messages = request().messages
    stopped = ModelRequest(messages, 24, seed=5, stop=(word,), cache_salt="guild-1")
    pieces = await read(model, stopped)
    assert word not in text_of(pieces)
    assert pieces[-1].finish == "stop"


async def test_a_cached_past_is_seen_within_one_salt_only(model: ServedModel) -> None:
    cached = [
        (await read(model, request(PAST, most_tokens=2, salt=salt)))[-1].cached_tokens
        for salt in ("guild-7", "guild-7", "guild-8")
    ]
    assert cached[0] == 0
    assert cached[1] > 400
    assert cached[2] == 0


async def test_a_prompt_beyond_the_context_is_refused(model: ServedModel) -> None:
    with pytest.raises(PromptRefused) as refusal:
        await read(model, request(PAST * 6))
    assert refusal.value.status == 400


async def test_leaving_the_stream_cancels_the_request(
    server: ModelServer, model: ServedModel
) -> None:
    async with aclosing(model.stream(request(most_tokens=1000))) as pieces:
        await anext(pieces)
        assert (await health(server))["running"] == 1
    async with asyncio.timeout(5):
        while (await health(server))["running"]:
            await asyncio.sleep(0.05)


async def test_many_stream_at_once(model: ServedModel) -> None:
    replies = await asyncio.gather(*(read(model, request(seed=s)) for s in range(8)))
    assert all(text_of(pieces) and pieces[-1].finish for pieces in replies)


async def test_a_server_killed_in_mid_reply_comes_back(
    server: ModelServer, model: ServedModel
) -> None:
    async with aclosing(model.stream(request(most_tokens=1000))) as pieces:
        await anext(pieces)
        assert server.process_id is not None
        os.kill(server.process_id, signal.SIGKILL)
        with pytest.raises(ModelUnavailable):
            [piece async for piece in pieces]
    async with asyncio.timeout(120):
        while not server.status.restarts:
            await asyncio.sleep(0.05)
        await server.ready(120)
    assert text_of(await read(model, request()))
    assert server.status.restarts == 1
