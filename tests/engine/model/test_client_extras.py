"""What the client does beside streaming: fitting requests, adapters, likelihoods, vectors."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from engine.errors import PromptRefused, Unsupported
from engine.model.capabilities import Scoring
from engine.model.gaps import Gap, find_gaps
from engine.model.request import Banned, Sampling
from tests.fakes.endpoint import (
    Opener,
    a_request,
    answering,
    app_with,
    read,
    streaming,
    text_event,
)
from tests.fakes.model_server import OUR_FIELDS, event, manifest, refusal


async def test_what_is_left_out_is_logged_once_by_name(
    client_of: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    model = await client_of(app_with())
    request = replace(a_request(), sampling=Sampling(min_p=0.1, dry_multiplier=0.8))
    for _ in range(3):
        fitted = await model.fit(request)
    assert fitted.sampling == replace(request.sampling, dry_multiplier=0.0)
    logged = capsys.readouterr().out
    assert logged.count("request_degraded") == 1
    assert "dry_multiplier" in logged
    assert "min_p" not in logged


async def test_a_place_in_the_servers_queue_reaches_the_reader(client_of: Opener) -> None:
    async def chat(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        place = {"place": 3, "expected_seconds": 4.5}
        await response.write(event({"choices": [], "queue": place}))
        await response.write(event({"choices": [{"delta": {"content": "A"}}]}))
        await response.write(event({"choices": [{"delta": {}, "finish_reason": "stop"}]}))
        return response

    pieces = await read(await client_of(app_with(chat=chat)))
    assert pieces[0].waiting is not None
    assert (pieces[0].waiting.place, pieces[0].waiting.expected_seconds) == (3, 4.5)
    assert [piece.text for piece in pieces] == ["", "A", ""]


async def test_an_adapter_is_loaded_where_that_can_be_done(client_of: Opener) -> None:
    asked: list[dict[str, Any]] = []

    async def load(request: web.Request) -> web.Response:
        asked.append(await request.json())
        if asked[-1]["lora_name"] == "bad":
            return refusal(400, "rank_too_high")
        return web.Response(text="Success")

    document = manifest(OUR_FIELDS, **{"/v1/load_lora_adapter": {}})
    app = app_with(openapi=answering(document), load=load, unload=load)
    model = await client_of(app)
    await model.load_adapter("poe", "/adapters/poe")
    await model.unload_adapter("poe")
    assert asked == [{"lora_name": "poe", "lora_path": "/adapters/poe"}, {"lora_name": "poe"}]
    with pytest.raises(PromptRefused) as refused:
        await model.load_adapter("bad", "/adapters/bad")
    assert "rank_too_high" in refused.value.reason
    with pytest.raises(Unsupported):
        await (await client_of(app_with())).load_adapter("poe", "/adapters/poe")


async def test_each_candidate_is_scored_by_its_own_tokens(client_of: Opener) -> None:
    asked: list[dict[str, Any]] = []

    async def tokenize(request: web.Request) -> web.Response:
        return web.json_response(
            {"count": 1, "tokens": [*map(ord, (await request.json())["prompt"])]}
        )

    async def completions(request: web.Request) -> web.Response:
        body = await request.json()
        asked.append(body)
        choices = [
            {"prompt_logprobs": [None, *({str(t): {"logprob": -t / 100}} for t in tokens[1:])]}
            for tokens in body["prompt"]
        ]
        return web.json_response({"choices": choices})

    document = manifest(OUR_FIELDS)
    schema = {"properties": {"prompt_logprobs": {}}}
    reference = {"schema": {"$ref": "#/components/schemas/Text"}}
    body = {"requestBody": {"content": {"application/json": reference}}}
    document["paths"]["/v1/completions"] = {"post": body}
    document["components"]["schemas"]["Text"] = schema
    app = app_with(openapi=answering(document), tokenize=tokenize, completions=completions)
    model = await client_of(app)
    assert (await model.capabilities()).scoring is Scoring.PROMPT
    scores = await model.score("abc", ["d", "ef", ""], cache_salt="guild-1")
    assert scores == pytest.approx([-1.0, -1.01 - 1.02, 0.0])
    assert asked[0]["cache_salt"] == "guild-1"
    with pytest.raises(Unsupported):
        await (await client_of(app_with())).score("a", ["b"])


async def test_vectors_come_in_the_order_of_their_texts(client_of: Opener) -> None:
    vectors = [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]
    document = manifest(OUR_FIELDS, **{"/v1/embeddings": {}})
    app = app_with(openapi=answering(document), embeddings=answering({"data": vectors}))
    assert await (await client_of(app)).embed(["a", "b"]) == [[1.0], [2.0]]
    with pytest.raises(Unsupported):
        await (await client_of(app_with())).embed(["a"])


async def test_bans_that_are_lacking_are_left_out_and_named(client_of: Opener) -> None:
    model = await client_of(app_with())
    request = replace(a_request(), banned=Banned(("gasp",), ("a+",)))
    assert (await model.fit(request)).banned == Banned()
    assert {Gap.BANS, Gap.PATTERNS} <= set(find_gaps(await model.capabilities()))


async def test_a_balancer_can_tell_the_prompts_that_share_a_cache(client_of: Opener) -> None:
    names: list[str | None] = []

    async def chat(request: web.Request) -> web.StreamResponse:
        names.append(request.headers.get("X-Session-Id"))
        return await streaming(text_event("Hi", "stop"))(request)

    app = app_with(openapi=answering(manifest(OUR_FIELDS)), chat=chat)
    model = await client_of(app)
    for salt in ("guild-1", "guild-1", "guild-2", ""):
        await read(model, replace(a_request(), cache_salt=salt))
    assert names[0] == names[1] != names[2]
    assert names[3] is None
    assert "guild" not in str(names)
