"""Measure ways to decode large models on a GPU, with random weights, and print a markdown table.

    python -m bench.gpu --model qwen3-8b            (or llama-3.1-8b)
    python -m bench.gpu --tiny                      (a tiny model on a CPU: does the script work?)

Weights are random, so texts are noise while speed and memory are those of the real model: linear
layers in NF4, embeddings and head in 16 bits. Prompts are random tokens, so nothing is shared.
Each step of the ladder changes one thing and compares its greedy tokens with the step before:
plain `generate()` one by one, continuous batching, paged flash attention, CUDA graphs on decode,
async batching, and continuous batching with adapters. The roofline is what reading weights and
KV once a step would take at the memory bandwidth that a large copy reaches on the device.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig

from bench.random_models import MODELS, make_model
from engine.serving.adapters.lora import LoraStacks
from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.cache_size import bytes_per_token
from engine.serving.loop.row import Adapter, Row

ADAPTERS, RANK = 8, 16
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder."""

    name: str
    attention: str = "sdpa"
    graphs: bool = False
    overlapped: bool = False  # the next step is prepared while this one runs
    adapters: int = 0
    needs_cuda: bool = False


RUNGS = (
    Rung("batch, sdpa"),
    Rung("paged flash attention", attention="flash_attention_2", needs_cuda=True),
    Rung("CUDA graphs on decode", attention="flash_attention_2", graphs=True, needs_cuda=True),
    Rung(
        "async batching",
        attention="flash_attention_2",
        graphs=True,
        overlapped=True,
        needs_cuda=True,
    ),
    Rung("batch, sdpa, 8 adapters", adapters=ADAPTERS),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gave."""

    tokens: list[list[int]]
    seconds: float

    @property
    def tokens_per_second(self) -> float:
        """Return the sum over all requests."""
        return sum(map(len, self.tokens)) / self.seconds


def one_by_one(model: Any, prompts: list[list[int]], tokens: int) -> Result:
    """Run plain `generate()` for each prompt."""
    started, replies = now(model), []
    for prompt in prompts:
        ids = torch.tensor([prompt], device=model.device)
        output = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            min_new_tokens=tokens,
            do_sample=False,
            pad_token_id=0,
        )
        replies.append(output[0, len(prompt) :].tolist())
    return Result(replies, now(model) - started)


def in_a_batch(model: Any, rung: Rung, prompts: list[list[int]], tokens: int) -> Result:
    """Run all prompts at once by continuous batching."""
    model.set_attn_implementation(rung.attention)
    context = len(prompts[0]) + tokens
    page = 256 if rung.attention.startswith("flash") else 16
    manager = model.init_continuous_batching(
        generation_config=GenerationConfig(do_sample=False, eos_token_id=-1, pad_token_id=0),
        continuous_batching_config=ContinuousBatchingConfig(
            page_size=page,
            num_blocks=len(prompts) * (context // page + 2),
            max_batch_tokens=max(256, len(prompts)),
            max_requests_per_batch=len(prompts),
            use_cuda_graph=(False, True) if rung.graphs else False,
            use_async_batching=rung.overlapped,
            auto_switch_to_flash=False,
        ),
    )
    with adapted(model, manager, rung.adapters, len(prompts)):
        manager.start()
        try:
            warm_up = manager.add_request(prompts[0][:8], max_new_tokens=4)
            finished(manager, [warm_up])
            started = now(model)
            names = [
                manager.add_request(prompt, request_id=f"r{i}", max_new_tokens=tokens)
                for i, prompt in enumerate(prompts)
            ]
            replies = finished(manager, names)
            return Result(replies, now(model) - started)
        finally:
            manager.stop(hard_stop=True, timeout=30)


def finished(manager: Any, names: Sequence[str]) -> list[list[int]]:
    """Wait for requests and return their tokens, in order.

    Raises:
        RuntimeError: one of them failed, or nothing came for two minutes.
    """
    replies: dict[str, list[int]] = {}
    while len(replies) < len(names):
        output = manager.get_result(timeout=120)
        if output is None or output.error:
            raise RuntimeError(output.error if output else "nothing came for two minutes")
        if output.is_finished():
            replies[output.request_id] = output.generated_tokens
    return [replies[name] for name in names]


@contextmanager
def adapted(model: Any, manager: Any, count: int, requests: int) -> Iterator[None]:
    """Let request i be written with random adapter i modulo `count`, as the server would."""
    if not count:
        yield
        return
    stacks = LoraStacks(model, slots=count, most_rank=RANK, dtype=model.dtype)
    layers = {
        path: (int(layer.in_features), int(layer.out_features))
        for path, layer in model.named_modules()
        if path.endswith(TARGETS)
    }
    like: dict[str, Any] = {"device": model.device, "dtype": model.dtype}
    for slot in range(count):
        weights = {
            path: (torch.randn(RANK, wide, **like) / wide, torch.randn(high, RANK, **like))
            for path, (wide, high) in layers.items()
        }
        stacks.fill(slot, weights)
    rows = {f"r{i}": random_row(i % count) for i in range(requests)}
    plain = Row(1, Sampling())

    def step(_cache: Any) -> list[tuple[Row, int]]:
        batch = manager.batch_processor.inputs_and_outputs.requests_in_batch
        return [(rows.get(r.state.request_id, plain), r.query_length) for r in batch]

    stacks.step_source = step
    yield


def random_row(slot: int) -> Row:
    """Return a request of the adapter in a slot."""
    return Row(1, Sampling(), adapter=Adapter(f"random-{slot}", 1, slot, RANK))


def now(model: Any) -> float:
    """Return the time when the device has done all that it was given."""
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def bandwidth(model: Any, size: int) -> float:
    """Return the bytes a second that a copy reads and writes."""
    source = torch.empty(size, dtype=torch.uint8, device=model.device)
    target = torch.empty_like(source)
    target.copy_(source)
    started = now(model)
    for _ in range(10):
        target.copy_(source)
    return 20 * size / (now(model) - started)


def roofline(model: Any, streams: int, context: int, speed: float) -> float:
    """Return the tokens a second at which memory could feed a step, in sum."""
    tensors = [*model.parameters(), *model.buffers()]
    table = model.get_input_embeddings().weight
    weights = sum(t.numel() * t.element_size() for t in tensors)
    if not model.config.tie_word_embeddings:
        weights -= table.numel() * table.element_size()  # a row a token is read, not the table
    return streams * speed / (weights + streams * context * bytes_per_token(model))


def agreement(these: Result, those: Result) -> str:
    """Return how many replies are the same, token for token."""
    same = sum(a == b for a, b in zip(these.tokens, those.tokens, strict=True))
    return f"{same} of {len(these.tokens)}"


def measure(model: Any, streams: int, prompt_tokens: int, tokens: int, speed: float) -> None:
    """Print the rows of one batch size."""
    torch.manual_seed(streams)
    vocabulary = model.config.vocab_size
    prompts = torch.randint(1, vocabulary, (streams, prompt_tokens)).tolist()
    bound = roofline(model, streams, prompt_tokens + tokens // 2, speed)
    model.set_attn_implementation("sdpa")
    base = before = one_by_one(model, prompts, tokens)
    print(row(streams, "generate(), one by one", base, (base, base), bound), flush=True)
    for rung in RUNGS:
        if rung.needs_cuda and model.device.type != "cuda":
            print(f"| {streams} | {rung.name} | needs CUDA | | | |")
            continue
        try:
            result = in_a_batch(model, rung, prompts, tokens)
        except Exception as error:  # noqa: BLE001 - a step that fails is a finding
            print(f"| {streams} | {rung.name} | failed: {error!r:.80} | | | |", flush=True)
            continue
        print(row(streams, rung.name, result, (base, before), bound), flush=True)
        before = before if rung.adapters else result


def row(
    streams: int, name: str, result: Result, others: tuple[Result, Result], bound: float
) -> str:
    """Return one row of the table."""
    base, before = others
    pace = result.tokens_per_second
    return (
        f"| {streams} | {name} | {pace:,.1f} | {pace / base.tokens_per_second:.2f} | "
        f"{pace / bound:.3f} | {agreement(result, before)} |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of one model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", choices=sorted(MODELS), default="qwen3-8b")
    parser.add_argument("--tiny", action="store_true", help="a tiny model, on a CPU if need be")
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=128)
    options = parser.parse_args(arguments)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu" and not options.tiny:
        parser.error("this machine has no GPU; --tiny only shows that the script works")
    name = "tiny" if options.tiny else options.model
    speed = 0.0
    print(f"{name}, random weights, prompts of {options.prompt_tokens}, {options.tokens} new.\n")
    print("| streams | way | tokens/s in sum | of generate() | of the roofline | same replies |")
    print("| --- | --- | --- | --- | --- | --- |")
    for streams in options.streams:
        model = make_model(name, device)  # anew: adapters stay in a model
        speed = speed or bandwidth(model, 2**20 if options.tiny else 2**30)
        with torch.no_grad():
            measure(model, streams, options.prompt_tokens, options.tokens, speed)
    print(f"\nKV cache: {bytes_per_token(model) / 1000:,.1f} MB for 1,000 tokens of history.")
    if device == "cuda":
        print(f"Most memory taken: {torch.cuda.max_memory_allocated() / 1e9:.1f} GB.")


if __name__ == "__main__":
    main()
