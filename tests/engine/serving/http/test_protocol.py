"""The OpenAI protocol over HTTP, on the real model."""

import asyncio
import io
from typing import Any

import aiohttp
import openai
import pytest

from tests.engine.serving.conftest import CACHE_TOKENS, Client

MODEL = "SmolLM2-135M-Instruct"
CHAT = [{"role": "user", "content": "Write one sentence about a lighthouse."}]
STORY = "The lighthouse keeper had not spoken to anybody for eleven days when the radio, which "


async def test_the_model_is_listed_with_what_a_prompt_has_to_know(client: Client) -> None:
    status, answer = await client.get("/v1/models")
    assert status == 200
    (entry,) = answer["data"]
    assert entry["id"] == MODEL
    assert entry["max_model_len"] == CACHE_TOKENS
    assert entry["running_requests"] == 8
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>"} <= set(
        entry["special_tokens"]
    )
    assert len(entry["tokenizer"]) == 16


async def test_a_chat_is_answered_whole(client: Client) -> None:
    status, answer = await client.post(
        "/v1/chat/completions", model=MODEL, messages=CHAT, max_completion_tokens=12, seed=3
    )
    assert status == 200
    assert answer["object"] == "chat.completion"
    (choice,) = answer["choices"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"].strip()
    assert choice["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 12
    assert answer["usage"]["prompt_tokens"] == 37


async def test_a_streamed_chat_says_the_same_as_a_whole_one(client: Client) -> None:
    ask: dict[str, Any] = {"messages": CHAT, "max_tokens": 16, "seed": 5}
    _, whole = await client.post("/v1/chat/completions", **ask)
    options = {"include_usage": True}
    events = [
        event
        async for event in client.stream("/v1/chat/completions", stream_options=options, **ask)
    ]
    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    *pieces, last = [event for event in events if event["choices"]]
    text = "".join(event["choices"][0]["delta"]["content"] for event in [*pieces, last])
    assert text == whole["choices"][0]["message"]["content"]
    assert last["choices"][0]["finish_reason"] == "length"
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["completion_tokens"] == 16


async def test_the_official_client_is_at_home(client: Client) -> None:
    async with openai.AsyncOpenAI(
        api_key="none", base_url=f"{client.url}/v1", max_retries=0
    ) as official:
        assert [model.id async for model in official.models.list()] == [MODEL]
        stream = await official.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Write one sentence about a lighthouse."}],
            max_tokens=5,
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"top_k": 50, "cache_salt": "a", "chat_template_kwargs": {"x": True}},
        )
        chunks = [chunk async for chunk in stream]
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        usage = chunks[-1].usage
        assert usage is not None
        assert usage.completion_tokens == 5
        with pytest.raises(openai.BadRequestError) as refusal:
            await official.completions.create(model=MODEL, prompt="")
        assert refusal.value.code == "empty_prompt"
        with pytest.raises(openai.NotFoundError):
            await official.completions.create(model="gpt-9", prompt="Once")


async def test_text_comes_piece_by_piece(client: Client, http: aiohttp.ClientSession) -> None:
    body = {"prompt": STORY, "max_tokens": 30, "ignore_eos": True, "stream": True}
    async with http.post(client.url + "/v1/completions", json=body) as response:
        now = asyncio.get_running_loop().time
        times = [now() async for line in response.content if line.strip()]
    assert times[-1] - times[2] > 5 * (times[3] - times[2])


async def test_several_choices_differ_and_each_has_its_number(client: Client) -> None:
    answer = await client.complete(STORY, n=3, max_tokens=12, seed=1)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert len({choice["text"] for choice in answer["choices"]}) == 3
    assert answer["usage"]["prompt_tokens"] < 40


async def test_streamed_choices_are_told_apart_by_their_number(client: Client) -> None:
    prompts = [STORY, "Once upon a time"]
    whole = await client.complete(prompts, n=2, max_tokens=6, temperature=0)
    texts = ["", "", "", ""]
    async for event in client.stream(
        "/v1/completions", prompt=prompts, n=2, max_tokens=6, temperature=0
    ):
        for choice in event["choices"]:
            texts[choice["index"]] += choice["text"]
    assert texts == [choice["text"] for choice in whole["choices"]]
    assert texts[0] == texts[1] != texts[2] == texts[3]


async def test_the_same_seed_gives_the_same_text_and_another_seed_another(client: Client) -> None:
    first = await client.text(STORY, seed=11, max_tokens=15)
    assert await client.text(STORY, seed=11, max_tokens=15) == first
    assert await client.text(STORY, seed=12, max_tokens=15) != first


async def test_temperature_zero_is_greedy_whatever_the_seed(client: Client) -> None:
    texts = {await client.text(STORY, temperature=0, seed=i, max_tokens=12) for i in range(3)}
    texts.add(await client.text(STORY, top_k=1, max_tokens=12))
    assert len(texts) == 1


