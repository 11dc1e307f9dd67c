"""Measure what each way to hold the weights costs in quality, and print markdown tables.

    OMP_NUM_THREADS=1 python -m bench.quality

Three measures: perplexity of the embedded model on this project's own documents; of a small
Llama that is trained here from nothing on docstrings of Python's library, byte by byte, because
the embedded model's file was quantized once already and favours grids like its own; and how much
of sampled replies is repetition. Five to ten minutes.
"""

import ast
import asyncio
import copy
import math
import os
import sysconfig
from contextlib import aclosing
from pathlib import Path
from typing import Any

os.environ |= {"TORCHDYNAMO_DISABLE": "1", "TOKENIZERS_PARALLELISM": "false"}

import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights import int8
from engine.serving.weights.loading import load
from engine.settings import Device, Quantization, ServingSettings

ROOT = Path(__file__).parents[1]
TEXTS = ("README.md", "docs/operators-guide.md", "docs/rehearsal.md", "docs/architecture.md")
TOKENS, WINDOW = 4096, 1024
KINDS = ("fp32", "bf16", "nf4", "int4", "int8")
TRAIN_STEPS, BATCH, LENGTH, UNSEEN_BYTES = 400, 8, 256, 32_768
REPLIES, REPLY_TOKENS = 24, 120
OPENINGS = (
    "The lighthouse keeper heard a voice under the floor.",
    "Nobody in the village would say who had built the second bridge.",
    "On the last day of the fair, the puppet asked for its strings.",
)


def held_as(model: Any, kind: str) -> Any:
    """Return a copy of an unquantized model whose linear layers are held in some way."""
    model = copy.deepcopy(model)
    if kind == "fp32":
        return model.float()
    model = model.bfloat16()
    if kind == "int8":
        int8.to_int8(model)
    for name, layer in model.named_modules():
        if kind in ("nf4", "int4") and type(layer) is nn.Linear and name != "lm_head":
            layer.weight.data = (through_nf4 if kind == "nf4" else through_int4)(layer.weight.data)
    return model


def through_nf4(weight: torch.Tensor) -> torch.Tensor:
    """Return what is left of a weight after NF4 with double quantization."""
    packed, state = quantize_4bit(weight, compress_statistics=True, quant_type="nf4")
    return dequantize_4bit(packed, state).to(weight.dtype).view_as(weight)


def through_int4(weight: torch.Tensor, group: int = 32) -> torch.Tensor:
    """Return what is left of a weight after 4 bits between the ends of each group."""
    groups = weight.float().view(len(weight), -1, group)
    low, high = groups.amin(2, keepdim=True), groups.amax(2, keepdim=True)
    step = ((high - low) / 15).clamp(min=1e-6)
    return (((groups - low) / step).round() * step + low).to(weight.dtype).view_as(weight)


@torch.inference_mode()
def loss(model: Any, ids: torch.Tensor, window: int) -> float:
    """Return the mean negative log-likelihood of a token, window by window."""
    losses = []
    for part in ids.split(window):
        logits = model(input_ids=part[None]).logits[0, :-1].float()
        losses.append(cross_entropy(logits, part[1:], reduction="sum").item())
    return sum(losses) / (len(ids) - len(losses))


def docstrings() -> torch.Tensor:
    """Return the docstrings of Python's own library as bytes, sorted by file."""
    texts = []
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        nodes = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef))
        texts += [text for node in nodes if (text := ast.get_docstring(node))]
    return torch.tensor(list("\n\n".join(texts).encode()))


def trained(data: torch.Tensor) -> Any:
    """Return a small Llama trained on bytes, whose weights were never quantized."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=256,
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=6,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=LENGTH,
    )
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(TRAIN_STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, step / 40) * (1 - step / TRAIN_STEPS)
        starts = torch.randint(len(data) - LENGTH, (BATCH,)).tolist()
        ids = torch.stack([data[start : start + LENGTH] for start in starts])
        model(input_ids=ids, labels=ids).loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()


def repeated(tokens: list[int], length: int = 4) -> float:
    """Return the share of runs of four tokens that were there before in the reply."""
    runs = [tuple(tokens[i : i + length]) for i in range(len(tokens) - length + 1)]
    return 1 - len(set(runs)) / max(1, len(runs))


async def repetition(kind: Quantization) -> float:
    """Return the mean share of repetition in replies at temperature 0.8."""
    settings = ServingSettings(quantization=kind, device=Device.CPU, cache_tokens=16_384)
    loaded = load(settings, lambda *_: None)
    batch = Batch(loaded, settings)
    await batch.start()

    async def reply(number: int) -> list[int]:
        request = f"{OPENINGS[number % len(OPENINGS)]} Continue the story."
        prompt = loaded.tokenizer.apply_chat_template(
            [{"role": "user", "content": request}], add_generation_prompt=True, return_dict=False
        )
        row = Row(len(prompt), Sampling(temperature=0.8, seed=number))
        tokens: list[int] = []
        outputs = batch.generate(prompt, row, most_tokens=REPLY_TOKENS, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for tokens in outputs:  # noqa: B007 - the last one is wanted
                pass
        return tokens

    try:
        replies = await asyncio.gather(*(reply(number) for number in range(REPLIES)))
    finally:
        batch.stop()
    return sum(map(repeated, replies)) / REPLIES


def main() -> None:
    """Print every table."""
    torch.set_num_threads(1)
    settings = ServingSettings(quantization=Quantization.NONE, device=Device.CPU)
    loaded = load(settings, lambda *_: None)
    text = "\n\n".join((ROOT / name).read_text(encoding="utf-8") for name in TEXTS)
    ids = torch.tensor(loaded.tokenizer.encode(text)[:TOKENS])
    print(f"| weights | perplexity, {len(ids):,} tokens |\n| --- | --- |")
    for kind in KINDS:
        print(
            f"| {kind} | {math.exp(loss(held_as(loaded.model, kind), ids, WINDOW)):.2f} |",
            flush=True,
        )
    data = docstrings()
    cut = int(0.97 * len(data))
    own, unseen = trained(data[:cut]), data[cut:][:UNSEEN_BYTES]
    print("\n| weights | bits a byte, trained here |\n| --- | --- |")
    for kind in KINDS:
        bits = loss(held_as(own, kind), unseen, LENGTH) / math.log(2)
        print(f"| {kind} | {bits:.4f} |", flush=True)
    print("\n| weights | repeated runs of 4 tokens |\n| --- | --- |")
    for quantization in (Quantization.NONE, Quantization.NF4, Quantization.INT8):
        share = asyncio.run(repetition(quantization))
        print(f"| {quantization} | {100 * share:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
