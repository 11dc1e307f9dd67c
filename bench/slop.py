"""Measure clichés before and after the shipped list is banned, on the same prompts and seeds.

    python -m bench.slop [--count 48]

It starts a model server of its own, with the settings of the environment. Two lists are counted:
the shipped one, and the n-grams of `suspects-en.txt`, which nothing bans: they tell whether a ban
only pushes the model into the next best cliché. Stories are others than those that were counted
to make the lists.
"""

import argparse
import asyncio
import random
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bench.cliches import AT_ONCE, SECONDS_TO_START, story_request
from engine.model.supervisor import ModelServer
from engine.safety.cliches import shipped_cliches
from engine.safety.slop import Slop, slop_index

FIRST_STORY = 10_000  # far from those that the list was made from
SUSPECTS = Path(__file__).with_name("suspects-en.txt")


@dataclass(frozen=True, slots=True)
class Story:
    """A story and how it ended."""

    text: str
    finish: str
    tokens: int


async def tell(
    process: ModelServer, http: aiohttp.ClientSession, number: int, banned: Sequence[str]
) -> Story:
    """Let the server write one story."""
    endpoint = process.endpoint()
    body: dict[str, Any] = story_request(number)
    if banned:
        body["banned_strings"] = banned
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    url = f"{endpoint.url}/v1/chat/completions"
    async with http.post(
        url, json=body, headers=headers, timeout=aiohttp.ClientTimeout(total=None)
    ) as response:
        answer = await response.json()
        assert response.status == 200, answer
    choice, used = answer["choices"][0], answer["usage"]["completion_tokens"]
    return Story(choice["message"]["content"], choice["finish_reason"], used)


async def tell_all(process: ModelServer, count: int, banned: Sequence[str]) -> list[Story]:
    """Let the server write them, some at once."""
    places = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as http:

        async def one(number: int) -> Story:
            async with places:
                return await tell(process, http, number, banned)

        numbers = range(FIRST_STORY, FIRST_STORY + count)
        return await asyncio.gather(*(one(number) for number in numbers))


def interval(values: Sequence[float]) -> str:
    """Return the mean and its 95 % interval, by bootstrap."""
    dice = random.Random(0)
    means = sorted(statistics.fmean(dice.choices(values, k=len(values))) for _ in range(2000))
    return f"{statistics.fmean(values):.1f} ({means[50]:.1f} to {means[1949]:.1f})"


def row(*cells: object) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def describe(name: str, stories: Sequence[Story], shipped: Sequence[str]) -> str:
    """Return the figures of one run as a row."""
    lines = SUSPECTS.read_text().splitlines()
    suspects = [line for line in lines if line and not line.startswith("#")]
    own = [slop_index(story.text, shipped) for story in stories]
    wide = [slop_index(story.text, suspects) for story in stories]
    words = statistics.fmean(slop.words for slop in own)
    ended = sum(story.finish == "stop" for story in stories)
    hits = sum(len(slop.hits) for slop in own)
    figures = interval([slop.index for slop in own]), interval([slop.index for slop in wide])
    return row(name, hits, *figures, f"{words:.0f}", f"{ended} of {len(stories)}")


def worst(stories: Sequence[Slop]) -> str:
    """Return the most frequent hits."""
    counts = Counter(hit.lower() for slop in stories for hit in slop.hits)
    return ", ".join(f"{hit} ({n})" for hit, n in counts.most_common(8))


async def main() -> None:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=48)
    count = parser.parse_args().count
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    shipped = shipped_cliches("en")
    print(row("bans", "hits", "index, shipped list", "index, suspects", "words", "ended early"))
    print(row(*["---"] * 6))
    async with ModelServer(seconds_between_tokens=120) as process:
        await process.ready(SECONDS_TO_START)
        before = await tell_all(process, count, ())
        print(describe("none", before, shipped), flush=True)
        after = await tell_all(process, count, shipped)
        print(describe(f"the shipped list ({len(shipped)})", after, shipped), flush=True)
    print("\nBefore:", worst([slop_index(story.text, shipped) for story in before]))
    same = sum(a.text == b.text for a, b in zip(before, after, strict=True))
    print(f"\n{same} of {count} stories had no hit and are the same in both.")


if __name__ == "__main__":
    asyncio.run(main())
