"""Measure the model server on the embedded model and print a markdown table.

    python -m bench.serving

It starts a server process of its own, with the settings of the environment, and needs two to
four minutes on a calm machine. Prompts are random tokens, so that nothing is shared by chance;
times are medians, by the wall clock, over HTTP, as a client sees them.
"""

import asyncio
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from engine.model.connection import Endpoint
from engine.model.supervisor import ModelServer
from engine.settings import ServingSettings

STREAMS = (1, 4, 16)
STREAM_PROMPT_TOKENS = 200
REPLY_TOKENS = 64
PREFIXES = (200, 1000, 3000)
NEW_TOKENS = 20  # that follow a warm prefix
REPETITIONS = 5
SECONDS_TO_START = 300


@dataclass(frozen=True, slots=True)
class Timing:
    """One reply as its client saw it."""

    first: float  # seconds from the request to the first text
    last: float  # seconds from the request to the end
    tokens: int

    @property
    def tokens_per_second(self) -> float:
        """Return the pace after the first token."""
        return (self.tokens - 1) / (self.last - self.first)


class Server:
    """The server under measurement."""

    def __init__(self, http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
        self.http = http
        self.url = endpoint.url
        self.headers = {"Authorization": f"Bearer {endpoint.api_key}"}

    async def time_reply(self, prompt: list[int], reply_tokens: int) -> Timing:
        """Stream one reply and time it."""
        started, first, tokens = time.perf_counter(), 0.0, 0
        async for event in self.events(prompt, reply_tokens):
            if not first and event["choices"] and event["choices"][0]["text"]:
                first = time.perf_counter() - started
            if event.get("usage"):
                tokens = event["usage"]["completion_tokens"]
        last = time.perf_counter() - started
        return Timing(first or last, last, tokens)

    async def events(self, prompt: list[int], reply_tokens: int) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a streamed reply."""
        body = {
            "prompt": prompt,
            "max_tokens": reply_tokens,
            "ignore_eos": True,
            "temperature": 0.8,
            "top_k": 50,
            "top_p": 0.95,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        url = f"{self.url}/v1/completions"
        async with self.http.post(url, json=body, headers=self.headers) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: {"):
                    yield json.loads(line.removeprefix(b"data: "))


def random_prompt(tokens: int) -> list[int]:
    """Return a prompt that shares no block with any other."""
    return random.choices(range(100, 40_000), k=tokens)


async def measure_streams(server: Server, streams: int) -> str:
    """Return a table row for so many replies at once."""
    firsts, paces, sums = [], [], []
    for _ in range(REPETITIONS):
        prompts = [random_prompt(STREAM_PROMPT_TOKENS) for _ in range(streams)]
        started = time.perf_counter()
        timings = await asyncio.gather(
            *(server.time_reply(prompt, REPLY_TOKENS) for prompt in prompts)
        )
        sums.append(sum(t.tokens for t in timings) / (time.perf_counter() - started))
        firsts += [t.first for t in timings]
        paces += [t.tokens_per_second for t in timings]
    slowest = sorted(firsts)[int(0.95 * (len(firsts) - 1))]
    return row(
        str(streams),
        milliseconds(firsts),
        f"{1000 * slowest:,.0f}",
        f"{statistics.median(paces):.1f}",
        f"{statistics.median(sums):.1f}",
    )


async def measure_prefix(server: Server, tokens: int) -> str:
    """Return a table row for a history of so many tokens, unknown and known to the cache."""
    cold, warm = [], []
    for _ in range(REPETITIONS):
        prompt = random_prompt(tokens)
        cold.append((await server.time_reply(prompt, 2)).first)
        warm.append((await server.time_reply(prompt + random_prompt(NEW_TOKENS), 2)).first)
    gain = statistics.median(cold) / statistics.median(warm)
    return row(f"{tokens:,}", milliseconds(cold), milliseconds(warm), f"{gain:.1f}")


def row(*cells: str) -> str:
    """Return one row of a markdown table."""
    return f"| {' | '.join(cells)} |"


def milliseconds(seconds: Sequence[float]) -> str:
    """Return the median and the range."""
    middle, least, most = (1000 * f(seconds) for f in (statistics.median, min, max))
    return f"{middle:,.0f} ({least:,.0f}-{most:,.0f})"


def machine(settings: ServingSettings) -> str:
    """Describe what was measured, on what."""
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    cpu = next((n.split(":")[1].strip() for n in names if "model name" in n), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"Model `{settings.model}`, quantization {settings.quantization}, device "
        f"{settings.device}, {settings.model_threads} thread(s). {cpu}, {os.cpu_count()} CPUs, "
        f"{memory:.0f} GiB; load average {os.getloadavg()[0]:.1f} before the start. "
        f"torch {version('torch')}, transformers {version('transformers')}, "
        f"bitsandbytes {version('bitsandbytes')}, Python {platform.python_version()}."
    )


async def main() -> None:
    """Measure everything and print it as it comes."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(machine(ServingSettings()), end="\n\n")
    started = time.perf_counter()
    async with ModelServer(seconds_between_tokens=120) as process, aiohttp.ClientSession() as http:
        await process.ready(SECONDS_TO_START)
        print(f"From the start of the process to ready: {time.perf_counter() - started:.1f} s.\n")
        server = Server(http, process.endpoint())
        await server.time_reply(random_prompt(50), 8)  # the first steps are slower than all others
        print(row("streams", "first token, ms", "95 %, ms", "tokens/s each", "tokens/s in sum"))
        print(row(*["---"] * 5))
        for streams in STREAMS:
            print(await measure_streams(server, streams), flush=True)
        print()
        print(row("history, tokens", "cold, ms", f"warm + {NEW_TOKENS} new, ms", "cold / warm"))
        print(row(*["---"] * 4))
        for tokens in PREFIXES:
            print(await measure_prefix(server, tokens), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
