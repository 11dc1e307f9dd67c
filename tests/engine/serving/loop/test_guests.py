"""A guest is written beside a full batch, and nobody makes way for it."""

import asyncio
from contextlib import aclosing

from engine.serving.loop.row import Row
from tests.engine.serving.small_model import GREEDY, Rules, load_small_model, opened, tokens_of


async def test_a_guest_is_written_while_the_only_place_is_taken() -> None:
    async with opened(load_small_model(), Rules(), 4096, running_requests=1) as batch:
        ended: list[str] = []

        async def write(name: str, tokens: int, *, is_guest: bool) -> None:
            prompt = tokens_of(batch, "The sea was")
            row = Row(len(prompt), GREEDY, name, is_guest=is_guest)
            outputs = batch.generate(prompt, row, most_tokens=tokens, ignore_stop_tokens=True)
            async with aclosing(outputs):
                async for _ in outputs:
                    pass
            ended.append(name)

        long = asyncio.create_task(write("long", 150, is_guest=False))
        await asyncio.sleep(0.2)
        await asyncio.gather(
            write("guest", 5, is_guest=True), write("waits", 5, is_guest=False), long
        )
        assert ended[0] == "guest"
