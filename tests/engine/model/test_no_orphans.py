"""However the parent dies, its model server goes with it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.fakes.process_table import is_alive

PARENT = """
import asyncio, sys
from engine.model.supervisor import ModelServer

async def main():
    command = (sys.executable, "-m", *sys.argv[1:])
    async with ModelServer(seconds_between_tokens=30, command=command) as server:
        while server.process_id is None or not server.status.step:
            await asyncio.sleep(0.02)
        sys.stdout.write(f"{server.process_id}\\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

asyncio.run(main())
"""


FAKE = "tests.fakes.model_server"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "command",
    [(FAKE,), (FAKE, "--load-seconds", "60"), (FAKE, "--ignore-term"), ("engine.serving",)],
    ids=["ready", "loading", "deaf", "real"],
)
async def test_a_killed_parent_leaves_no_server_behind(command: tuple[str, ...]) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, *command, stdout=PIPE
    )
    assert parent.stdout is not None
    pid = 0
    async with asyncio.timeout(100):
        while not pid:
            line = (await parent.stdout.readline()).strip()
            pid = int(line) if line.isdigit() else 0
    assert is_alive(pid)
    parent.kill()
    assert await parent.wait() == -signal.SIGKILL
    async with asyncio.timeout(2):
        while is_alive(pid):
            await asyncio.sleep(0.02)
