"""Two hundred stories of the real model, streamed, and nothing that is banned in any of them."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from engine.safety.cliches import shipped_cliches
from engine.safety.patterns import Patterns
from engine.safety.phrases import Phrases, find_phrases
from tests.engine.serving.conftest import Client, ServerProcess

STORIES = 200
AT_ONCE = 16
SUBJECTS = ("a lighthouse in fog", "a letter", "two sisters", "a locked door", "a night train")
# Beside the shipped list: what is in nearly every story, so that there is much to take back.
LIKED = ["lighthouse", "the fog", "as the", "of the", "her eyes", "with a", "the door", "and the"]
PATTERNS = [r"\b(?:was|were) \w+ing\b", r"\bnot (?:just|only)\b[^.]{1,60}\bbut\b", r"\bsuddenly\b"]


@pytest.mark.timeout(3000)
async def test_two_hundred_streamed_stories_have_nothing_banned() -> None:
    server = ServerProcess(RUNNING_REQUESTS=str(AT_ONCE))
    try:
        await asyncio.to_thread(server.wait_until_ready, 120)
        connector = aiohttp.TCPConnector(limit=0)
        patience = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(connector=connector, timeout=patience) as http:
            await tell_stories(Client(http, server.url))
    finally:
        server.end()


async def tell_stories(client: Client) -> None:
    """Let the server write them, and read each as it comes."""
    banned = [*LIKED, *shipped_cliches("en", exempt=["Thorne"])]
    phrases, patterns = Phrases(banned), Patterns(PATTERNS)
    places = asyncio.Semaphore(AT_ONCE)
    finishes: Counter[str] = Counter()
    lengths: list[int] = []

    async def story(number: int) -> None:
        text, whole = "", None
        subject = SUBJECTS[number % len(SUBJECTS)]
        body = {
            "messages": [{"role": "user", "content": f"Write a short story about {subject}."}],
            "max_tokens": 120,
            "seed": number,
            "temperature": 0.8,
            "top_k": 50,
            "top_p": 0.95,
            "frequency_penalty": 0.4,
            "banned_strings": banned,
            "banned_regex": PATTERNS,
        }
        async with places:
            async for event in client.stream("/v1/chat/completions", **body):
                choice = event["choices"][0]
                text += choice["delta"].get("content") or ""
                # Whatever a reader has seen so far is the beginning of the reply, and clean.
                assert not list(find_phrases(phrases, text)), text
                whole = choice["finish_reason"]
        assert patterns.find(text, start=0, is_whole=True) is None, text
        finishes[str(whole)] += 1
        lengths.append(len(text))

    await asyncio.gather(*(story(number) for number in range(STORIES)))
    assert sum(finishes.values()) == STORIES
    assert sorted(lengths)[STORIES // 10] > 100  # they tell something, and did not give up
    print(  # noqa: T201 - the figures are what `make prove` is for
        f"\n{STORIES} stories, {sum(lengths):,} characters; ended by {dict(finishes)}"
    )
