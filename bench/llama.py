"""Measure llama.cpp for `bench.yardstick`: run by the Python that has llama-cpp-python.

    python bench/llama.py MODEL.gguf

The last line on stdout is JSON: tokens a CPU second of its batch interface ("decode N", "all N")
and of its Python server under N requests at once.
"""

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PROMPT_TOKENS, REPLY_TOKENS = 100, 48
PORT = 18_713
WORDS = ("the", "sea", "and", "a", "house", "on", "hill", "with", "old", "door", "where", "one")


class Streams:
    """Several sequences in one context of llama.cpp's own batch interface."""

    def __init__(self, path: str, streams: int, context: int) -> None:
        import llama_cpp  # noqa: PLC0415 - not in the environment of this project

        self.api: Any = llama_cpp
        self.model = llama_cpp.llama_model_load_from_file(
            path.encode(), llama_cpp.llama_model_default_params()
        )
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_seq_max = context * streams, streams
        settings.n_threads = settings.n_threads_batch = 1
        settings.n_batch, settings.kv_unified = 512, False
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        self.batch = llama_cpp.llama_batch_init(512, 0, 1)
        self.vocabulary = llama_cpp.llama_vocab_n_tokens(
            llama_cpp.llama_model_get_vocab(self.model)
        )

    def read(self, tokens: list[int], start: int, stream: int) -> None:
        """Read a piece of a prompt; only its last token asks for logits."""
        for first in range(0, len(tokens), 512):
            piece = tokens[first : first + 512]
            last = first + len(piece) == len(tokens)
            self.step(
                [
                    (token, start + first + i, stream, last and i == len(piece) - 1)
                    for i, token in enumerate(piece)
                ]
            )

    def step(self, entries: list[tuple[int, int, int, bool]]) -> None:
        """Compute tokens, each with its position and sequence."""
        batch = self.batch
        batch.n_tokens = len(entries)
        for i, (token, position, stream, wanted) in enumerate(entries):
            batch.token[i], batch.pos[i] = token, position
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, stream
            batch.logits[i] = wanted
        if self.api.llama_decode(self.context, batch) != 0:
            raise RuntimeError("llama_decode failed")

    def likeliest(self, index: int) -> int:
        """Return the token with the highest logit."""
        import numpy  # noqa: PLC0415

        pointer = self.api.llama_get_logits_ith(self.context, index)
        return int(numpy.ctypeslib.as_array(pointer, (self.vocabulary,)).argmax())

    def close(self) -> None:
        """Give the memory back."""
        self.api.llama_batch_free(self.batch)
        self.api.llama_free(self.context)
        self.api.llama_model_free(self.model)


def random_tokens(count: int) -> list[int]:
    """Return tokens that no cache knows."""
    return random.choices(range(100, 40_000), k=count)


def decode(path: str, streams: int) -> dict[str, float]:
    """Return tokens a second, without and with the reading of the prompts."""
    llama = Streams(path, streams, 512)
    started = time.process_time()
    for stream in range(streams):
        llama.read(random_tokens(PROMPT_TOKENS), 0, stream)
    read_at, current = time.process_time(), [5] * streams
    for position in range(PROMPT_TOKENS, PROMPT_TOKENS + REPLY_TOKENS):
        llama.step([(current[s], position, s, True) for s in range(streams)])
        current = [llama.likeliest(s) for s in range(streams)]
    ended = time.process_time()
    llama.close()
    tokens = streams * REPLY_TOKENS
    return {
        f"decode {streams}": tokens / (ended - read_at),
        f"all {streams}": tokens / (ended - started),
    }


def server(path: str) -> dict[str, float]:
    """Return tokens a CPU second of llama.cpp's Python server."""
    options = (
        f"--n_ctx 2048 --n_threads 1 --n_threads_batch 1 --interrupt_requests false --port {PORT}"
    )
    command = [sys.executable, "-m", "llama_cpp.server", "--model", path, *options.split()]
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    try:
        wait_for_server(process)
        figures = {}
        for streams in (1, 16):
            before = cpu_seconds(process.pid)
            with ThreadPoolExecutor(streams) as threads:
                tokens = sum(threads.map(lambda _: complete(), range(streams)))
            figures[f"server {streams}"] = tokens / (cpu_seconds(process.pid) - before)
        return figures
    finally:
        process.terminate()
        process.wait(20)


def wait_for_server(process: subprocess.Popen[bytes]) -> None:
    """Return when it answers, after a first completion."""
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError("llama_cpp.server ended")
        try:
            complete()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("llama_cpp.server does not answer")


def complete() -> int:
    """Ask for one reply and return its number of tokens."""
    prompt = " ".join(random.choices(WORDS, k=PROMPT_TOKENS))  # it takes text only
    body = {"prompt": prompt, "max_tokens": REPLY_TOKENS, "temperature": 0}
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/v1/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300) as response:
        return int(json.load(response)["usage"]["completion_tokens"])


def cpu_seconds(pid: int) -> float:
    """Return what a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure everything and print it."""
    path = sys.argv[1]
    figures: dict[str, float] = {}
    for streams in (1, 8, 16):
        figures |= decode(path, streams)
    figures |= server(path)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
