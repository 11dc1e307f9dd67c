"""Measure adapters on the embedded model and print two markdown tables.

    OMP_NUM_THREADS=1 python -m bench.adapters

The first: sixteen replies at once with no adapter, with one, and with eight mixed. The variants
take turns in one process, times are CPU time at one thread, figures are medians with their range;
the ratios are medians of the ratios within each turn, so that what else runs on the machine
matters less. The second: the longest gap between two tokens of sixteen running streams while an
adapter is loaded and unloaded over and over, by the wall clock, beside the same without loads.
"""

import asyncio
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from itertools import pairwise
from pathlib import Path

import structlog
import torch
from safetensors.torch import save_file

from engine.serving.adapters.checks import TARGETS
from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights.loading import load
from engine.settings import ServingSettings

STREAMS, ADAPTERS, RANK = 16, 8, 16
PROMPT_TOKENS, REPLY_TOKENS = 16, 32
TURNS = 5
SECONDS_OF_LOADS = 30.0


def write_adapters(model: torch.nn.Module, folder: Path) -> None:
    """Write random adapters for all linear layers, too weak to change much."""
    tensors = {}
    for path, module in model.named_modules():
        if path.endswith(TARGETS):
            a = torch.randn(RANK, int(module.in_features)) / 100  # type: ignore[arg-type]
            b = torch.randn(int(module.out_features), RANK) / 100  # type: ignore[arg-type]
            tensors[f"base_model.model.{path}.lora_A.weight"] = a
            tensors[f"base_model.model.{path}.lora_B.weight"] = b
    targets = ", ".join(f'"{target}"' for target in TARGETS)
    config = (
        f'{{"peft_type": "LORA", "r": {RANK}, "lora_alpha": {RANK}, "target_modules": [{targets}]}}'
    )
    for number in range(ADAPTERS + 1):  # weights of their own, though the same
        own = folder / str(number)
        own.mkdir()
        save_file(tensors, own / "adapter_model.safetensors")
        (own / "adapter_config.json").write_text(config)


async def reply(batch: Batch, voice: str | None, tokens: int, times: list[float]) -> None:
    """Write one reply to a prompt of its own, and note when each token came."""
    prompt = random.choices(range(100, 40_000), k=PROMPT_TOKENS)
    async with AsyncExitStack() as held:
        adapter = await held.enter_async_context(batch.adapters.use(voice))
        row = Row(len(prompt), Sampling(top_k=50, seed=1), voice or "", adapter=adapter)
        outputs = batch.generate(prompt, row, most_tokens=tokens, ignore_stop_tokens=True)
        await held.enter_async_context(aclosing(outputs))
        async for _ in outputs:
            times.append(time.perf_counter())  # noqa: PERF401 - it is read meanwhile


async def pace(batch: Batch, voices: Sequence[str | None]) -> float:
    """Return the tokens a CPU second of sixteen replies, their prompts included."""
    started = time.process_time()
    await asyncio.gather(
        *(reply(batch, voices[i % len(voices)], REPLY_TOKENS, []) for i in range(STREAMS))
    )
    return STREAMS * REPLY_TOKENS / (time.process_time() - started)


async def measure_paces(batch: Batch) -> None:
    """Print the table of throughput."""
    variants: dict[str, list[str | None]] = {
        "none": [None],
        "1": ["0"],
        "8, mixed": [str(i) for i in range(ADAPTERS)],
        "8 and none, mixed": [None, *(str(i) for i in range(ADAPTERS))],
    }
    found: dict[str, list[float]] = {name: [] for name in variants}
    found["none, before any was loaded"] = [await pace(batch, [None]) for _ in range(TURNS + 1)][1:]
    for number in range(ADAPTERS):
        await batch.adapters.load(str(number), str(number))
    for turn in range(TURNS + 1):
        for name, voices in variants.items():
            figure = await pace(batch, voices)
            if turn:  # the first warms up
                found[name].append(figure)
    show("| adapters in a batch of 16 | tokens per CPU second | of one adapter |")
    show("| --- | --- | --- |")
    for name, figures in found.items():
        ratio = statistics.median(f / one for f, one in zip(figures, found["1"], strict=True))
        span = f"{statistics.median(figures):.1f} ({min(figures):.1f}-{max(figures):.1f})"
        show(f"| {name} | {span} | {ratio:.2f} |")


async def gaps(batch: Batch, seconds: float, *, with_loads: bool) -> tuple[list[float], int]:
    """Return the gaps between tokens of sixteen running streams, in ms, and how many loads."""
    stamps: list[list[float]] = [[] for _ in range(STREAMS)]
    streams = [
        asyncio.create_task(reply(batch, str(i % 7), 4000, times)) for i, times in enumerate(stamps)
    ]
    while not all(len(times) > 1 for times in stamps):  # noqa: ASYNC110 - prompts are read
        await asyncio.sleep(0.05)
    for times in stamps:
        times.clear()
    loads, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        if with_loads:
            await batch.adapters.load("guest", str(ADAPTERS))
            batch.adapters.unload("guest")
            loads += 1
        else:
            await asyncio.sleep(0.05)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return [1000 * (b - a) for times in stamps for a, b in pairwise(times)], loads


async def measure_gaps(batch: Batch) -> None:
    """Print the table of what loads do to those who write."""
    show("\n| while 16 streams write | gap between tokens, ms: median | 99 % | longest | loads |")
    show("| --- | --- | --- | --- | --- |")
    for turn in range(2):
        for with_loads in (False, True):
            found, loads = await gaps(batch, SECONDS_OF_LOADS / 2, with_loads=with_loads)
            found.sort()
            figures = (statistics.median(found), found[int(0.99 * len(found))], found[-1])
            what = "adapters load all the time" if with_loads else "nothing loads"
            cells = " | ".join(f"{figure:,.0f}" for figure in figures)
            show(f"| {what}, {turn + 1} | {cells} | {loads} |")


async def measure(folder: Path) -> None:
    """Load the model and measure everything."""
    loaded = load(ServingSettings(), lambda *_: None)
    write_adapters(loaded.model, folder)
    settings = ServingSettings().model_copy(update={"adapters_dir": folder, "cache_tokens": 32_768})
    batch = Batch(loaded, settings)
    await batch.start()
    try:
        await measure_paces(batch)
        await measure_gaps(batch)
    finally:
        batch.stop()


def show(line: str) -> None:
    """Print a line."""
    print(line, flush=True)


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
