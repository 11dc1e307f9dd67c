"""Structured replies over HTTP, from the real model."""

import asyncio
import json
from typing import Any

import jsonschema

from tests.engine.serving.conftest import Client
from tests.engine.serving.structure_schemas import SCHEMAS

CRITIQUE = [{"role": "user", "content": "Criticise this line as JSON: The sea was angry."}]


def asked(name: str) -> dict[str, Any]:
    """Return OpenAI's field for a schema."""
    named = {"name": name, "schema": SCHEMAS[name], "strict": True}
    return {"type": "json_schema", "json_schema": named}


async def test_a_chat_streams_json_that_ends_within_its_tokens(client: Client) -> None:
    text, finish = "", None
    async for event in client.stream(
        "/v1/chat/completions", messages=CRITIQUE, response_format=asked("critique"), max_tokens=30
    ):
        for choice in event["choices"]:
            text += choice["delta"]["content"]
            finish = choice["finish_reason"] or finish
    jsonschema.validate(json.loads(text), SCHEMAS["critique"])
    assert finish == "stop"


async def test_each_choice_and_each_request_of_a_batch_keeps_its_own_form(client: Client) -> None:
    choice, regex, free = await asyncio.gather(
        client.complete("The sea is", n=3, structured_outputs={"choice": ["calm", "wild"]}),
        client.complete("A year:", structured_outputs={"regex": "1[89][0-9]{2}"}, max_tokens=8),
        client.complete("An object:", response_format={"type": "json_object"}, max_tokens=12),
    )
    assert {answer["text"] for answer in choice["choices"]} <= {"calm", "wild"}
    assert 1800 <= int(regex["choices"][0]["text"]) < 2000
    assert isinstance(json.loads(free["choices"][0]["text"]), dict)
    for answer in (choice, regex, free):
        assert answer["choices"][0]["finish_reason"] == "stop"


async def test_a_form_that_cannot_be_used_is_refused_and_the_server_goes_on(
    client: Client,
) -> None:
    bad = [
        ({"response_format": {"type": "json_schema"}}, "invalid_value"),
        ({"response_format": {"type": "xml"}}, "invalid_value"),
        ({"structured_outputs": {"json": {"type": "foo"}}}, "invalid_structure"),
        ({"structured_outputs": {"json_object": True}}, "invalid_value"),
        ({"structured_outputs": {"choice": []}}, "invalid_value"),
        ({"response_format": asked("critique"), "max_tokens": 3}, "structure_too_long"),
        ({"response_format": asked("tree"), "structured_outputs": {"regex": "a"}}, "invalid_value"),
    ]
    for fields, code in bad:
        status, answer = await client.post("/v1/completions", prompt="x", **fields)
        assert (status, answer["error"]["code"]) == (400, code)


async def test_candidates_are_scored_over_http(client: Client) -> None:
    _, told = await client.post("/tokenize", prompt="The mood of this scene is")
    answer = await client.complete(
        ["The mood of this scene is joy", "The mood of this scene is a bell"],
        score_from=told["count"],
        max_tokens=0,
        prompt_logprobs=2,
    )
    for choice in answer["choices"]:
        places = choice["prompt_logprobs"]
        assert places[: told["count"]] == [None] * told["count"]
        assert all(figures["logprob"] < 0 for place in places[6:] for figures in place.values())
        assert (choice["text"], choice["finish_reason"]) == ("", "length")
    assert answer["usage"]["completion_tokens"] == 0
    status, chat = await client.post(
        "/v1/chat/completions", messages=CRITIQUE, prompt_logprobs=0, max_tokens=1
    )
    assert status == 200
    assert len(chat["prompt_logprobs"]) == chat["usage"]["prompt_tokens"]
    for fields, code in (
        ({"score_from": 1}, "no_effect"),
        ({"prompt_logprobs": 0, "score_from": 50}, "nothing_to_score"),
        ({"prompt_logprobs": 0, "stream": True}, "prompt_logprobs_whole"),
        ({"prompt_logprobs": 0, "n": 2}, "prompt_logprobs_whole"),
        ({"max_tokens": 0}, "invalid_value"),
    ):
        status, refused = await client.post("/v1/completions", prompt="Once upon a time", **fields)
        assert (status, refused["error"]["code"]) == (400, code)
