"""What a long prompt does to the streams beside it: `python -m bench.neighbours [tokens]`.

Prints, for steps that read prompts at full width and for those that leave room for the replies
beside them, the longest gap between two tokens of a neighbour and the time until the long prompt
has its first token. Both in one run, taking turns, on the embedded model.
"""

import asyncio
import random
import statistics
import sys
import time
from contextlib import aclosing

from engine.serving import scheduler
from engine.serving.batch import Batch
from engine.serving.loading import load
from engine.serving.row import Row
from engine.serving.sampling import Sampling
from engine.settings import ServingSettings

ROUNDS = 2
GREEDY = Sampling(top_k=1)


async def gaps_of(batch: Batch, salt: str) -> list[float]:
    """Stream a reply until cancelled and note the seconds between its tokens."""
    gaps: list[float] = []
    outputs = batch.generate([500] * 20, Row(20, GREEDY, salt), most_tokens=4000)
    last = None
    try:
        async with aclosing(outputs):
            async for _ in outputs:
                now = time.perf_counter()
                if last is not None:
                    gaps.append(now - last)
                last = now
    except asyncio.CancelledError:
        pass
    return gaps


async def measure(batch: Batch, tokens: int, name: str) -> tuple[float, float, float]:
    """Return the median gap alone, the longest beside the long prompt, and that one's seconds."""
    alone = asyncio.create_task(gaps_of(batch, f"{name} alone"))
    await asyncio.sleep(4)
    alone.cancel()
    neighbour = asyncio.create_task(gaps_of(batch, f"{name} beside"))
    await asyncio.sleep(1)
    prompt = random.Random(name).choices(range(1000, 40_000), k=tokens)
    began = time.perf_counter()
    outputs = batch.generate(prompt, Row(tokens, GREEDY, name), most_tokens=1)
    async with aclosing(outputs):
        async for _ in outputs:
            pass
    seconds = time.perf_counter() - began
    neighbour.cancel()
    return statistics.median(await alone), max(await neighbour), seconds


async def main(tokens: int) -> None:
    """Print the table."""
    settings = ServingSettings(cache_tokens=tokens + 4000, context_tokens=tokens + 1024)
    batch = Batch(load(settings, lambda *_: None), settings)
    await batch.start()
    print(f"A prompt of {tokens:,} tokens beside one stream\n")
    print("| prompt tokens beside streams | longest gap, of the usual gap | import, seconds |")
    print("|---|---|---|")
    for _ in range(ROUNDS):
        for beside in (1, 4, 8):
            scheduler.BESIDE = beside
            usual, longest, seconds = await measure(batch, tokens, f"{beside} {_}")
            width = scheduler.PAGE_TOKENS * max(1, 256 // beside // scheduler.PAGE_TOKENS)
            print(f"| {width} | {longest / usual:.1f} | {seconds:.1f} |", flush=True)
    await asyncio.to_thread(batch.stop)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
