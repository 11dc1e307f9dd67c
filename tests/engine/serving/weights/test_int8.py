"""Eight-bit layers on a CPU: exact sums, so that no token feels its neighbours."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Row
from engine.serving.weights import decoder
from engine.serving.weights.int8 import (
    Int8Linear,
    is_fast,
    multiply,
    multiply_in_fp32,
    quantize_rows,
    quantize_weight,
    to_int8,
)
from engine.serving.weights.loading import LoadedModel, load
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER
from tests.engine.serving.small_model import DRAWN, GREEDY, reply

PROMPTS = (
    "The harbour master kept two ledgers.",
    "Nobody in the village would say who had built the second bridge, or when, or why.",
    "Rain.",
    "On the last day of the fair, the puppet asked for its strings. " * 12,
)


class Noted:
    """A rule that keeps the logits of each step."""

    def __init__(self) -> None:
        self.logits: list[Tensor] = []

    def __call__(self, logits: Tensor, row: Row) -> None:
        """Keep a copy."""
        self.logits.append(logits.clone())


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    """The first layers of the embedded model in eight bits."""
    settings = ServingSettings(quantization=Quantization.INT8, models_dir=MODEL_FOLDER.parent)
    loaded = load(settings, lambda *_: None)
    loaded.model.config.num_hidden_layers = 6
    del loaded.model.model.layers[6:]
    return loaded


@pytest.fixture
def noted() -> Noted:
    """What the batch's rule keeps."""
    return Noted()


@pytest.fixture
async def batch(loaded: LoadedModel, noted: Noted) -> AsyncIterator[Batch]:
    """A batch over the small model."""
    batch = Batch(loaded, ServingSettings(cache_tokens=4096), [noted])
    await batch.start()
    yield batch
    batch.stop()


def layer_of(rows: int, columns: int, *, bias: bool = False) -> Int8Linear:
    """Return a layer with random weights."""
    plain = nn.Linear(columns, rows, bias=bias)
    return Int8Linear(*quantize_weight(plain.weight.data), plain.bias)


def test_a_product_is_what_the_definition_says() -> None:
    torch.manual_seed(1)
    layer, x = layer_of(5, 24, bias=True), torch.randn(3, 24)
    for i, row in enumerate(x):
        step = max(abs(float(value)) for value in row) / 127
        q = [round(float(value) / step) for value in row]
        for j in range(5):
            total = sum(a * int(b) for a, b in zip(q, layer.weight[j], strict=True))
            expected = total * step * float(layer.scale[j]) + float(layer.bias[j])
            assert float(layer(x)[i, j].detach()) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("rows", [1, 2, 3, 17])
def test_without_the_instruction_the_sums_are_the_same(rows: int) -> None:
    torch.manual_seed(2)
    q = torch.randint(-127, 128, (rows, 4096), dtype=torch.int8)
    columns = torch.randint(-127, 128, (40, 4096), dtype=torch.int8).t()
    # Sums so large, and odd, that one fp32 cannot hold them.
    q[0] = torch.randint(100, 128, (4096,), dtype=torch.int8)
    columns[:, 0] = torch.randint(100, 128, (4096,), dtype=torch.int8)
    exact = q.long() @ columns.long()
    assert torch.equal(multiply_in_fp32(q, columns).long(), exact)
    if is_fast():
        assert torch.equal(multiply(q, columns).long(), exact)


def test_a_row_is_the_same_beside_any_number_of_others() -> None:
    torch.manual_seed(3)
    layer, x = layer_of(192, 576), torch.randn(64, 576)
    alone = [layer(row[None]) for row in x]
    for rows in range(1, 65):
        assert torch.equal(layer(x[:rows]), torch.cat(alone[:rows]))


def test_zeros_stay_zeros_and_nan_stays_in_its_row() -> None:
    layer = layer_of(8, 16)
    x = torch.randn(3, 16)
    x[0], x[1, 4] = 0, torch.nan
    y = layer(x)
    assert not y[0].any()
    assert float(quantize_rows(x[:1])[1]) > 0  # or 0 / 0 would be cast to a byte, which may be any
    assert y[1].isnan().all()
    assert y[2].isfinite().all()


def test_weights_lose_less_than_a_hundredth() -> None:
    torch.manual_seed(4)
    plain, x = nn.Linear(512, 256, bias=False), torch.randn(32, 512)
    error = Int8Linear(*quantize_weight(plain.weight.data))(x) - plain(x)
    assert error.norm() / plain(x).norm() < 0.015