async def test_a_reply_ends_before_its_stop_string(client: Client) -> None:
    free = await client.text(STORY, temperature=0, max_tokens=30)
    stop = free[12:17]
    answer = await client.complete(STORY, temperature=0, max_tokens=30, stop=[stop, "\n\n\n"])
    assert answer["choices"][0]["text"] == free[: free.index(stop)]
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["completion_tokens"] < 30
    streamed = ""
    async for event in client.stream(
        "/v1/completions", prompt=STORY, temperature=0, max_tokens=30, stop=stop
    ):
        streamed += event["choices"][0]["text"]
        assert stop not in streamed
    assert streamed == free[: free.index(stop)]


async def test_a_prompt_seen_before_is_found_in_the_cache(client: Client) -> None:
    prompt = [2000 + i for i in range(100)]
    first = await client.complete(prompt, max_tokens=2)
    again = await client.complete(prompt, max_tokens=2)
    assert first["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert again["usage"]["prompt_tokens_details"]["cached_tokens"] == 96


async def test_a_prompt_of_another_salt_is_not_found_in_the_cache(client: Client) -> None:
    prompt = [3000 + i for i in range(100)]

    async def cached(salt: str | None) -> int:
        answer = await client.complete(prompt, max_tokens=2, cache_salt=salt)
        return int(answer["usage"]["prompt_tokens_details"]["cached_tokens"])

    assert [await cached(salt) for salt in ("a", "b", None, "")] == [0, 0, 0, 96]
    assert [await cached(salt) for salt in ("a", "b", None)] == [96, 96, 96]


async def test_tokens_are_counted_as_the_model_counts_them(client: Client) -> None:
    _, one = await client.post("/tokenize", prompt=STORY)
    assert one["count"] == len(one["tokens"])
    assert one["max_model_len"] == CACHE_TOKENS
    answer = await client.complete(one["tokens"], max_tokens=1)
    assert answer["usage"]["prompt_tokens"] == one["count"]
    _, several = await client.post("/tokenize", prompt=[STORY, "", " the"])
    assert several["counts"] == [one["count"], 0, 1]
    _, chat = await client.post("/tokenize", messages=CHAT)
    assert chat["count"] == 37


async def test_control_tokens_in_a_message_are_the_callers_to_break(client: Client) -> None:
    _, plain = await client.post("/tokenize", prompt="<|im_end|>", add_special_tokens=False)
    assert plain["tokens"] == [2]


async def test_content_may_come_in_parts(client: Client) -> None:
    parts = [{"type": "text", "text": "Write one sentence "}, {"type": "text", "text": "about"}]
    _, one = await client.post("/tokenize", messages=[{"role": "user", "content": parts}])
    text = "Write one sentence about"
    _, other = await client.post("/tokenize", messages=[{"role": "user", "content": text}])
    assert one["tokens"] == other["tokens"]


async def test_an_unknown_model_is_not_found(client: Client) -> None:
    for path, body in (
        ("/v1/chat/completions", {"messages": CHAT}),
        ("/v1/completions", {"prompt": "Once"}),
        ("/tokenize", {"prompt": "Once"}),
    ):
        status, answer = await client.post(path, model="gpt-9", **body)
        assert status == 404
        assert answer["error"]["code"] == "model_not_found"


async def test_what_is_no_request_is_refused_in_the_form_of_the_protocol(
    client: Client, http: aiohttp.ClientSession
) -> None:
    for path, raw, status in (
        ("/v1/completions", b"{", 400),
        ("/v1/completions", b"[" * 5000, 400),
        ("/v1/completions", b'{"prompt": "' + b"x" * (2 << 20) + b'"}', 413),
        ("/v1/chat/completions", b'{"messages": []}', 400),
        ("/v1/chat/completions", b'{"messages": [{"role": "tool", "content": "x"}]}', 400),
        ("/tokenize", b"{}", 400),
        ("/v1/embeddings", b"{}", 404),
    ):
        async with http.post(client.url + path, data=io.BytesIO(raw)) as response:
            answer = await response.json()
            assert (response.status, path) == (status, path)
            assert set(answer["error"]) == {"message", "type", "param", "code"}


async def test_metrics_count_tokens_and_first_tokens(
    client: Client, http: aiohttp.ClientSession
) -> None:
    async def figures() -> dict[str, float]:
        async with http.get(client.url + "/metrics") as response:
            lines = (await response.text()).splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    before = await figures()
    await client.complete(STORY, max_tokens=7, ignore_eos=True)
    after = await figures()
    replies = 'scriptorium_tokens_total{kind="reply"}'
    assert after[replies] - before[replies] == 7
    count = "scriptorium_first_token_seconds_count"
    assert after[count] - before[count] == 1
    for gauge in ("requests_running", "requests_waiting", "loop_restarts"):
        assert after[f"scriptorium_{gauge}"] == 0
    assert 0 <= after["scriptorium_cache_use_ratio"] < 0.5
