"""Measure what bans cost: the shipped list without a hit, and each thing that is taken back.

    python -m bench.bans

It starts a model server of its own, with the settings of the environment. So that nothing is ever
hit, a word that does not exist stands behind each phrase of the shipped list: the automaton is as
large, and as much is held back. Times are CPU seconds of the server's process, medians of rounds
that take turns.
"""

import asyncio
import os
import statistics
import sys
from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog

from bench.cliches import SECONDS_TO_START, story_request
from bench.slop import row
from engine.model.supervisor import ModelServer
from engine.safety.cliches import shipped_cliches

ROUNDS = 4
STREAMS = 8
REPLY_TOKENS = 64


def cpu_seconds(pid: int) -> float:
    """Return what a process has used so far."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - no file on a disk
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def stream(
    http: aiohttp.ClientSession, process: ModelServer, number: int, bans: dict[str, Any]
) -> str:
    """Read one streamed reply; return its text."""
    endpoint = process.endpoint()
    body = story_request(number) | {"max_tokens": REPLY_TOKENS, "ignore_eos": True, **bans}
    async with http.post(
        f"{endpoint.url}/v1/chat/completions",
        json=body,
        headers={"Authorization": f"Bearer {endpoint.api_key}"},
    ) as response:
        response.raise_for_status()
        return str((await response.json())["choices"][0]["message"]["content"])


async def main() -> None:
    """Measure and print the table."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    shipped = shipped_cliches("en")
    kinds: dict[str, dict[str, Sequence[str]]] = {
        "no bans": {},
        "the shipped list, never hit": {"banned_strings": [f"{p} qwzx" for p in shipped]},
        "the same and 30 patterns, never hit": {
            "banned_strings": [f"{p} qwzx" for p in shipped],
            "banned_regex": [rf"\b{p}\b[^.]{{1,40}}qwzx" for p in shipped[:30]],
        },
    }
    spent: dict[str, list[float]] = {name: [] for name in kinds}
    texts: dict[str, list[str]] = {}
    async with ModelServer(seconds_between_tokens=120) as process, aiohttp.ClientSession() as http:
        await process.ready(SECONDS_TO_START)
        pid = process.process_id
        assert pid
        for turn in range(ROUNDS + 1):
            for name, bans in kinds.items():
                before = cpu_seconds(pid)
                texts[name] = await asyncio.gather(
                    *(stream(http, process, n, bans) for n in range(STREAMS))
                )
                if turn:  # the first is slower than all others
                    spent[name].append(cpu_seconds(pid) - before)
    print(row("bans", "CPU ms a token", "against none"))
    print(row("---", "---", "---"))
    plain = statistics.median(spent["no bans"])
    for name, seconds in spent.items():
        middle = statistics.median(seconds)
        cost = 1000 * middle / (STREAMS * REPLY_TOKENS)
        print(row(name, f"{cost:.2f}", f"{middle / plain:.3f}"))
    print(f"\nThe texts are the same in all: {len({tuple(t) for t in texts.values()}) == 1}.")


if __name__ == "__main__":
    asyncio.run(main())
