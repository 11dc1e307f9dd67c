"""The short way through a model's layers, for each kind of model that takes it."""

from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

from engine.serving.adapters.lora import LoraLinear, Routing
from engine.serving.adapters.plan import Alone
from engine.serving.loop.batch import Batch
from engine.serving.weights import decoder
from engine.serving.weights.int8 import to_int8
from engine.serving.weights.loading import LoadedModel
from engine.settings import ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER
from tests.engine.serving.small_model import GREEDY, reply
from tests.engine.serving.weights.test_int8 import Noted

# Weights so large that attention is sharp: where it is flat, a wrong place would hardly matter.
SHAPE = {
    "vocab_size": 512,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "initializer_range": 0.25,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": True,
}
KINDS: dict[str, Any] = {
    "llama": LlamaConfig,
    "mistral": lambda **shape: MistralConfig(**shape, sliding_window=None),
    "qwen2": Qwen2Config,
    "qwen3": Qwen3Config,
}


def tiny(kind: str) -> LoadedModel:
    """Return a model of random int8 weights, not yet on the short way."""
    torch.manual_seed(11)
    model: Any = AutoModelForCausalLM.from_config(KINDS[kind](**SHAPE)).eval()
    for name, weight in model.named_parameters():
        if "norm" in name or "bias" in name:
            weight.data = 1 + 0.5 * torch.randn(weight.shape)
    to_int8(model)
    return LoadedModel(kind, model, AutoTokenizer.from_pretrained(MODEL_FOLDER))


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_the_short_way_gives_what_transformers_gives(kind: str) -> None:
    loaded, noted = tiny(kind), Noted()
    ids = torch.randint(3, 512, (70,)).tolist()
    with torch.inference_mode():
        plain = loaded.model(input_ids=torch.tensor([ids])).logits[0, -1].float()
    assert decoder.install(loaded.model)
    batch = Batch(loaded, ServingSettings(cache_tokens=2048), [noted])
    await batch.start()
    try:
        noted.logits.clear()
        await reply(batch, ids[:40], 1, GREEDY)
        noted.logits.clear()
        await reply(batch, ids, 1, GREEDY)  # two pages of it are in the cache
    finally:
        batch.stop()
    short = noted.logits[0]
    difference = (short - plain).norm() / plain.norm()
    assert difference < 0.02, difference


@pytest.mark.parametrize("through_norm", [False, True])
def test_what_adapters_add_is_the_same_in_one_product_as_layer_by_layer(
    through_norm: bool,
) -> None:
    attention = tiny("llama").model.model.layers[0].self_attn
    norm = decoder.Norm(tiny("llama").model.model.layers[0].input_layernorm)
    routing = Routing()
    layers = [attention.q_proj, attention.k_proj, attention.v_proj]
    for i in (0, 2):  # the middle one is left alone by the adapters
        a, b = torch.randn(2, 4, 64), torch.randn(2, 4, layers[i].out_features)
        layers[i] = LoraLinear(layers[i], routing, (a, b))
    x = torch.randn(7, 64)
    product = decoder.Product(torch.float32, *layers)

    def computed() -> torch.Tensor:
        return product.of_normed(x, norm) if through_norm else product(x)

    def one_by_one() -> torch.Tensor:
        return product.ask_modules(norm(x) if through_norm else x)

    plain = computed()
    assert torch.allclose(plain, one_by_one(), rtol=0.02, atol=0.2)
    # The adapters of three rows in two slots, as a step of several requests has them.
    routing.plan = (Alone(0, 4, slice(1, 3)), Alone(1, 3, torch.tensor([0, 6])))
    added, wanted = computed() - plain, one_by_one()
    routing.plan = ()
    assert torch.allclose(added, wanted - one_by_one(), rtol=1e-3, atol=1e-3)
    assert (added.abs().sum(1) > 1).tolist() == [True, True, True, False, False, False, True]
