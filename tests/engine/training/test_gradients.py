"""The trap of bitsandbytes on CPUs: evaluate, then train."""

from pathlib import Path
from typing import Any

import pytest
import torch
from bitsandbytes.nn.modules import Linear4bit

from engine.training.methods import attach
from engine.training.plan import make_plan
from engine.training.quantized import (
    Base,
    PackedWeights,
    load_nf4,
    packed_layers,
)
from engine.training.watching import Guarding
from tests.engine.training.tiny import tiny_order

PACKS = torch.backends.cpu.get_cpu_capability() != "DEFAULT" and "avx512_bf16" in (
    Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
)


def tiny_voice(model: Path) -> Any:
    """Load the tiny model in four bits with an adapter whose every part has a gradient."""
    order = tiny_order(model)
    plan = make_plan(order, tokens=10_000, is_on_gpu=False, most_positions=2048)
    voice = attach(load_nf4(Base("tiny", model, "cpu")), order, plan)
    torch.manual_seed(1)
    for name, weights in voice.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    for module in voice.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return voice


def gradient(voice: Any) -> torch.Tensor:
    """Return the gradient of all trained weights for one batch."""
    batch = torch.arange(64).reshape(2, 32)
    voice.train()
    voice.zero_grad(set_to_none=True)
    voice(input_ids=batch, labels=batch).loss.backward()
    return torch.cat([p.grad.flatten() for p in voice.parameters() if p.grad is not None])


def evaluate(voice: Any) -> None:
    """Read a batch as an evaluation does."""
    voice.eval()
    with torch.no_grad():
        voice(input_ids=torch.arange(64).reshape(2, 32))


def test_an_evaluation_leaves_the_gradient_as_it_was(tiny_model: Path) -> None:
    voice = tiny_voice(tiny_model)
    before = gradient(voice)
    evaluate(voice)
    assert before.norm() > 0
    assert packed_layers(voice) == []
    assert torch.equal(gradient(voice), before)


def test_activations_that_are_computed_twice_give_the_same_gradient(tiny_model: Path) -> None:
    kept = gradient(tiny_voice(tiny_model))
    voice = tiny_voice(tiny_model)
    voice.get_base_model().activation_checkpointing_enable({"use_reentrant": False})
    assert torch.equal(gradient(voice), kept)


@pytest.mark.skipif(not PACKS, reason="this CPU has no AVX512_BF16: bitsandbytes packs nothing")
@pytest.mark.filterwarnings("ignore:.*gemv_4bit.*autograd kernel was not registered")
def test_without_the_guard_an_evaluation_would_change_the_gradient(tiny_model: Path) -> None:
    voice = tiny_voice(tiny_model)
    before = gradient(voice)
    for layer in voice.modules():
        if isinstance(layer, Linear4bit):
            layer.support_avx512bf16_for_cpu = True
    evaluate(voice)
    assert len(packed_layers(voice)) == 14
    after = gradient(voice)
    assert torch.cosine_similarity(before, after, dim=0) < 0.95
    with pytest.raises(PackedWeights):
        Guarding().on_step_begin(None, None, None, model=voice)  # type: ignore[arg-type]
