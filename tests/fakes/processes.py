"""Child processes of a test: started, told apart by what they print, and always ended."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


class Child:
    """A Python module that runs as a process; its stderr goes to `log`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative after a signal; None while the process runs."""
        return self._process.returncode

    async def read_line(self, seconds: float) -> dict[str, Any]:
        """Return the next line of stdout that is JSON."""
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            while True:
                line = await self._process.stdout.readline()
                if not line:
                    await self._process.wait()
                    raise AssertionError(f"the process ended with {self.exit_code}")
                with contextlib.suppress(json.JSONDecodeError):
                    found: dict[str, Any] = json.loads(line)
                    return found

    def children(self) -> list[int]:
        """Return the processes that this one started and that still run."""
        return [
            int(pid)
            for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ]

    async def kill(self) -> None:
        """End the process by SIGKILL and wait until it is gone."""
        await self._signal(signal.SIGKILL)

    async def terminate(self) -> None:
        """Ask the process to end by SIGTERM and wait until it has."""
        await self._signal(signal.SIGTERM)

    async def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        await self._process.wait()


@contextlib.asynccontextmanager
async def running(
    module: str, *arguments: str, log: IO[bytes], env: Mapping[str, str] | None = None
) -> AsyncGenerator[Child]:
    """Run `python -m module` until the block ends. Its stdin is a pipe that ends with us."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=log,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **(env or {})},
    )
    child = Child(process)
    try:
        yield child
    finally:
        await child.kill()
        assert process.stdin is not None
        process.stdin.close()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody asked after does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
