"""Adapters on the whole embedded model: equal to PEFT alone, or different by less than a hair.

In fp32 every token is the same. On weights of few bits and in bf16 two tokens that are nearly
equally likely may change places; then the base of the proof is the gap between their logits,
computed by PEFT on the same quantized model at the first token that differs.
"""

import asyncio
import json
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights.loading import LoadedModel, load
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER
from tests.engine.serving.peft_adapters import KINDS, save_adapters, written_alone
from tests.engine.serving.small_model import GREEDY, Rules, opened, tokens_of

VOICES = (None, *KINDS)
TOKENS = 16
PROMPTS = (
    "The lighthouse keeper heard his radio",
    "The harbour was quiet, the nets were dry, and Mara counted the coins",
    "On a night of fog the bell rang twice. " * 12,
    "Dear sister, I write to you from",
)
# Between the best logit and the one that was written instead: near ties, in steps of bf16 at the
# size of these logits (16 to 32: an eighth).
WIDEST_GAP = {Quantization.NONE: 0.0, Quantization.NF4: 0.5, Quantization.INT8: 0.5}


def model_of(kind: Quantization) -> LoadedModel:
    """Return the embedded model; unquantized means fp32 here."""
    settings = ServingSettings(quantization=kind, models_dir=MODEL_FOLDER.parent)
    loaded = load(settings, lambda *_: None)
    if kind is Quantization.NONE:
        loaded.model.float()
    return loaded


async def written(batch: Batch, voice: str | None, ids: list[int]) -> list[int]:
    """Return a greedy reply."""
    reply: list[int] = []
    async with batch.adapters.use(voice) as adapter:
        row = Row(len(ids), GREEDY, adapter=adapter)
        outputs = batch.generate(ids, row, most_tokens=TOKENS, ignore_stop_tokens=True)
        async with aclosing(outputs):
            async for so_far in outputs:
                reply = so_far
    return reply


class Alone:
    """A model that writes with one adapter at a time, as PEFT computes it.

    PEFT does not know the layers of our INT8 model. There its formula stands in a hook of each
    layer: base(x) + scale * B A x, with A and B in fp32.
    """

    def __init__(self, model: Any, folder: Path) -> None:
        self.model = model
        self.adapters = {name: read(folder / name) for name in KINDS}
        self.voice: str | None = None
        for path, module in model.named_modules():
            module.register_forward_hook(partial(self.add, f"base_model.model.{path}.lora_"))

    def add(self, key: str, _module: Any, inputs: tuple[Any, ...], y: Any) -> Any:
        """Add what the adapter changes in a layer."""
        tensors, scale = self.adapters[self.voice] if self.voice else ({}, 0.0)
        if key + "A.weight" not in tensors:
            return y
        a, b = (tensors[f"{key}{letter}.weight"] for letter in "AB")
        return y + (scale * (inputs[0].float() @ a.t() @ b.t())).to(y.dtype)

    @torch.no_grad()
    def logits(self, voice: str | None, ids: list[int]) -> torch.Tensor:
        """Return the logits after a text."""
        self.voice = voice
        logits: torch.Tensor = self.model(torch.tensor([ids])).logits[0, -1].float()
        return logits

    def write(self, voice: str | None, ids: list[int]) -> list[int]:
        """Return a greedy reply."""
        self.voice = voice
        written = self.model.generate(
            torch.tensor([ids]), do_sample=False, max_new_tokens=TOKENS, eos_token_id=-1
        )
        return list(written[0, len(ids) :].tolist())


def read(folder: Path) -> tuple[dict[str, torch.Tensor], float]:
    """Return an adapter's matrices and its scale."""
    config = json.loads((folder / "adapter_config.json").read_text())
    rank = config["r"]
    scale = config["lora_alpha"] / (rank**0.5 if config["use_rslora"] else rank)
    return load_file(folder / "adapter_model.safetensors"), scale


def gap(
    alone: Alone, voice: str | None, ids: list[int], ours: list[int], other: list[int]
) -> float:
    """Return how much likelier the reference finds its own token where the two texts part."""
    at = next(i for i in range(TOKENS) if ours[i] != other[i])
    logits = alone.logits(voice, ids + other[:at])
    return float(logits[other[at]] - logits[ours[at]])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", list(WIDEST_GAP))
async def test_sixteen_mixed_requests_write_what_each_writes_alone(
    tmp_path: Path, kind: Quantization
) -> None:
    plain = model_of(Quantization.NONE if kind is Quantization.INT8 else kind)
    peft_model = save_adapters(plain.model, tmp_path, strength=0.02)
    settings = {"adapters_dir": tmp_path, "running_requests": 16}
    async with opened(model_of(kind), Rules(), 8192, **settings) as batch:
        for name in KINDS:
            await batch.adapters.load(name, name)
        asked = [(voice, tokens_of(batch, prompt)) for prompt in PROMPTS for voice in VOICES]
        ours = await asyncio.gather(*(written(batch, *ask) for ask in asked))
    reference = Alone(model_of(kind).model, tmp_path)
    if kind is Quantization.INT8:
        alone = [reference.write(*ask) for ask in asked]
    else:
        alone = [written_alone(peft_model, *ask, TOKENS) for ask in asked]
    different = [i for i in range(16) if ours[i] != alone[i]]
    gaps = [gap(reference, *asked[i], ours[i], alone[i]) for i in different]
    figures = f"{kind}: {16 - len(different)} of 16 equal; gaps where not: {gaps}"
    print(figures)  # noqa: T201 - what the proof is for
    assert len({tuple(reply) for reply in alone}) >= 8
    assert all(found <= WIDEST_GAP[kind] for found in gaps), figures
    if kind is Quantization.NONE:
        assert ours == alone
