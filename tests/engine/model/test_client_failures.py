import asyncio
import logging
import traceback
from contextlib import aclosing

import pytest
from aiohttp import web

from engine.errors import EngineError, GenerationFailed, ModelUnavailable, PromptRefused
from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from tests.fakes.endpoint import (
    Handler,
    Opener,
    a_request,
    app_with,
    read,
    serving,
    streaming,
    text_event,
)
from tests.fakes.model_server import FakeModelServer, event, refusal
from tests.fakes.scripted_model import Breaks, ScriptedModel


async def failure_of(model: ServedModel) -> EngineError:
    with pytest.raises(EngineError) as failure:
        await read(model)
    return failure.value


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, "context_length_exceeded", PromptRefused(400, "HTTP 400: context_length_exceeded")),
        (401, "invalid_api_key", PromptRefused(401, "HTTP 401: invalid_api_key")),
        (404, "model_not_found", PromptRefused(404, "HTTP 404: model_not_found")),
        (422, "invalid", PromptRefused(422, "HTTP 422: invalid")),
        (500, "engine_dead", GenerationFailed("HTTP 500: engine_dead")),
        (502, "bad_gateway", ModelUnavailable("HTTP 502: bad_gateway")),
        (503, "not_ready", ModelUnavailable("HTTP 503: not_ready")),
    ],
)
async def test_a_status_says_whose_fault_it_is(
    client_of: Opener, status: int, code: str, failure: EngineError
) -> None:
    async def chat(_: web.Request) -> web.Response:
        return refusal(status, code)

    assert await failure_of(await client_of(app_with(chat=chat))) == failure


async def test_a_full_queue_is_asked_again_when_it_says(client_of: Opener) -> None:
    answers = [refusal(429, "queue_full", {"Retry-After": "0"}) for _ in range(2)]
    done = streaming(text_event("Hi", "stop"))

    async def chat(request: web.Request) -> web.StreamResponse:
        return answers.pop() if answers else await done(request)

    assert (await read(await client_of(app_with(chat=chat))))[0].text == "Hi"


async def test_a_queue_that_stays_full_makes_the_model_unavailable(client_of: Opener) -> None:
    asked: list[float] = []

    async def chat(_: web.Request) -> web.Response:
        asked.append(asyncio.get_running_loop().time())
        return refusal(429, "queue_full", {"Retry-After": "1" if len(asked) == 1 else "0"})

    model = await client_of(app_with(chat=chat))
    assert await failure_of(model) == ModelUnavailable("HTTP 429: queue_full")
    assert len(asked) == 3
    assert asked[1] - asked[0] >= 1


async def test_an_error_within_the_stream_breaks_the_reply(client_of: Opener) -> None:
    scripted = ScriptedModel([Breaks(GenerationFailed("evil forward"), "One two three", pieces=2)])
    model = await client_of(FakeModelServer(scripted))
    async with aclosing(model.stream(a_request())) as pieces:
        assert [(await anext(pieces)).text for _ in range(2)] == ["One ", "two "]
        with pytest.raises(GenerationFailed):
            await anext(pieces)


async def test_no_server_at_all_is_unavailable() -> None:
    async with serving(web.Application()) as url:
        pass
    model = ServedModel(lambda: Endpoint(url), seconds_between_tokens=5)
    assert isinstance(await failure_of(model), ModelUnavailable)
    with pytest.raises(ModelUnavailable):
        await model.info()
    with pytest.raises(ModelUnavailable):
        await model.count_tokens(["a"])
    await model.close()


