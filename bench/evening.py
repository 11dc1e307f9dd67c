"""Replay a server's evening against any OpenAI endpoint and print a markdown table.

    python -m bench.evening --url http://127.0.0.1:8811 --minutes 5 --turns-per-minute 20

Members write in many channels at random times (a Poisson process). Each channel's story grows, so
that a turn's prompt begins with the prompt of the turn before it; when a story has grown too long
its older half is dropped, as the bot does. One turn at a time is written in a channel.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

WORDS = (  # of which members' paragraphs are made
    "the a one old young grey small bright lighthouse keeper sea storm ship door lamp letter night "
    "morning village road bird dog song storyteller waits walks opens finds forgets remembers asks "
    "answers under over beyond behind before after slowly again never almost"
)
SYSTEM = "You are a novelist. You and other authors tell one story together, a paragraph a turn."
WORDS_A_TURN = (10, 60)
MOST_WORDS = 1200  # of a story in the prompt; then its older half is dropped
CHANNELS_A_SERVER = 5
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Evening:
    """What is replayed."""

    url: str
    model: str
    minutes: float = 5.0
    turns_per_minute: float = 20.0
    channels: int = 50
    reply_tokens: int = 64
    seed: int = 1
    api_key: str = ""
    has_salts: bool = False


@dataclass(slots=True)
class Channel:
    """A story and who may write in it now."""

    number: int
    turns: list[dict[str, str]] = field(default_factory=list)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def append(self, role: str, text: str) -> None:
        """Add a turn; drop the older half of a story that is too long."""
        self.turns.append({"role": role, "content": text})
        if sum(len(turn["content"].split()) for turn in self.turns) > MOST_WORDS:
            kept = len(self.turns) // 2
            self.turns = self.turns[-(kept + kept % 2) :]  # a user's turn comes first


@dataclass(slots=True)
class Turn:
    """One turn as its reader saw it; times in seconds since it was sent."""

    first: float | None = None
    last: float = 0.0
    tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int | None = None
    error: str = ""

    @property
    def seconds_per_token(self) -> float | None:
        """Return the pace after the first token."""
        if self.first is None or self.tokens < 2:
            return None
        return (self.last - self.first) / (self.tokens - 1)


async def replay(evening: Evening, http: aiohttp.ClientSession) -> list[Turn]:
    """Play the evening through and return its turns when the last has ended."""
    chance = random.Random(evening.seed)
    channels = [Channel(number) for number in range(evening.channels)]
    ends = time.monotonic() + 60 * evening.minutes
    turns: list[Turn] = []
    async with asyncio.TaskGroup() as tasks:
        while True:
            await asyncio.sleep(chance.expovariate(evening.turns_per_minute / 60))
            if time.monotonic() > ends:
                break
            turns.append(Turn())
            channel, text = chance.choice(channels), paragraph(chance)
            tasks.create_task(take_turn(evening, http, channel, text, turns[-1]))
    return turns


def paragraph(chance: random.Random) -> str:
    """Return what a member writes."""
    known, count = WORDS.split(), chance.randint(*WORDS_A_TURN)
    return " ".join(chance.choice(known) for _ in range(count)).capitalize() + "."


async def take_turn(
    evening: Evening, http: aiohttp.ClientSession, channel: Channel, text: str, turn: Turn
) -> None:
    """Send a member's words with the story before them, and read the reply."""
    async with channel.busy:
        channel.append("user", text)
        try:
            reply = await read_reply(http, body_of(evening, channel), evening, turn)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            turn.error = turn.error or type(error).__name__
            reply = ""
        channel.append("assistant", reply or "...")


