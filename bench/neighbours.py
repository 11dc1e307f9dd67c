"""What a long prompt does to the streams beside it: `python -m bench.neighbours [tokens]`.

Prints, for steps that read prompts at full width and for those that leave room for the replies
beside them, the longest gap between two tokens of a neighbour and the time until the long prompt
has its first token: CPU time of this process at one thread, on the embedded model, in one run.
"""

import asyncio
import random
import statistics
import sys
import time
from contextlib import aclosing

from engine.serving.drawing.sampling import Sampling
from engine.serving.loop import prompt_pieces
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights.loading import load
from engine.settings import ServingSettings

ROUNDS = 2
GREEDY = Sampling(top_k=1)


async def note_gaps(batch: Batch, salt: str, gaps: list[float]) -> None:
    """Stream a reply until cancelled and note the seconds between its tokens."""
    outputs = batch.generate([500] * 20, Row(20, GREEDY, salt), most_tokens=4000)
    last = None
    async with aclosing(outputs):
        async for _ in outputs:
            now = time.process_time()
            if last is not None:
                gaps.append(now - last)
            last = now


async def measure(batch: Batch, tokens: int, name: str) -> tuple[float, float, float]:
    """Return the usual gap, the longest beside the long prompt, and that one's seconds."""
    gaps: list[float] = []
    neighbour = asyncio.create_task(note_gaps(batch, name, gaps))
    while len(gaps) < 30:  # noqa: ASYNC110 - a list sets no Event
        await asyncio.sleep(0.01)
    prompt = random.Random(name).choices(range(1000, 40_000), k=tokens)
    began = time.process_time()
    outputs = batch.generate(prompt, Row(tokens, GREEDY, name), most_tokens=1)
    async with aclosing(outputs):
        async for _ in outputs:
            pass
    seconds = time.process_time() - began
    neighbour.cancel()
    await asyncio.gather(neighbour, return_exceptions=True)
    return statistics.median(gaps[5:30]), max(gaps[30:]), seconds


async def main(tokens: int) -> None:
    """Print the table."""
    settings = ServingSettings(cache_tokens=tokens + 4000, context_tokens=tokens + 1024)
    batch = Batch(load(settings, lambda *_: None), settings)
    await batch.start()
    print(f"A prompt of {tokens:,} tokens beside one stream\n")
    print("| prompt tokens beside streams | longest gap, of the usual gap | import, seconds |")
    print("|---|---|---|")
    for round_ in range(ROUNDS):
        for beside in (1, 4, 8):
            prompt_pieces.BESIDE = beside
            usual, longest, seconds = await measure(batch, tokens, f"{beside} {round_}")
            width = prompt_pieces.PAGE_TOKENS * max(1, 256 // beside // prompt_pieces.PAGE_TOKENS)
            print(f"| {width} | {longest / usual:.1f} | {seconds:.1f} |", flush=True)
    await asyncio.to_thread(batch.stop)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
