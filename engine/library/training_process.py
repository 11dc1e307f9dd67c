"""The process that trains: it may outlive the bot, and is found again by the lock that it holds.

The lock is taken before the start and handed to the child, so that it holds exactly as long as
the process lives, however it ends. A process id alone could be somebody else's by now.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

log = structlog.get_logger()

TRAINING = (sys.executable, "-m", "engine.training")
LOCK, PID, OUTPUT = "lock", "pid", "output.log"
# The shell leaves the program to itself and its id in a file, and ends. So the process is nobody's
# child: no end of ours ends it, and whoever comes later can.
SHELL = 'umask 077; "$@" & echo $! > "$0"'
NICENESS = 10  # turns come first
OUT_OF_MEMORY_SCORE = 800  # of 1,000: when memory runs out, this process goes before the others
SECONDS_BETWEEN_LOOKS = 0.2
SECRETS = ("DISCORD_TOKEN", "DATABASE_URL", "MODEL_API_KEY", "SERVING_API_KEY")


class TrainingProcess:
    """The training process of one job's folder, running or not."""

    def __init__(self, folder: Path, command: Sequence[str] = TRAINING) -> None:
        self._folder = folder
        self._command = command

    def is_running(self) -> bool:
        """Tell whether a process of this folder lives, whoever started it."""
        with _opened(self._folder / LOCK) as lock:
            return not _take(lock)

    async def start(self, *arguments: str) -> None:
        """Start the process, unless one runs already.

        Raises:
            OSError: it cannot be started.
        """
        with _opened(self._folder / LOCK) as lock, (self._folder / OUTPUT).open("ab") as output:
            if not _take(lock):
                return
            pid_file = self._folder / PID
            pid_file.unlink(missing_ok=True)  # of an earlier process
            shell = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", SHELL, str(pid_file)),
                *(*self._command, *arguments, str(self._folder)),
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C at the bot's terminal is not for it
                pass_fds=(lock,),
                env=_environment(),
            )
            await shell.wait()
        pid = int(pid_file.read_text())
        _yield_to_others(pid)
        log.info("training_process_started", pid=pid, job=self._folder.name)

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until no process of this folder lives; False when one still does after `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.is_running():  # noqa: ASYNC110  another process wakes nobody
                    await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        return not self.is_running()

    async def stop(self, *, seconds_to_save: float) -> None:
        """End the process; it may keep its state first. Nothing of it lives when this returns."""
        self._send(signal.SIGTERM)
        if not await self.wait(seconds_to_save):
            self._send(signal.SIGKILL)
            await self.wait()

    def _send(self, number: signal.Signals) -> None:
        if self.is_running():  # else the id may be another process's
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((self._folder / PID).read_text()), number)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Return the environment without what is no business of a training."""
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
    # Threads that wait must not spin: the model server computes on the same cores.
    return {"OMP_WAIT_POLICY": "PASSIVE", **kept}


def _yield_to_others(pid: int) -> None:
    with contextlib.suppress(OSError):  # it may have ended already, or the system has no such thing
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(OUT_OF_MEMORY_SCORE))
