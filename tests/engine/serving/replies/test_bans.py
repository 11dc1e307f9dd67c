"""What is banned does not come out of the real model, and nothing else changes for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import pytest_asyncio

from engine.safety.phrases import Phrases, find_phrases
from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.replies.bans import read_bans
from engine.serving.replies.writing import Usage, write
from tests.engine.serving.conftest import Client
from tests.engine.serving.small_model import DRAWN, Rules, load_small_model, opened, tokens_of

CHAT = "/v1/chat/completions"
PROMPT = "Write the beginning of a ghost story about a lighthouse in fog."
# What the embedded model says to this prompt in nearly every reply, and words in all of them.
LIKED = ["lighthouse", "the fog", "once upon a time", "as the", "with a", "the wind"]
COMMON = ["the", "of", "a", "and"]


def asking(**options: Any) -> dict[str, Any]:
    """Return the body of a request for a story."""
    return {"messages": [{"role": "user", "content": PROMPT}], "max_tokens": 48, **options}


def banned_in(text: str, phrases: list[str]) -> list[str]:
    """Return the banned phrases of a text."""
    return [text[span.start : span.end] for span in find_phrases(Phrases(phrases), text)]


async def streamed(client: Client, **options: Any) -> str:
    """Return the text of a streamed chat."""
    text = ""
    async for event in client.stream(CHAT, **asking(**options)):
        for choice in event["choices"]:
            text += choice["delta"].get("content") or ""
    return text


async def test_phrases_the_model_likes_never_come_out_streamed_over_several_seeds(
    client: Client,
) -> None:
    free = await asyncio.gather(*(streamed(client, seed=seed) for seed in range(4)))
    assert all(banned_in(text, LIKED) for text in free)
    texts = await asyncio.gather(
        *(streamed(client, seed=seed, banned_strings=LIKED) for seed in range(4))
    )
    assert [banned_in(text, LIKED) for text in texts] == [[]] * 4
    assert all(len(text) > 100 for text in texts)  # they did not give up


async def test_text_before_the_first_hit_is_the_text_without_bans(client: Client) -> None:
    free = await streamed(client, temperature=0)
    at = next(find_phrases(Phrases(LIKED), free)).start
    banned = await streamed(client, temperature=0, banned_strings=LIKED)
    assert banned.startswith(free[:at].rstrip())
    assert banned != free


async def test_bans_that_meet_nothing_change_nothing(client: Client) -> None:
    bans = {"banned_strings": ["a purple dodecahedron"], "banned_regex": [r"\bqu[aeiou]{3,}x\b"]}
    free, banned = await asyncio.gather(
        streamed(client, seed=3, temperature=0), streamed(client, seed=3, temperature=0, **bans)
    )
    assert banned == free


async def test_patterns_are_kept_out_and_tokens_taken_back_do_not_count(client: Client) -> None:
    status, answer = await client.post(
        CHAT, **asking(temperature=0, banned_regex=[r"\bthe \w+", "[aA]s "], n=2)
    )
    assert status == 200
    for choice in answer["choices"]:
        text = choice["message"]["content"].lower()
        assert " the " not in text.replace("the\n", "")
        assert "as " not in text
        assert choice["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 96  # what is shown, however often it was tried


async def test_logprobs_are_of_the_tokens_that_stayed(client: Client) -> None:
    status, answer = await client.post(
        CHAT, **asking(temperature=0, banned_strings=LIKED, logprobs=True, top_logprobs=2)
    )
    assert status == 200
    choice = answer["choices"][0]
    told = b"".join(bytes(token["bytes"]) for token in choice["logprobs"]["content"])
    assert told.decode() == choice["message"]["content"]
    assert len(choice["logprobs"]["content"]) == answer["usage"]["completion_tokens"]


async def test_a_stop_string_within_held_text_ends_the_reply(client: Client) -> None:
    free = await streamed(client, temperature=0)
    words = free.split(" ")
    phrase = " ".join([*words[4:9], "dodecahedron"])  # begins as the reply does, and never ends
    stop = " ".join(words[6:8])
    text = await streamed(client, temperature=0, banned_strings=[phrase], stop=stop)
    assert text == free[: free.index(stop)]


async def test_bans_beside_a_structure_are_refused(client: Client) -> None:
    body = asking(structured_outputs={"choice": ["a lamp", "an owl"]}, banned_strings=["lamp"])
    status, answer = await client.post(CHAT, **body)
    assert (status, answer["error"]["code"]) == (400, "structure_conflict")


@pytest.mark.parametrize(
    ("bans", "code"),
    [
        ({"banned_regex": ["("]}, "invalid_ban"),
        ({"banned_regex": ["x*"]}, "invalid_ban"),
        ({"banned_regex": [r"\b"]}, "invalid_ban"),
        ({"banned_regex": ["(?=x)"]}, "invalid_ban"),
        ({"banned_regex": ["((a{30}){30}b{900}){1,9}"]}, "invalid_ban"),
        ({"banned_regex": ["x" * 301]}, "invalid_value"),
        ({"banned_regex": [f"x{i}" for i in range(33)]}, "invalid_value"),
        ({"banned_strings": [" \n"]}, "invalid_ban"),
        ({"banned_strings": [""]}, "invalid_value"),
        ({"banned_strings": [f"{'word ' * 20}{i}" for i in range(999)]}, "too_many_bans"),
    ],
)
async def test_a_ban_that_cannot_be_kept_is_refused(
    client: Client, bans: dict[str, list[str]], code: str
) -> None:
    status, answer = await client.post(CHAT, **asking(**bans))
    assert (status, answer["error"]["code"]) == (400, code)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch() -> AsyncIterator[Batch]:
    """A few layers in fp32, where a text is the same alone and in a batch."""
    async with opened(load_small_model(), Rules(), 8192) as batch:
        yield batch


async def small_reply(batch: Batch, prompt: str) -> str:
    """Return a drawn reply under bans that it meets often."""
    job = Job(
        prompts=(tokens_of(batch, prompt),),
        choices=1,
        most_tokens=16,
        sampling=DRAWN,
        stops=(),
        ignore_stop_tokens=True,
        cache_salt="",
        bans=read_bans(COMMON, [r"[.,]\s"]),
    )
    with batch.reserve(1):
        async with aclosing(write(batch, job, Usage())) as pieces:
            return "".join([piece.text async for piece in pieces])


@pytest.mark.asyncio(loop_scope="module")
async def test_a_reply_is_the_same_alone_and_beside_others(batch: Batch) -> None:
    prompts = ["The lighthouse keeper", "Once there was"]
    alone = [await small_reply(batch, prompt) for prompt in prompts]
    assert [banned_in(text, COMMON) for text in alone] == [[], []]
    together = await asyncio.gather(*(small_reply(batch, prompt) for prompt in prompts))
    assert together == alone
