"""The pieces of several choices, as a reader gets them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from engine.serving.drawing.sampling import Sampling
from engine.serving.job import Job
from engine.serving.loop.row import Row
from engine.serving.replies import writing
from engine.serving.replies.writing import Usage, write

END = 0


class UnevenBatch:
    """Ends the reply to a prompt at once, or after as many seconds as its first token says."""

    loaded = SimpleNamespace(stop_tokens=[END], decode=lambda tokens: "x" * len(tokens))
    seconds_since_step = 0.0

    @property
    def adapters(self) -> "UnevenBatch":
        """Return what holds no adapter."""
        return self

    @asynccontextmanager
    async def use(self, _name: str | None) -> AsyncIterator[None]:
        """Hold nothing."""
        yield

    def place_of(self, _row: Row) -> None:
        """Nobody waits."""

    def submission(self, prompt: list[int], _row: Row, **_: Any) -> list[int]:
        """Return the prompt."""
        return prompt

    async def outputs(self, prompt: list[int]) -> AsyncIterator[list[int]]:
        """Yield the end, in time."""
        await asyncio.sleep(prompt[0])
        yield [END]


class SlowBatch(UnevenBatch):
    """Writes a token when it is told to, and then no other."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def outputs(self, _prompt: list[int]) -> AsyncIterator[list[int]]:
        """Yield a token, and wait for ever."""
        await self.release.wait()
        yield [1]
        await asyncio.Event().wait()


def job(*prompts: list[int]) -> Job:
    return Job(
        prompts=prompts,
        choices=1,
        most_tokens=5,
        sampling=Sampling(),
        stops=(),
        ignore_stop_tokens=False,
        cache_salt="",
    )


async def test_a_sign_of_life_comes_for_a_choice_that_has_not_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "SECONDS_BETWEEN_SIGNS_OF_LIFE", 0.1)
    batch: Any = UnevenBatch()
    pieces = [(p.choice, p.finish) async for p in write(batch, job([0], [1]), Usage())]
    assert pieces[0] == (0, "stop")
    assert pieces[-1] == (1, "stop")
    assert set(pieces[1:-1]) == {(1, None)}


@pytest.mark.parametrize("steps", range(12))
async def test_a_client_that_leaves_while_a_token_arrives_is_noticed(steps: int) -> None:
    batch: Any = SlowBatch()

    async def read() -> None:
        async for _ in write(batch, job([5]), Usage()):
            pass

    reader = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    batch.release.set()
    for _ in range(steps):  # of the event loop, so that one of them is that of the token
        await asyncio.sleep(0)
    reader.cancel()
    done, _ = await asyncio.wait({reader}, timeout=2)
    assert done, "the cancellation was lost, and the reply would be written to its end"
    assert reader.cancelled()