def body_of(evening: Evening, channel: Channel) -> dict[str, Any]:
    """Return a request that every server of the protocol takes."""
    body: dict[str, Any] = {
        "model": evening.model,
        "messages": [{"role": "system", "content": SYSTEM}, *channel.turns],
        "max_tokens": evening.reply_tokens,
        "temperature": 0.8,
        "top_p": 0.95,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if evening.has_salts:
        body["cache_salt"] = f"server-{channel.number // CHANNELS_A_SERVER}"
    return body


async def read_reply(
    http: aiohttp.ClientSession, body: dict[str, Any], evening: Evening, turn: Turn
) -> str:
    """Read a stream to its end and note its times. Without counts, chunks stand for tokens."""
    started = time.perf_counter()
    headers = {"Authorization": f"Bearer {evening.api_key or 'none'}"}
    text, usage = "", None
    async with http.post(chat_address(evening.url), json=body, headers=headers) as response:
        if response.status != 200:
            turn.error = f"HTTP {response.status}"
            return ""
        async for event in events_of(response.content):
            if "error" in event:
                turn.error = "error in the stream"
                return ""
            usage = event.get("usage") or usage
            for choice in event.get("choices", ()):
                if piece := choice.get("delta", {}).get("content"):
                    turn.last = time.perf_counter() - started
                    turn.first = turn.first or turn.last
                    turn.tokens += 1
                    text += piece
    if usage:
        turn.tokens = usage["completion_tokens"]
        turn.prompt_tokens = usage["prompt_tokens"]
        turn.cached_tokens = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    if not text:
        turn.error = "an empty reply"
    return text


async def events_of(lines: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """Yield the events of a stream."""
    async for line in lines:
        data = line.removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data != b"[DONE]":
            yield json.loads(data)


def chat_address(url: str) -> str:
    """Return where chats are answered; the `/v1` of `url` may be left out."""
    return f"{url.rstrip('/').removesuffix('/v1')}/v1/chat/completions"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def report(evening: Evening, turns: Sequence[Turn], seconds: float) -> list[str]:
    """Return the lines of the report."""
    good = [turn for turn in turns if not turn.error]
    return [
        f"{len(turns)} turns in {evening.channels} channels, {evening.turns_per_minute:g} a minute "
        f"for {evening.minutes:g} minutes; replies of at most {evening.reply_tokens} tokens; "
        f"seed {evening.seed}.",
        "",
        "| | mean | " + " | ".join(f"p{p}" for p in PERCENTILES) + " |",
        "| --- |" + " --- |" * (1 + len(PERCENTILES)),
        row("time to first token, ms", (t.first for t in good), lambda s: f"{1000 * s:,.0f}"),
        row("time per token, ms", (t.seconds_per_token for t in good), lambda s: f"{1000 * s:.1f}"),
        row("whole reply, s", (t.last for t in good), lambda s: f"{s:.1f}"),
        "",
        f"Throughput: {sum(t.tokens for t in good) / seconds:.1f} tokens/s in sum, "
        f"{60 * len(good) / seconds:.1f} turns a minute.",
        f"Prompts: {cached_share(good)}.",
        f"Errors: {counted(t.error for t in turns if t.error)}.",
    ]


def row(name: str, values: Iterable[float | None], form: Callable[[float], str]) -> str:
    """Return a line of the table."""
    known = [value for value in values if value is not None]
    if not known:
        return f"| {name} |" + " - |" * (1 + len(PERCENTILES))
    figures = [statistics.fmean(known), *(percentile(known, p) for p in PERCENTILES)]
    return f"| {name} | " + " | ".join(map(form, figures)) + " |"


def cached_share(turns: Sequence[Turn]) -> str:
    """Tell how long prompts were, and how much of them the cache had."""
    told = [turn for turn in turns if turn.cached_tokens is not None and turn.prompt_tokens]
    counted_turns = [turn.prompt_tokens for turn in turns if turn.prompt_tokens]
    if not counted_turns:
        return "their length is not told"
    length = f"{statistics.fmean(counted_turns):,.0f} tokens in the mean"
    if not told:
        return f"{length}; the cached share is not told"
    cached = sum(turn.cached_tokens or 0 for turn in told)
    return f"{length}, {100 * cached / sum(turn.prompt_tokens for turn in told):.0f} % cached"


def counted(errors: Iterable[str]) -> str:
    """Return each error with its count."""
    names = list(errors)
    return ", ".join(f"{names.count(name)} {name}" for name in sorted(set(names))) or "none"


async def first_model(http: aiohttp.ClientSession, evening_url: str, api_key: str) -> str:
    """Return the first model that the endpoint lists."""
    address = f"{evening_url.rstrip('/').removesuffix('/v1')}/v1/models"
    headers = {"Authorization": f"Bearer {api_key or 'none'}"}
    async with http.get(address, headers=headers) as response:
        return str((await response.json())["data"][0]["id"])


async def run(options: argparse.Namespace) -> int:
    """Play one evening; return 1 if every turn failed."""
    limits = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=limits
    ) as http:
        model = options.model or await first_model(http, options.url, options.api_key)
        evening = Evening(
            url=options.url,
            model=model,
            minutes=options.minutes,
            turns_per_minute=options.turns_per_minute,
            channels=options.channels,
            reply_tokens=options.reply_tokens,
            seed=options.seed,
            api_key=options.api_key,
            has_salts=options.salts,
        )
        started = time.monotonic()
        turns = await replay(evening, http)
        print("\n".join(report(evening, turns, time.monotonic() - started)))
    return int(all(turn.error for turn in turns))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8811", help="with or without /v1")
    parser.add_argument("--model", default="", help="the first that is listed, unless given")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--turns-per-minute", type=float, default=20.0)
    parser.add_argument("--channels", type=int, default=50)
    parser.add_argument("--reply-tokens", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--salts", action="store_true", help="send cache_salt (vLLM and ours)")
    return asyncio.run(run(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
