"""Measure training steps of a large configuration with random weights, in four bits.

    python -m bench.voice_gpu llama-8b
    python -m bench.voice_gpu qwen3-8b --block 2048
    python -m bench.voice_gpu tiny            (seconds on a CPU, as the test does)

The weights are made layer by layer and quantized at once, so that they never stand in memory in
bf16 together. Prints tokens per second, the peak of memory, and what the estimate had said.
"""

import argparse
import time
from dataclasses import dataclass, replace
from typing import Any

import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from transformers import AutoModelForCausalLM, LlamaConfig, PretrainedConfig, Qwen3Config

from engine.story.training import Method, TrainingOrder
from engine.training.memory import needed_bytes, peak_memory_bytes, sizes_of
from engine.training.methods import attach
from engine.training.plan import Plan, make_plan
from engine.training.quantized import choose_device, compute_dtype, keep_unpacked

SHAPES: dict[str, PretrainedConfig] = {
    "llama-8b": LlamaConfig(
        hidden_size=4096,
        intermediate_size=14336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        vocab_size=128_256,
        max_position_embeddings=131_072,
    ),
    "qwen3-8b": Qwen3Config(
        hidden_size=4096,
        intermediate_size=12288,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        vocab_size=151_936,
        max_position_embeddings=40_960,
    ),
    "tiny": LlamaConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=512,
    ),
}
WARM_UP_STEPS = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured."""

    tokens_per_second: float
    peak_bytes: int
    estimated_bytes: int


def random_nf4(config: PretrainedConfig, device: str) -> Any:
    """Return a model of random weights in NF4 on the device."""
    dtype = compute_dtype(device)
    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=dtype)
    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Linear) and name != "lm_head":
            parent, _, last = name.rpartition(".")
            setattr(model.get_submodule(parent), last, quantized_linear(module, device))
    for name, weights in list(model.named_parameters()):
        if weights.is_meta:
            parent, _, last = name.rpartition(".")
            value = torch.randn(weights.shape, dtype=dtype, device=device) * 0.02
            if value.ndim == 1:
                value = torch.ones_like(value)
            owner = model.get_submodule(parent)
            setattr(owner, last, torch.nn.Parameter(value, requires_grad=False))
    model.tie_weights()
    body = model.model  # its frequencies are computed, not loaded
    body.rotary_emb = type(body.rotary_emb)(config=config).to(device)
    model.is_loaded_in_4bit = True
    model.config.use_cache = False
    keep_unpacked(model)
    return model


def quantized_linear(module: torch.nn.Linear, device: str) -> Linear4bit:
    """Return a layer of the same shape with random weights in NF4."""
    dtype = compute_dtype(device)
    layer = Linear4bit(
        module.in_features,
        module.out_features,
        bias=False,
        compute_dtype=dtype,
        compress_statistics=True,
        quant_type="nf4",
        device="meta",
    )
    weights = torch.randn(module.out_features, module.in_features, dtype=dtype, device=device)
    weights *= 0.02
    layer.weight = Params4bit(
        weights, requires_grad=False, compress_statistics=True, quant_type="nf4"
    ).to(device)
    return layer


def measure(shape: str, *, steps: int, block: int | None, device: str = "auto") -> Pace:
    """Train a random model for some steps and measure them."""
    config, device = SHAPES[shape], choose_device(device)
    order = TrainingOrder(0, 0, shape, device=device, steps=steps, block_tokens=block)
    is_on_gpu = device != "cpu"
    plan = make_plan(order, tokens=10**6, is_on_gpu=is_on_gpu, most_positions=131_072)
    sizes = sizes_of(config.to_dict())
    estimated = needed_bytes(
        sizes, plan, Method.LORA, order.rank, device=device, saves_activations=True
    )
    model = random_nf4(config, device)
    model.activation_checkpointing_enable({"use_reentrant": False})
    model = attach(model, order, replace(plan, steps=steps))
    model.train()
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=plan.learning_rate)
    batch = torch.randint(0, sizes.vocabulary, (plan.batch_blocks, plan.block_tokens))
    batch = batch.to(device)
    began = time.monotonic()
    for step in range(WARM_UP_STEPS + steps):
        if step == WARM_UP_STEPS:
            wait_for(device)
            began = time.monotonic()
        one_step(model, optimizer, batch, plan)
    wait_for(device)
    tokens = steps * plan.step_tokens / (time.monotonic() - began)
    return Pace(tokens, peak_memory_bytes(), estimated)


def one_step(model: Any, optimizer: torch.optim.Optimizer, batch: torch.Tensor, plan: Plan) -> None:
    """Learn from one batch, in as many pieces as the plan says."""
    for _ in range(plan.batches_per_step):
        model(input_ids=batch, labels=batch).loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def wait_for(device: str) -> None:
    """Wait until a GPU is done."""
    if device != "cpu":
        torch.cuda.synchronize()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--block", type=int, default=None)
    arguments = parser.parse_args()
    pace = measure(arguments.shape, steps=arguments.steps, block=arguments.block)
    print("| configuration | tokens/s | peak memory, GiB | estimated, GiB |")
    print("| --- | --- | --- | --- |")
    sizes = (pace.peak_bytes / 2**30, pace.estimated_bytes / 2**30)
    print(
        f"| {arguments.shape} | {pace.tokens_per_second:,.0f} | {sizes[0]:.2f} | {sizes[1]:.2f} |"
    )


if __name__ == "__main__":
    main()
