"""What is known to end the generation loop: each bad request fails alone, its neighbours finish."""

import asyncio

import aiohttp

from tests.engine.serving.conftest import CACHE_TOKENS, PLACES, Client

VOCABULARY = 49_152
NEIGHBOURS = ("The fog came in at noon.", "Mara counted the coins twice.", "Nobody rang the bell.")


async def neighbour(client: Client, prompt: str) -> str:
    """Return how a request ended that never stops before its 40 tokens."""
    answer = await client.complete(prompt, max_tokens=40, ignore_eos=True, temperature=0)
    assert answer["usage"]["completion_tokens"] == 40
    return str(answer["choices"][0]["finish_reason"])


BAD = {
    "empty_prompt": {"prompt": ""},
    "empty_list_of_prompts": {"prompt": []},
    "no_tokens": {"prompt": [[]]},
    "longer_than_cache": {"prompt": [100] * (CACHE_TOKENS + 1)},
    "reply_longer_than_cache": {"prompt": "Once", "max_tokens": CACHE_TOKENS},
    "longer_than_context": {"prompt": "fog " * 8193},
    "negative_token": {"prompt": [5, -1]},
    "token_behind_the_last": {"prompt": [5, VOCABULARY]},
    "token_beyond_64_bits": {"prompt": [5, 2**70]},
    "fractional_token": {"prompt": [5, 6.5]},
    "nan_temperature": {"prompt": "Once", "temperature": "nan"},
    "negative_temperature": {"prompt": "Once", "temperature": -1},
    "top_p_of_nothing": {"prompt": "Once", "top_p": 0},
    "negative_top_k": {"prompt": "Once", "top_k": -2},
    "no_tokens_asked": {"prompt": "Once", "max_tokens": 0},
    "empty_stop": {"prompt": "Once", "stop": [""]},
    "half_a_character": {"prompt": "Once \ud83c"},
    "unknown_field": {"prompt": "Once", "best_of": 2},
    "biased_token_behind_the_last": {"prompt": "Once", "logit_bias": {str(VOCABULARY): 1}},
    "stop_token_behind_the_last": {"prompt": "Once", "stop_token_ids": [VOCABULARY]},
    "more_breakers_than_allowed": {"prompt": "Once", "dry_sequence_breakers": ["x"] * 65},
    "more_choices_than_places": {"prompt": ["Once"] * PLACES, "n": 2},
}


async def test_bad_requests_fail_alone_while_their_neighbours_finish(client: Client) -> None:
    others = [asyncio.create_task(neighbour(client, prompt)) for prompt in NEIGHBOURS]
    await asyncio.sleep(0.2)
    answers = await asyncio.gather(
        *(client.post("/v1/completions", **body) for body in BAD.values())
    )
    assert not any(other.done() for other in others)
    statuses = dict(zip(BAD, (status for status, _ in answers), strict=True))
    assert statuses == dict.fromkeys(BAD, 400)
    for _, answer in answers:
        assert answer["error"]["type"] == "invalid_request_error"
        assert answer["error"]["code"]
        assert answer["error"]["message"]
    assert await asyncio.gather(*others) == ["length"] * 3


# Each is a parameter of the tokenizer beside the template's variables: a prompt as long as asked,
# one that is cut, another template, which may never end, and what leaves no tokens.
NOT_OF_THE_TEMPLATE = (
    {"padding": "max_length", "max_length": 4000},
    {"truncation": True, "max_length": 5},
    {"chat_template": "{{ 'x' }}"},
    {"tokenize": False},
    {"messages": "x"},
)


async def test_a_chat_sets_variables_of_its_template_and_nothing_else(client: Client) -> None:
    chat = [{"role": "user", "content": "Where does the fog come from?"}]
    for variables in NOT_OF_THE_TEMPLATE:
        for path in ("/v1/chat/completions", "/tokenize"):
            status, answer = await client.post(path, messages=chat, chat_template_kwargs=variables)
            assert (status, answer["error"]["param"]) == (400, "chat_template_kwargs"), variables


async def test_a_prompt_that_is_too_long_says_by_how_much(client: Client) -> None:
    status, answer = await client.post("/v1/completions", prompt=[100] * 2040, max_tokens=100)
    assert status == 400
    assert answer["error"]["code"] == "context_length_exceeded"
    for number in ("2048", "2040", "100"):
        assert number in answer["error"]["message"]


async def test_a_prompt_and_reply_that_just_fit_the_cache_are_served(client: Client) -> None:
    answer = await client.complete([100] * (CACHE_TOKENS - 5), max_tokens=5, ignore_eos=True)
    assert answer["usage"]["completion_tokens"] == 5


async def test_extreme_but_legal_sampling_is_served(client: Client) -> None:
    for options in (
        {"top_k": 10**6},
        {"top_k": -1},
        {"top_p": 1e-9},
        {"temperature": 1e-30},
        {"temperature": 2.0, "top_k": 2000},
        {"seed": -(2**63)},
        {"seed": 2**63 - 1, "n": 2},
    ):
        answer = await client.complete("Once upon a time", max_tokens=3, **options)
        assert answer["choices"][0]["finish_reason"] in {"length", "stop"}


async def test_more_requests_than_the_cache_holds_all_finish(client: Client) -> None:
    prompts = [[1000 + i] * 280 for i in range(8)]  # 8 * 300 tokens, and the cache has 2,048
    answers = await asyncio.gather(
        *(client.complete(prompt, max_tokens=20, ignore_eos=True) for prompt in prompts)
    )
    assert [answer["usage"]["completion_tokens"] for answer in answers] == [20] * 8


async def test_a_client_that_goes_away_frees_its_place_and_harms_nobody(
    client: Client, http: aiohttp.ClientSession
) -> None:
    other = asyncio.create_task(neighbour(client, NEIGHBOURS[0]))
    for stream in (True, False):
        body = {"prompt": "Once", "max_tokens": 1500, "ignore_eos": True, "stream": stream}
        request = http.post(client.url + "/v1/completions", json=body)
        task = asyncio.create_task(request.__aenter__())
        await asyncio.sleep(1.0)
        if stream:
            (await task).close()
        task.cancel()
    assert await other == "length"
    await client.empty(seconds=5)  # 1,500 tokens would take much longer


async def test_requests_beyond_the_last_place_are_told_when_to_come_again(
    client: Client, http: aiohttp.ClientSession
) -> None:
    async def ask() -> tuple[int, str | None]:
        body = {"prompt": "Once", "max_tokens": 30, "ignore_eos": True}
        async with http.post(client.url + "/v1/completions", json=body) as response:
            answer = await response.json()
            if response.status == 429:
                assert answer["error"]["code"] == "queue_full"
            return response.status, response.headers.get("Retry-After")

    answers = await asyncio.gather(*(ask() for _ in range(PLACES + 5)))
    assert [status for status, _ in answers].count(200) == PLACES
    refused = [retry_after for status, retry_after in answers if status == 429]
    assert len(refused) == 5
    assert all(retry_after and 1 <= int(retry_after) <= 60 for retry_after in refused)
