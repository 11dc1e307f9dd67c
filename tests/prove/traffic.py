"""Clients of a model server that come at random, and what they noted."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

WORDS = ["fog", "bell", "harbour", "lamp", "keeper", "tide", "rope", "winter", "letter", "stone"]


@dataclass
class Noted:
    """What the clients of one server saw."""

    first_token: list[float] = field(default_factory=list)  # seconds
    refused: int = 0
    broke: list[str] = field(default_factory=list)
    texts: dict[str, set[str]] = field(default_factory=dict)  # by prompt

    def p95(self) -> float:
        """Return the 95th percentile of the time to the first token."""
        return sorted(self.first_token)[int(0.95 * (len(self.first_token) - 1))]


def prompt_of(chance: random.Random, words: int) -> str:
    """Return a prompt that nobody has asked before."""
    return " ".join(chance.choices(WORDS, k=words))


async def ask(http: aiohttp.ClientSession, url: str, noted: Noted, **body: Any) -> None:
    """Stream one completion and note how it went."""
    began = time.monotonic()
    text, first = "", None
    async with http.post(url + "/v1/completions", json=body | {"stream": True}) as response:
        if response.status == 429:
            noted.refused += 1
            return
        async for line in response.content:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line.removeprefix(b"data: "))
            if "error" in event:
                noted.broke.append(event["error"]["message"])
                return
            text += event["choices"][0]["text"]
            if first is None and text:
                first = time.monotonic() - began
    if first is None:
        noted.broke.append(f"no text: {response.status}")
    else:
        noted.first_token.append(first)
        noted.texts.setdefault(str(body["prompt"]), set()).add(text)


async def evening(
    http: aiohttp.ClientSession, url: str, noted: Noted, *, rate: float, seconds: float, **body: Any
) -> None:
    """Ask at random moments, `rate` times a second, for so many seconds; wait for the answers."""
    chance = random.Random(str(body["cache_salt"]))
    ends = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        while (now := time.monotonic()) < ends:
            asking = ask(http, url, noted, prompt=prompt_of(chance, 60), **body)
            tasks.create_task(asking)
            await asyncio.sleep(min(chance.expovariate(rate), max(0.0, ends - now)))
