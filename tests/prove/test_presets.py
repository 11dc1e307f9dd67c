"""What each preset promises, on the real model: steady goes in no circles, adventurous is no noise.

The same beginnings and seeds for all presets.
"""

import asyncio
import re
from dataclasses import asdict
from statistics import mean

import aiohttp
import pytest

from engine.model.presets import load_presets
from tests.engine.serving.conftest import Client, ServerProcess

BEGINNINGS = (
    "The lighthouse had been dark for thirty years when Ines climbed its stairs with a can of oil.",
    "Nobody in the village remembered who had built the clock, but it ran backwards.",
    "The detective put the wet glove on the table. 'This,' she said, 'was in the piano.'",
)
SEEDS = range(4)
MOST_REPEATS = {  # of runs of four words, the mean over all replies
    "steady": 0.05,
    "balanced": 0.05,
    "adventurous": 0.02,
    "verse": 0.06,
    "critic": 0.3,  # sober, and so more often the same on a model this small
}
MOST_TOKENS_PER_WORD = 2.0  # noise is letters, and falls into many tokens


@pytest.mark.timeout(900)
async def test_every_preset_writes_words_and_goes_in_no_circles() -> None:
    server = ServerProcess(RUNNING_REQUESTS="12")
    try:
        await asyncio.to_thread(server.wait_until_ready, 120)
        patience = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=patience) as http:
            client = Client(http, server.url)
            kinds = {key: await tell(client, key) for key in load_presets()}
    finally:
        server.end()
    repeats = {key: mean(map(repeated, texts)) for key, (texts, _) in kinds.items()}
    assert {key: share for key, share in repeats.items() if share > MOST_REPEATS[key]} == {}
    tokens_per_word = {
        key: tokens / sum(len(text.split()) for text in texts)
        for key, (texts, tokens) in kinds.items()
    }
    assert max(tokens_per_word.values()) < MOST_TOKENS_PER_WORD, tokens_per_word
    words = {key: len(set(re.findall(r"\w+", " ".join(t)))) for key, (t, _) in kinds.items()}
    assert words["critic"] < words["adventurous"], words


async def tell(client: Client, key: str) -> tuple[list[str], int]:
    """Let a preset go on with every beginning; return the texts and their tokens in sum."""
    sampling = asdict(load_presets()[key].sampling)
    bodies = [
        {
            "messages": [{"role": "user", "content": f"Write the next part of this: {beginning}"}],
            "max_tokens": 200,
            "seed": seed,
            **sampling,
        }
        for beginning in BEGINNINGS
        for seed in SEEDS
    ]
    answers = await asyncio.gather(
        *(client.post("/v1/chat/completions", **body) for body in bodies)
    )
    assert {status for status, _ in answers} == {200}, answers
    texts = [answer["choices"][0]["message"]["content"] for _, answer in answers]
    return texts, sum(answer["usage"]["completion_tokens"] for _, answer in answers)


def repeated(text: str) -> float:
    """Return the share of runs of four words that stood there before."""
    words = text.casefold().split()
    runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0
