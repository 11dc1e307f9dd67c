"""One run of the model server as a child process."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from pydantic import BaseModel, ValidationError

log = structlog.get_logger()

LONGEST_LINE = 1 << 20  # bytes


class Line(BaseModel):
    """What the server says on stdout: its port, then how far loading is."""

    listening: int | None = None
    step: str = ""
    done: int = 0
    total: int = 0


class ServerProcess:
    """A running child. The end of its stdin tells it that we are gone, however we went."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls, command: Sequence[str], *, api_key: str, adapters_dir: Path | None = None
    ) -> "ServerProcess":
        """Start `command` on a free port of this machine.

        Raises:
            OSError: it cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,  # held open and never written to
            stdout=PIPE,
            limit=LONGEST_LINE,
            # Ctrl-C at the terminal is for the parent, which then lets the child finish.
            start_new_session=True,
            env={
                **os.environ,
                "SCRIPTORIUM_PARENT_PIPE": "1",
                "SERVING_HOST": "127.0.0.1",
                "SERVING_PORT": "0",
                "SERVING_API_KEY": api_key,
                **({} if adapters_dir is None else {"ADAPTERS_DIR": str(adapters_dir)}),
            },
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def lines(self) -> AsyncIterator[Line]:
        """Yield what the child says until it closes stdout; other output is left out."""
        assert self._process.stdout is not None
        while True:
            try:
                text = await self._process.stdout.readline()
            except ValueError:  # longer than any line of ours; the reader has dropped it
                continue
            if not text:
                return
            try:
                yield Line.model_validate_json(text)
            except ValidationError:
                log.debug("model_server_said_something_else", bytes=len(text))

    async def wait(self) -> int:
        """Return the exit code when the child has ended; negative after a signal."""
        return await self._process.wait()

    async def drain(self, seconds: float) -> None:
        """Ask the child to finish what runs and to end, and give it `seconds` for that."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            log.warning("model_server_does_not_end", pid=self.pid, after_seconds=seconds)

    async def kill(self) -> int:
        """End the child at once if it still runs, and return its exit code."""
        with suppress(ProcessLookupError):
            self._process.kill()
        return await self.wait()