def test_siblings_are_computed_once_and_answer_for_themselves() -> None:
    torch.manual_seed(5)
    mlp = nn.Module()
    mlp.gate_proj, mlp.up_proj = nn.Linear(32, 64), nn.Linear(32, 64)
    model: Any = nn.Module()
    model.mlp, model.embed = mlp, nn.Embedding(7, 32)
    model.get_input_embeddings = lambda: model.embed
    model.get_output_embeddings = lambda: None
    to_int8(model)
    x, other = torch.randn(4, 32), torch.randn(4, 32)
    gate, up = model.mlp.gate_proj, model.mlp.up_proj
    assert torch.equal(gate(x), gate.apply_to(x))
    assert torch.equal(up(other), up.apply_to(other))  # not what was kept for x
    assert torch.equal(up(x), up.apply_to(x))
    assert gate.weight.untyped_storage().data_ptr() == up.weight.untyped_storage().data_ptr()


def test_nothing_of_a_layer_is_left_in_sixteen_bits(loaded: LoadedModel) -> None:
    kept = [*loaded.model.parameters(), *loaded.model.buffers()]
    assert all(tensor.dtype == torch.int8 for tensor in kept if tensor.dim() == 2)
    assert (
        loaded.model.lm_head.weight.data_ptr() == loaded.model.model.embed_tokens.weight.data_ptr()
    )
    gc.collect()
    shapes = {(576, 576), (1536, 576), (576, 1536), (49_152, 576)}
    ours = loaded.model.model.layers[0].mlp.up_proj.weight.shape
    assert tuple(ours) in shapes
    large = [
        thing
        for thing in gc.get_objects()
        if type(thing) in (Tensor, nn.Parameter)
        and thing.dtype == torch.bfloat16
        and tuple(thing.shape) == (49_152, 576)
    ]
    assert not large


async def test_the_short_way_gives_what_transformers_gives(batch: Batch, noted: Noted) -> None:
    ids = batch.loaded.tokenizer.encode(PROMPTS[1])
    noted.logits.clear()
    await reply(batch, ids, 1, GREEDY)
    with torch.inference_mode():
        plain = batch.loaded.model(input_ids=torch.tensor([ids])).logits[0, -1].float()
    short = noted.logits[0]
    assert torch.nn.functional.cosine_similarity(plain, short, dim=0) > 0.998
    assert int(plain.argmax()) == int(short.argmax())


async def test_a_batch_writes_what_each_would_write_alone(batch: Batch) -> None:
    for sampling in (GREEDY, DRAWN):
        alone = [await reply(batch, prompt, 24, sampling, salt=prompt[:9]) for prompt in PROMPTS]
        beside = await asyncio.gather(
            *(reply(batch, prompt, 24, sampling, salt=prompt[-9:] + "2") for prompt in PROMPTS)
        )
        assert beside == alone


async def test_what_wraps_a_layer_is_asked(batch: Batch, loaded: LoadedModel) -> None:
    class Silenced(nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner, self.asked = inner, 0
            self.in_features, self.out_features = inner.in_features, inner.out_features

        def forward(self, x: Tensor) -> Tensor:
            self.asked += 1
            output: Tensor = self.inner(x)
            return output

    attention = loaded.model.model.layers[2].self_attn
    before = await reply(batch, PROMPTS[0], 8, GREEDY)
    attention.v_proj = wrapped = Silenced(attention.v_proj)
    try:
        await reply(batch, PROMPTS[0], 8, GREEDY, salt="wrapped")
        assert wrapped.asked >= 8
    finally:
        attention.v_proj = wrapped.inner
    assert await reply(batch, PROMPTS[0], 8, GREEDY, salt="again") == before


def test_a_model_of_another_kind_is_left_alone() -> None:
    from transformers import GPT2Config, GPT2LMHeadModel  # noqa: PLC0415 - slow

    config = GPT2Config(n_layer=1, n_embd=32, n_head=2, vocab_size=50)
    assert not decoder.install(GPT2LMHeadModel(config))


def test_rounding_keeps_the_largest_value_in_eight_bits() -> None:
    q, scale = quantize_rows(torch.tensor([[3.0, -3.0, 1.5]]))
    assert q.tolist() == [[127, -127, 64]]
    assert float(scale) == pytest.approx(3 / 127)
