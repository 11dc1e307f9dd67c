"""Samplers and logprobs over HTTP, with the official client, on the real model."""

import asyncio
from typing import Any

import openai
import pytest
from tokenizers import Tokenizer

from tests.engine.serving.conftest import Client

MODEL = "SmolLM2-135M-Instruct"
CHAT: Any = [{"role": "user", "content": "Write one sentence about a lighthouse."}]
ASK: dict[str, Any] = {"model": MODEL, "max_tokens": 8, "temperature": 1.0, "seed": 4}


async def test_the_official_client_reads_the_logprobs_of_a_chat(client: Client) -> None:
    async with openai.AsyncOpenAI(
        api_key="none", base_url=f"{client.url}/v1", max_retries=0
    ) as official:
        chats = official.chat.completions
        whole, plain = await asyncio.gather(
            chats.create(messages=CHAT, logprobs=True, top_logprobs=3, **ASK),
            chats.create(messages=CHAT, **ASK),
        )
        stream = await chats.create(
            messages=CHAT, logprobs=True, top_logprobs=3, stream=True, **ASK
        )
        chunks = [chunk.choices[0] async for chunk in stream if chunk.choices]
    assert plain.choices[0].logprobs is None
    choice = whole.choices[0]
    assert choice.message.content == plain.choices[0].message.content
    assert choice.logprobs
    assert choice.logprobs.content
    assert len(choice.logprobs.content) == 8
    spelt = bytes(byte for token in choice.logprobs.content for byte in token.bytes or [])
    assert spelt.decode() == choice.message.content
    for token in choice.logprobs.content:
        values = [likely.logprob for likely in token.top_logprobs]
        assert len(values) == 3
        assert values == sorted(values, reverse=True)
        assert token.logprob <= values[0] <= 0
    streamed = [
        token for c in chunks if c.logprobs and c.logprobs.content for token in c.logprobs.content
    ]
    assert [token.token for token in streamed] == [t.token for t in choice.logprobs.content]
    both = zip(streamed, choice.logprobs.content, strict=True)
    assert all(ours.logprob == pytest.approx(theirs.logprob, abs=0.1) for ours, theirs in both)


async def test_the_logprobs_of_a_completion_have_the_older_form(client: Client) -> None:
    ask: dict[str, Any] = {"prompt": "The fog", "max_tokens": 6, "temperature": 0}
    whole = await client.complete(logprobs=2, **ask)
    (choice,) = whole["choices"]
    figures = choice["logprobs"]
    assert "".join(figures["tokens"]) == choice["text"]
    assert [len(likely) for likely in figures["top_logprobs"]] == [2] * 6
    for token, value, likely in zip(
        figures["tokens"], figures["token_logprobs"], figures["top_logprobs"], strict=True
    ):
        assert likely[token] == value == max(likely.values())
    starts = [sum(len(token) for token in figures["tokens"][:i]) for i in range(6)]
    assert figures["text_offset"] == starts
    events = [event async for event in client.stream("/v1/completions", logprobs=2, **ask)]
    streamed = [event["choices"][0]["logprobs"] for event in events]
    assert [t for told in streamed if told for t in told["tokens"]] == figures["tokens"]
    own = await client.complete(logprobs=0, **ask)
    assert [len(likely) for likely in own["choices"][0]["logprobs"]["top_logprobs"]] == [1] * 6


async def test_a_bias_and_a_stop_token_work_beside_a_neighbour(
    client: Client, tokenizer: Tokenizer
) -> None:
    fog, stop = (tokenizer.encode(text).ids[0] for text in (" fog", "."))
    ask: dict[str, Any] = {"prompt": "The", "max_tokens": 5, "temperature": 0}
    foggy, stopped, plain = await asyncio.gather(
        client.complete(logit_bias={str(fog): 100}, **ask),
        client.complete(logit_bias={str(stop): 100}, stop_token_ids=[stop], **ask),
        client.complete(**ask),
    )
    assert foggy["choices"][0]["text"] == " fog" * 5
    assert stopped["choices"][0] | {"index": 0} == stopped["choices"][0]
    assert (stopped["choices"][0]["text"], stopped["choices"][0]["finish_reason"]) == ("", "stop")
    assert plain["choices"][0]["text"] == await client.text(**ask)
    assert "fog" not in plain["choices"][0]["text"]


async def test_what_json_can_hardly_say_is_refused_with_its_name(client: Client) -> None:
    for name, value in {
        "min_p": "NaN",
        "logit_bias": '{"5": Infinity}',
        "dry_base": "-1e999",
    }.items():
        raw = f'{{"prompt": "Once", "{name}": {value}}}'
        async with client.http.post(f"{client.url}/v1/completions", data=raw) as response:
            answer = await response.json()
        assert response.status == 400
        assert answer["error"]["param"].split(".")[0] == name
