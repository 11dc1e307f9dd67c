"""A sleep that lasts until the test says so."""

import asyncio


class Gate:
    """Give it to a ScriptedModel as `sleep`: while it is shut, each piece waits for a `let`."""

    def __init__(self) -> None:
        self._permits = asyncio.Semaphore(0)
        self._is_open = True

    async def __call__(self, seconds: float) -> None:
        """Wait for a permit if the gate is shut; the seconds do not matter."""
        if self._is_open:
            await asyncio.sleep(0)
        else:
            await self._permits.acquire()

    def shut(self) -> None:
        """Hold every piece from now on."""
        self._is_open = False
        self._permits = asyncio.Semaphore(0)  # what an earlier `open` has left over is void

    def let(self, pieces: int) -> None:
        """Let so many pieces pass."""
        for _ in range(pieces):
            self._permits.release()

    def open(self) -> None:
        """Let everything pass from now on."""
        self._is_open = True
        self.let(1000)
