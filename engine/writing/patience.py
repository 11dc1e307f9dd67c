"""How a turn waits for a model that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.errors import ModelUnavailable
from engine.runtime import Engine

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
ADAPTER_IS_GONE = 404  # a refusal of this status: asking for it anew may load it

T = TypeVar("T")


class Patience:
    """Waits that grow, for `engine.seconds_for_model` in all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pause = FIRST_PAUSE_SECONDS
        self._deadline: float | None = None

    async def wait(self, error: ModelUnavailable) -> None:
        """Wait until asking again is worth while; our own server tells when it is ready.

        Raises:
            ModelUnavailable: `error`, or the server's own word, when patience is at its end.
        """
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._engine.seconds_for_model
        if now >= self._deadline:
            raise error
        # Also before our own server is asked: it may not have noticed yet that it is gone.
        await asyncio.sleep(min(self._pause, self._deadline - now))
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if self._engine.server is not None:
            await self._engine.server.ready(self._deadline - now)


async def patiently(engine: Engine, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the model until it answers.

    Raises:
        ModelUnavailable: it did not for `engine.seconds_for_model`.
    """
    patience = Patience(engine)
    while True:
        try:
            return await ask()
        except ModelUnavailable as error:
            await patience.wait(error)
