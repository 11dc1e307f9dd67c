import asyncio
from contextlib import aclosing

import pytest

from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.request import Message, ModelRequest, Piece, Sampling
from tests.fakes.endpoint import Opener, a_request, app_with, read, serving, streaming, text_event
from tests.fakes.model_server import FakeModelServer, event
from tests.fakes.scripted_model import ScriptedModel


async def test_a_reply_comes_in_pieces_and_ends_with_its_counts(client_of: Opener) -> None:
    model = await client_of(FakeModelServer(ScriptedModel(["The sea was calm."])))
    pieces = await read(model)
    assert [p.text for p in pieces] == ["The ", "sea ", "was ", "calm.", ""]
    assert pieces[-1].finish == "stop"
    assert (pieces[-1].prompt_tokens, pieces[-1].reply_tokens) == (6, 4)
    assert all(p.finish is None for p in pieces[:-1])


async def test_a_reply_that_was_cut_says_so(client_of: Opener) -> None:
    model = await client_of(FakeModelServer(ScriptedModel(["The sea was calm."])))
    pieces = await read(model, a_request(most_tokens=2))
    assert "".join(p.text for p in pieces) == "The sea "
    assert pieces[-1].finish == "length"


async def test_pieces_arrive_while_the_reply_is_written(client_of: Opener) -> None:
    go_on = asyncio.Semaphore(0)

    async def wait(_: float) -> None:
        await go_on.acquire()

    model = await client_of(FakeModelServer(ScriptedModel(["One two."], sleep=wait)))
    async with asyncio.timeout(5), aclosing(model.stream(a_request())) as pieces:
        go_on.release()
        assert (await anext(pieces)).text == "One "  # the second is not written yet
        go_on.release()
        assert (await anext(pieces)).text == "two."


async def test_the_server_gets_the_whole_request(client_of: Opener) -> None:
    scripted = ScriptedModel()
    server = FakeModelServer(scripted)
    request = ModelRequest(
        messages=(Message("system", "S"), Message("user", "U"), Message("assistant", "A")),
        most_tokens=17,
        seed=2**31 - 1,
        sampling=Sampling(temperature=0.5, top_p=0.75, top_k=12),
        stop=("\n\n",),
        cache_salt="guild-9",
    )
    await read(await client_of(server), request)
    assert scripted.requests == [request]
    assert server.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}


async def test_an_empty_stop_and_an_empty_salt_are_not_sent(client_of: Opener) -> None:
    server = FakeModelServer(ScriptedModel())
    await read(await client_of(server))
    assert not {"stop", "cache_salt"} & set(server.bodies[0])


async def test_cached_tokens_are_told(client_of: Opener) -> None:
    usage = {
        "prompt_tokens": 90,
        "completion_tokens": 1,
        "prompt_tokens_details": {"cached_tokens": 64},
    }
    chat = streaming(text_event("Hi", "stop"), event({"choices": [], "usage": usage}))
    pieces = await read(await client_of(app_with(chat=chat)))
    assert pieces[-1] == Piece("", "stop", prompt_tokens=90, cached_tokens=64, reply_tokens=1)


async def test_a_server_without_usage_leaves_the_counts_at_zero(client_of: Opener) -> None:
    chat = streaming(text_event("Hi", "stop"), b"data: [DONE]\n\n")
    pieces = await read(await client_of(app_with(chat=chat)))
    assert pieces == [Piece("Hi"), Piece("", "stop")]


async def test_closing_the_stream_cancels_the_request_on_the_server(client_of: Opener) -> None:
    scripted = ScriptedModel(["word " * 1000], seconds_per_piece=0.01)
    model = await client_of(FakeModelServer(scripted))
    pieces = model.stream(a_request(most_tokens=1000))
    await anext(pieces)
    await pieces.aclose()
    async with asyncio.timeout(2):
        while scripted.running:
            await asyncio.sleep(0.01)
    assert scripted.cancelled == 1


async def test_cancelling_before_the_first_piece_cancels_the_request(client_of: Opener) -> None:
    scripted = ScriptedModel(["never"], seconds_per_piece=60)
    model = await client_of(FakeModelServer(scripted))
    reading = asyncio.create_task(read(model))
    async with asyncio.timeout(2):
        while not scripted.running:
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        while scripted.running:
            await asyncio.sleep(0.01)
    assert scripted.cancelled == 1


async def test_the_key_is_sent_and_never_shown(client_of: Opener) -> None:
    server = FakeModelServer(ScriptedModel(), api_key="s3cret")
    async with serving(server.app()) as url:
        endpoint = Endpoint(url, "s3cret")
        model = ServedModel(lambda: endpoint, seconds_between_tokens=5)
        assert (await read(model))[-1].finish == "stop"
        await model.close()
    assert "s3cret" not in repr(endpoint)


async def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    client_of: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    model = await client_of(FakeModelServer(ScriptedModel()))
    assert (await read(model))[-1].finish == "stop"


async def test_twenty_streams_run_side_by_side(client_of: Opener) -> None:
    scripted = ScriptedModel(seconds_per_piece=0.005)
    model = await client_of(FakeModelServer(scripted))
    texts = await asyncio.gather(*(read(model, a_request(seed=seed)) for seed in range(20)))
    assert scripted.most_at_once == 20
    assert all(f"room {seed} " in "".join(p.text for p in t) for seed, t in enumerate(texts))
