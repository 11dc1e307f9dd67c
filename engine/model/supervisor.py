"""Our own model server: started, watched, started again, stopped."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import structlog

from engine.errors import ModelUnavailable
from engine.model.connection import Endpoint
from engine.model.lookout import Lookout
from engine.model.server_process import ServerProcess

log = structlog.get_logger()

SERVING = (sys.executable, "-m", "engine.serving")


class ServerState(StrEnum):
    """How far the model server is."""

    STARTING = "starting"  # the process runs, its socket is not open yet
    LOADING = "loading"
    READY = "ready"
    RESTARTING = "restarting"  # it crashed or hung, and is about to be started again
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """A snapshot; `step`, `done` and `total` tell how far loading is."""

    state: ServerState
    step: str = ""
    done: int = 0
    total: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits, in seconds."""

    between_looks: float = 0.25
    before_restart: float = 1.0  # doubled each time ...
    before_restart_at_most: float = 30.0
    until_steady: float = 60.0  # ... until a server stayed ready for so long
    to_drain: float = 25.0  # from SIGTERM to SIGKILL


class ModelServer:
    """Keeps one model server running from `start` to `stop`.

    `command` may be any program that speaks the lines and the routes of `engine.serving`. A server
    hangs if, while requests run, it makes no token for `seconds_between_tokens`, or if it does
    not answer for so long; then it is killed and started again, as after a crash.
    """

    def __init__(
        self,
        *,
        seconds_between_tokens: float,
        adapters_dir: Path | None = None,
        command: Sequence[str] = SERVING,
        patience: Patience | None = None,
    ) -> None:
        self._seconds_between_tokens = seconds_between_tokens
        self._command = command
        self._adapters_dir = adapters_dir.absolute() if adapters_dir else None
        self._patience = patience or Patience()
        self._api_key = secrets.token_urlsafe(32)
        self._status = ServerStatus(ServerState.STOPPED)
        self._changed = asyncio.Event()
        self._process: ServerProcess | None = None
        self._url = ""
        self._ready_at: float | None = None  # by the clock of the loop
        self._task: asyncio.Task[None] | None = None

    @property
    def status(self) -> ServerStatus:
        """How far the server is now."""
        return self._status

    @property
    def process_id(self) -> int | None:
        """The server's process, while there is one."""
        return self._process.pid if self._process else None

    def endpoint(self) -> Endpoint:
        """Return where the server listens. Raise ModelUnavailable unless it is ready."""
        if self._status.state is not ServerState.READY:
            raise ModelUnavailable(f"the model server is {self._status.state}")
        return Endpoint(self._url, self._api_key, starts=self._status.restarts)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Start the server and keep it running; return at once."""
        if self._task is None:
            self._set(ServerStatus(ServerState.STARTING))
            self._task = asyncio.create_task(self._keep_running(), name="model server")

    async def ready(self, seconds: float) -> None:
        """Wait until the server is ready.

        Raises:
            ModelUnavailable: it was stopped, or is not ready after `seconds`.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._status.state not in {ServerState.READY, ServerState.STOPPED}:
                    await self._changed.wait()
        self.endpoint()

    async def stop(self) -> None:
        """Let the server finish what runs, then end it. Nothing is left when this returns."""
        self._set(ServerStatus(ServerState.STOPPED, restarts=self._status.restarts))
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._process is not None:  # it was just being killed
            await self._process.kill()
            self._process = None

    async def _keep_running(self) -> None:
        now = asyncio.get_running_loop().time
        patience = self._patience
        delay = patience.before_restart
        while True:
            self._ready_at = None
            try:
                await self._run_once()
            except Exception:  # the edge of this task: a bug in watching must not end the watch
                log.exception("model_server_watch_broke")
            if self._ready_at is not None and now() - self._ready_at >= patience.until_steady:
                delay = patience.before_restart
            self._set(ServerStatus(ServerState.RESTARTING, restarts=self._status.restarts))
            log.warning("model_server_restarts", in_seconds=delay)
            await asyncio.sleep(delay)
            delay = min(2 * delay, patience.before_restart_at_most)
            self._set(ServerStatus(ServerState.STARTING, restarts=self._status.restarts + 1))

    async def _run_once(self) -> None:
        """Run the server until it ends, hangs, or is not wanted any more."""
        try:
            process = await ServerProcess.start(
                self._command, api_key=self._api_key, adapters_dir=self._adapters_dir
            )
        except OSError as error:
            log.error("model_server_cannot_start", errno=error.errno)
            return
        log.info("model_server_started", pid=process.pid)
        self._process = process
        watching = asyncio.create_task(self._watch(process))
        ending = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({watching, ending}, return_when=asyncio.FIRST_COMPLETED)
            # Before the kill: from now on nobody is sent there.
            self._set(replace(self._status, state=ServerState.RESTARTING))
            if watching.done():
                watching.result()
        except asyncio.CancelledError:
            watching.cancel()  # nothing that it sees now counts
            await process.drain(self._patience.to_drain)
            raise
        finally:
            watching.cancel()
            exit_code = await process.kill()
            self._process = None
            log.info("model_server_ended", pid=process.pid, exit_code=exit_code)

    async def _watch(self, process: ServerProcess) -> None:
        """Follow a server through its life; return when it hangs."""
        async with asyncio.TaskGroup() as tasks, aiohttp.ClientSession() as http:
            listening = tasks.create_task(self._listen(process))
            while self._status.state is ServerState.STARTING:
                await self._changed.wait()
            lookout = Lookout(
                http,
                self._url,
                seconds=self._seconds_between_tokens,
                between_looks=self._patience.between_looks,
            )
            await lookout.wait_until_ready()
            self._ready_at = asyncio.get_running_loop().time()
            self._set(replace(self._status, state=ServerState.READY))
            await lookout.wait_until_hanging()
            log.error("model_server_hangs", pid=process.pid)
            listening.cancel()

    async def _listen(self, process: ServerProcess) -> None:
        async for line in process.lines():
            if line.listening is not None:
                self._url = f"http://127.0.0.1:{line.listening}"
                self._set(replace(self._status, state=ServerState.LOADING))
            if line.step:
                progress = replace(self._status, step=line.step, done=line.done, total=line.total)
                self._set(progress)

    def _set(self, status: ServerStatus) -> None:
        if status.state is not self._status.state:
            log.info("model_server", state=status.state, restarts=status.restarts)
        self._status = status
        self._changed.set()  # wakes those who wait now ...
        self._changed.clear()  # ... and nobody who comes later