@pytest.mark.parametrize("finish", [None, "stop"])
async def test_a_connection_that_breaks_is_unavailable(
    client_of: Opener, finish: str | None
) -> None:
    async def chat(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(text_event("Half a", finish))
        assert request.transport is not None
        request.transport.abort()
        return response

    failure = await failure_of(await client_of(app_with(chat=chat)))
    assert failure == ModelUnavailable("the connection failed")


async def test_a_stream_without_an_end_is_unavailable(client_of: Opener) -> None:
    chat = streaming(text_event("Half a"), b"data: [DONE]\n\n")
    failure = await failure_of(await client_of(app_with(chat=chat)))
    assert failure == ModelUnavailable("the stream broke off")


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {not json\n\n",
        b"data: 5\n\n",
        b'data: {"choices": "many"}\n\n',
        b'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)
async def test_garbage_in_the_stream_breaks_the_reply(client_of: Opener, garbage: bytes) -> None:
    model = await client_of(app_with(chat=streaming(garbage)))
    assert await failure_of(model) == GenerationFailed("unreadable answer")


async def test_an_end_that_nobody_asked_for_breaks_the_reply(client_of: Opener) -> None:
    model = await client_of(app_with(chat=streaming(text_event("", "content_filter"))))
    assert await failure_of(model) == GenerationFailed("finished by content_filter")


async def test_a_stall_before_the_first_piece_is_unavailable(client_of: Opener) -> None:
    model = await client_of(app_with(chat=streaming(then_wait=True)), seconds=0.2)
    async with asyncio.timeout(2):
        assert await failure_of(model) == ModelUnavailable("no token came in time")


async def test_a_server_that_never_begins_to_answer_is_unavailable(client_of: Opener) -> None:
    async def chat(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    model = await client_of(app_with(chat=chat), seconds=0.2)
    async with asyncio.timeout(2):
        assert await failure_of(model) == ModelUnavailable("no token came in time")


async def test_a_stall_in_mid_reply_is_unavailable(client_of: Opener) -> None:
    chat = streaming(text_event("Once"), then_wait=True)
    model = await client_of(app_with(chat=chat), seconds=0.2)
    async with asyncio.timeout(2):
        assert await failure_of(model) == ModelUnavailable("no token came in time")


async def test_slow_pieces_are_no_stall(client_of: Opener) -> None:
    scripted = ScriptedModel(["a b c d e f"], seconds_per_piece=0.2)
    model = await client_of(FakeModelServer(scripted), seconds=1.0)
    assert len(await read(model)) == 7


def alive(*, signs: int, text_each: int = 0) -> Handler:
    """Return a handler that sends signs of life for a while, and then its reply.

    Every `text_each` signs there is a word between them.
    """

    async def chat(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for n in range(1, signs + 1):
            has_word = text_each and n % text_each == 0
            await response.write(text_event("word " if has_word else ""))
            await asyncio.sleep(0.05)
        await response.write(text_event("At last.", "stop"))
        return response

    return chat


async def test_signs_of_life_are_no_stall(client_of: Opener) -> None:
    model = await client_of(app_with(chat=alive(signs=20)), seconds=0.4)
    assert [p.text for p in await read(model)] == ["At last.", ""]


async def test_a_slow_reply_may_last_as_long_as_its_words_come(client_of: Opener) -> None:
    model = await client_of(app_with(chat=alive(signs=60, text_each=20)), seconds=0.2)
    assert "".join(p.text for p in await read(model)) == "word word word At last."


async def test_signs_of_life_without_a_word_end_in_the_end(client_of: Opener) -> None:
    model = await client_of(app_with(chat=alive(signs=1000)), seconds=0.2)
    async with asyncio.timeout(10):
        assert await failure_of(model) == ModelUnavailable("signs of life, but no token")


async def test_a_server_that_recovers_in_mid_reply_is_unavailable(client_of: Opener) -> None:
    error = {"message": "recovering", "type": "server_error", "param": None, "code": "not_ready"}
    model = await client_of(app_with(chat=streaming(text_event("Half"), event({"error": error}))))
    assert await failure_of(model) == ModelUnavailable("not_ready")


async def test_no_word_of_a_member_reaches_a_log_or_an_error(
    client_of: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    async def chat(request: web.Request) -> web.Response:
        error = {"message": f"cannot parse {await request.text()}", "type": "bad", "code": None}
        return web.json_response({"error": error}, status=400)

    caplog.set_level(logging.DEBUG)
    secret = " ".join(["my", "diary"])  # not as it would stand in a line of source
    model = await client_of(app_with(chat=chat))
    with pytest.raises(PromptRefused) as failure:
        await read(model, a_request(secret))
    told = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + caplog.text
    assert "HTTP 400" in told
    assert secret not in told
