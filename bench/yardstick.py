"""Measure the model server beside llama.cpp, in one run, and print markdown tables.

    OMP_NUM_THREADS=1 python -m bench.yardstick --llama-python LLAMA_ENV/bin/python --gguf FILE

`docs/benchmarks.md` says how to make both. Each figure is CPU time at one thread (`process_time`
of the process that computes), and the variants take turns, so that a busy machine changes the
ratios less than the figures. Ours run in this process through the real batch, as the server does.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

os.environ |= {
    "OMP_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "THP_MEM_ALLOC_ENABLE": "1",
}

from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights.loading import load
from engine.settings import Device, Quantization, ServingSettings

KINDS = (Quantization.NONE, Quantization.NF4, Quantization.INT8)
STREAMS = (1, 8, 16)
PROMPT_TOKENS, REPLY_TOKENS = 100, 48
PREFIXES, WARM_TOKENS = (200, 1000, 3000), 20
ROUNDS = 3
Figures = dict[str, float]


class Ours:
    """One way to hold the weights, behind the batch that the server uses."""

    def __init__(self, kind: Quantization) -> None:
        self.name = f"ours, {kind}"
        settings = ServingSettings(quantization=kind, device=Device.CPU, cache_tokens=32_768)
        self.batch = Batch(load(settings, lambda *_: None), settings)

    async def reply(self, prompt: list[int], tokens: int) -> tuple[float, float]:
        """Return the CPU seconds to the first token and to the last."""
        started, first = time.process_time(), 0.0
        row = Row(len(prompt), Sampling(top_k=1))
        outputs = self.batch.generate(prompt, row, most_tokens=tokens, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for _ in outputs:
                first = first or time.process_time() - started
        return first, time.process_time() - started

    async def together(self, streams: int, tokens: int) -> float:
        """Return the CPU seconds of so many replies at once to prompts of their own."""
        prompts = [random_tokens(PROMPT_TOKENS) for _ in range(streams)]
        started = time.process_time()
        await asyncio.gather(*(self.reply(prompt, tokens) for prompt in prompts))
        return time.process_time() - started

    async def measure(self) -> Figures:
        """Return tokens a second of decoding, and milliseconds to the first token."""
        figures: Figures = {}
        for streams in STREAMS:
            short = await self.together(streams, 1)
            whole = await self.together(streams, REPLY_TOKENS + 1)
            figures[f"decode {streams}"] = streams * REPLY_TOKENS / (whole - short)
            figures[f"all {streams}"] = streams * REPLY_TOKENS / whole
        for tokens in PREFIXES:
            prompt = random_tokens(tokens)
            figures[f"cold {tokens}"] = 1000 * (await self.reply(prompt, 2))[0]
            prompt += random_tokens(WARM_TOKENS)
            figures[f"warm {tokens}"] = 1000 * (await self.reply(prompt, 1))[0]
        return figures


def random_tokens(count: int) -> list[int]:
    """Return tokens that no cache knows."""
    return random.choices(range(100, 40_000), k=count)


def ask_llama(python: str, gguf: Path) -> Figures:
    """Return the figures of llama.cpp, measured by a process of its own environment."""
    command = [python, str(Path(__file__).with_name("llama.py")), str(gguf)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def table(title: str, keys: Sequence[str], runs: dict[str, list[Figures]], digits: int) -> None:
    """Print medians and ranges, a row for each variant."""
    print(f"| {title} | {' | '.join(keys)} |\n| --- |{' --- |' * len(keys)}")
    for name, rounds in runs.items():
        cells = [
            cell([figures[key] for figures in rounds if key in figures], digits) for key in keys
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print()


def cell(values: list[float], digits: int) -> str:
    """Return the median and the range."""
    if not values:
        return "-"
    middle, least, most = (f(values) for f in (statistics.median, min, max))
    return f"{middle:,.{digits}f} ({least:,.{digits}f}-{most:,.{digits}f})"


def ratios(runs: dict[str, list[Figures]]) -> None:
    """Print what the others are of llama.cpp, and what a long history costs."""

    def middle(name: str, key: str) -> float:
        return statistics.median(figures[key] for figures in runs[name])

    print(
        "| ratio | one stream | 16 streams, its batch | 16 streams, its server | warm 3,000 / 200 |"
    )
    print("| --- | --- | --- | --- | --- |")
    for name in list(runs)[1:]:
        cells = (
            middle(name, "decode 1") / middle("llama.cpp", "decode 1"),
            middle(name, "decode 16") / middle("llama.cpp", "decode 16"),
            middle(name, "all 16") / middle("llama.cpp", "server 16"),
            middle(name, "warm 3000") / middle(name, "warm 200"),
        )
        print(f"| {name} | {' | '.join(f'{value:.2f}' for value in cells)} |")


async def main() -> None:
    """Measure in turns and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--llama-python", required=True)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kinds", type=Quantization, nargs="+", default=KINDS)
    options = parser.parse_args()
    ours = [Ours(kind) for kind in options.kinds]
    runs: dict[str, list[Figures]] = {"llama.cpp": [], **{variant.name: [] for variant in ours}}
    load_before = os.getloadavg()[0]
    try:
        for variant in ours:
            await variant.batch.start()
            await variant.together(1, 8)  # the first steps are slower than all others
        for _ in range(options.rounds):
            runs["llama.cpp"].append(
                await asyncio.to_thread(ask_llama, options.llama_python, options.gguf)
            )
            for variant in ours:
                runs[variant.name].append(await variant.measure())
    finally:
        for variant in ours:
            variant.batch.stop()
    print(f"Load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after.\n")
    report(runs)


def report(runs: dict[str, list[Figures]]) -> None:
    """Print every table."""
    table("tokens/s, decode only", [f"decode {n}" for n in STREAMS], runs, 1)
    table(
        "tokens/s with prompts", [*(f"all {n}" for n in STREAMS), "server 1", "server 16"], runs, 1
    )
    table("first token, ms", [f"{k} {n}" for n in PREFIXES for k in ("cold", "warm")], runs, 0)
    ratios(runs)


if __name__ == "__main__":
    asyncio.run(main())
