"""The real model server as a process, on the embedded model."""

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tokenizers import Tokenizer

# As the server sets them before torch is imported: some tests run its parts in this process.
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

ROOT = Path(__file__).parents[3]
MODEL_FOLDER = ROOT / ".models" / "smollm2-135m-b179c952"
CACHE_TOKENS = 2048  # so little that tests can fill it
PLACES = 16


class ServerProcess:
    """A model server of its own process and port, whose stdin we keep open."""

    def __init__(self, **settings: str) -> None:
        own = {"SERVING_PORT": "0", "SCRIPTORIUM_PARENT_PIPE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.serving"],
            cwd=ROOT,
            env=os.environ | own | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.log = ""
        self.readers = [
            threading.Thread(target=self._read_lines),
            threading.Thread(target=self._read_log),
        ]
        for reader in self.readers:
            reader.start()
        self.port: int = self.lines.get(timeout=20)["listening"]

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def _read_lines(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def _read_log(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.log += line

    def wait_until_ready(self, seconds: float = 50) -> list[dict[str, Any]]:
        """Return the lines of progress up to the last one."""
        deadline = time.monotonic() + seconds
        lines = []
        while not lines or lines[-1]["step"] != "ready":
            lines.append(self.lines.get(timeout=max(0.1, deadline - time.monotonic())))
        return lines

    def terminate(self) -> None:
        """Ask it to finish what runs and end."""
        self.process.send_signal(signal.SIGTERM)

    def leave(self) -> None:
        """Close our end of the pipe, as the death of a parent does."""
        assert self.process.stdin
        self.process.stdin.close()

    def wait(self, seconds: float) -> int:
        """Return the exit code; fail if it is still there after so many seconds."""
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        return code

    def end(self) -> None:
        """End it in any way."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait(10)


@pytest.fixture(scope="session")
def adapters_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which the shared server takes adapters."""
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="session")
def server(adapters_dir: Path) -> Iterator[ServerProcess]:
    """The server that most tests share."""
    server = ServerProcess(
        CACHE_TOKENS=str(CACHE_TOKENS),
        ADAPTERS_DIR=str(adapters_dir),
        RUNNING_REQUESTS="8",
        WAITING_REQUESTS=str(PLACES - 8),
        WAITING_REQUESTS_PER_SALT=str(PLACES - 8),
        WAITING_REQUESTS_PER_USER=str(PLACES - 8),
    )
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.end()


class Client:
    """Asks a server over HTTP."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url

    async def get(self, path: str) -> tuple[int, Any]:
        """Return status and JSON."""
        async with self.http.get(self.url + path) as response:
            return response.status, await response.json()

    async def post(self, path: str, **body: Any) -> tuple[int, Any]:
        """Return status and JSON."""
        async with self.http.post(self.url + path, json=body) as response:
            return response.status, await response.json()

    async def complete(self, prompt: Any, **options: Any) -> dict[str, Any]:
        """Return a plain completion, which must succeed."""
        status, answer = await self.post("/v1/completions", prompt=prompt, **options)
        assert status == 200, answer
        return dict(answer)

    async def text(self, prompt: Any, **options: Any) -> str:
        """Return the text of a plain completion."""
        return str((await self.complete(prompt, **options))["choices"][0]["text"])

    async def stream(self, path: str, **body: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a streamed answer; the last line must be [DONE]."""
        async with self.http.post(self.url + path, json=body | {"stream": True}) as response:
            assert response.status == 200, await response.text()
            lines = [line async for line in response.content if line.strip()]
        assert lines[-1] == b"data: [DONE]\n"
        for line in lines[:-1]:
            yield json.loads(line.removeprefix(b"data: "))

    async def empty(self, seconds: float = 10) -> None:
        """Wait until nothing runs any more."""
        async with asyncio.timeout(seconds):
            while (health := (await self.get("/health"))[1])["running"]:
                await asyncio.sleep(0.05)
        assert health["waiting"] == 0


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A session without limits of its own."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        yield http


@pytest.fixture
async def client(server: ServerProcess, http: aiohttp.ClientSession) -> AsyncIterator[Client]:
    """A client of the shared server, which must be idle and alive afterwards."""
    client = Client(http, server.url)
    yield client
    await client.empty()
    assert await client.text("All is", max_tokens=1, temperature=0)


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """The real tokenizer, without the weight of transformers."""
    return Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
