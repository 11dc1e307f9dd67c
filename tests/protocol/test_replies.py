"""What every server must do: replies as they are written, their ends, and refusals."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
from tokenizers import Tokenizer

from engine.model.capabilities import Capabilities, Counting, Dialect
from engine.model.client import ServedModel
from engine.model.gaps import Gap, find_gaps
from tests.engine.serving.conftest import MODEL_FOLDER
from tests.protocol.conftest import Target, ask, drawn, pieces_of, text_of

pytestmark = pytest.mark.timeout(180)  # the first waits for the server to start

CHAT = "/v1/chat/completions"
BREAKS = {Dialect.LLAMA_CPP_PYTHON}
BREAKS_AT_NO_JSON = {Dialect.LLAMA_CPP_PYTHON, Dialect.LLAMA_SERVER}
NO_CONTENT = {"messages": [{"role": "user"}], "max_tokens": 2}
SHORT_CHAT = [{"role": "user", "content": "Hello."}]
LONG = " ".join(f"On day {n} the keeper counted {n * 7} gulls." for n in range(60))


async def test_the_server_is_known_for_what_it_is(target: Target, able: Capabilities) -> None:
    assert able.dialect is target.dialect


async def test_a_reply_streams_piece_by_piece(model: ServedModel) -> None:
    pieces = await pieces_of(model, ask())
    assert len([piece for piece in pieces if piece.text]) > 5
    assert [piece.finish is not None for piece in pieces][-1]


async def test_tokens_are_counted_at_the_end_or_the_gap_is_told(
    model: ServedModel, able: Capabilities
) -> None:
    last = (await pieces_of(model, ask(most_tokens=8)))[-1]
    if able.usage:
        assert 8 < last.prompt_tokens < 80
        assert last.reply_tokens == 8
    else:
        assert (last.prompt_tokens, last.reply_tokens) == (0, 0)
        assert Gap.USAGE in find_gaps(able)


async def test_the_most_tokens_cut_a_reply(model: ServedModel) -> None:
    whole = await text_of(model, ask(most_tokens=12))
    pieces = await pieces_of(model, ask(most_tokens=3))
    cut = "".join(piece.text for piece in pieces)
    assert pieces[-1].finish == "length"
    assert whole.startswith(cut)
    assert 0 < len(cut) < len(whole)


async def test_a_stop_string_ends_a_reply_or_the_gap_is_told(
    model: ServedModel, able: Capabilities
) -> None:
    whole = await text_of(model, ask())
    word = whole.split()[3]
    pieces = await pieces_of(model, ask(stop=(word,)))
    text = "".join(piece.text for piece in pieces)
    if able.stop:
        assert word not in text
        assert pieces[-1].finish == "stop"
    else:
        assert Gap.STOP in find_gaps(able)


async def test_a_seed_gives_its_text_again_or_the_gap_is_told(
    model: ServedModel, able: Capabilities
) -> None:
    request = drawn(ask(), temperature=1.2)
    await text_of(model, request)  # from now on the prompt comes out of the cache
    texts = [await text_of(model, drawn(ask(seed=s), temperature=1.2)) for s in (5, 5, 6)]
    if able.seed:
        assert texts[0] == texts[1] != texts[2]
    else:
        assert Gap.SEED in find_gaps(able)


@pytest.mark.parametrize(
    "body",
    [
        "{bad",
        "[]",
        {"messages": 5},
        NO_CONTENT,
        {"messages": SHORT_CHAT, "max_tokens": "many"},
        {"messages": SHORT_CHAT, "max_tokens": 2, "temperature": "hot"},
    ],
)
async def test_a_bad_body_is_refused_in_json_and_hurts_nobody(
    target: Target, http: aiohttp.ClientSession, model: ServedModel, body: Any
) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    async with http.post(CHAT, data=raw, headers=headers) as response:
        answer = await response.text()
    if response.status >= 500:  # llama-cpp-python, by its surroundings, at any bad body
        is_json = raw != "{bad"
        assert target.dialect in (BREAKS if is_json else BREAKS_AT_NO_JSON)
    elif response.status == 200:  # vLLM reads a message without content as an empty one
        assert (body, target.dialect) == (NO_CONTENT, Dialect.VLLM)
    else:
        assert response.status >= 400
        assert isinstance(json.loads(answer), dict)
    assert await text_of(model, ask(most_tokens=2))


async def test_tokens_are_counted_as_the_tokenizer_counts(
    model: ServedModel, able: Capabilities
) -> None:
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
    texts = ["The sea.", "夜里下着雨。", "naïve\n\n", LONG]
    exact = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
    counts = await model.count_tokens(texts)
    if able.counting in {Counting.NONE, Counting.EXTRAS}:  # from above
        assert all(told >= true for told, true in zip(counts, exact, strict=True))
    if able.counting is Counting.NONE:
        assert Gap.COUNTING in find_gaps(able)
    elif able.counting is Counting.EXTRAS:
        assert all(told <= true + 1 for told, true in zip(counts, exact, strict=True))
    else:
        assert counts == exact


async def test_leaving_a_stream_ends_the_work_for_it(
    target: Target, http: aiohttp.ClientSession, model: ServedModel
) -> None:
    async with aclosing(model.stream(ask(most_tokens=1200))) as pieces:
        await anext(pieces)
        assert await running(target, http) in {1, None}
    async with asyncio.timeout(20):
        while await running(target, http):
            await asyncio.sleep(0.1)
        assert await text_of(model, ask(most_tokens=2))  # at once, also where one runs at a time


async def running(target: Target, http: aiohttp.ClientSession) -> int | None:
    """Return how many requests run now; None where a server does not tell."""
    match target.dialect:
        case Dialect.SCRIPTORIUM:
            async with http.get("/health") as response:
                return int((await response.json())["running"])
        case Dialect.LLAMA_SERVER:
            async with http.get("/slots") as response:
                return sum(slot["is_processing"] for slot in await response.json())
        case Dialect.VLLM:
            async with http.get("/metrics") as response:
                lines = (await response.text()).splitlines()
            name = "vllm:num_requests_running"
            return sum(int(float(line.split()[-1])) for line in lines if line.startswith(name))
    return None


async def test_four_stream_beside_each_other(target: Target, model: ServedModel) -> None:
    alone = await text_of(model, ask())
    replies = await asyncio.gather(*(pieces_of(model, ask(seed=seed)) for seed in range(4)))
    assert all(pieces[-1].finish == "length" for pieces in replies)
    texts = ["".join(piece.text for piece in pieces) for pieces in replies]
    assert all(texts)
    if target.dialect is Dialect.SCRIPTORIUM:  # elsewhere near-ties fall otherwise in a batch
        assert {text[:8] for text in texts} == {alone[:8]}


async def test_a_long_prompt_is_read_again_from_the_cache_of_its_salt_only(
    model: ServedModel, able: Capabilities
) -> None:
    cached = [
        (await pieces_of(model, ask(LONG, most_tokens=1, cache_salt=salt)))[-1].cached_tokens
        for salt in ("guild-7", "guild-7", "guild-8")
    ]
    if Gap.CACHE_SALT not in find_gaps(able):
        assert cached[0] == cached[2] == 0
        assert cached[1] > 200
    else:
        fitted = await model.fit(ask(cache_salt="guild-7"))
        assert fitted.cache_salt == ""
