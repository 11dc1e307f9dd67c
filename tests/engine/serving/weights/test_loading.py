"""Any causal model in a folder is served, here a tiny Qwen3 with random weights."""

import shutil
from pathlib import Path

import pytest
import torch

from engine.errors import ModelUnusable
from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.cache_size import bytes_per_token
from engine.serving.loop.row import Row
from engine.serving.weights.int8 import is_fast
from engine.serving.weights.loading import LoadedModel, choose_device, choose_quantization, load
from engine.settings import Device, Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER

CONTEXT_TOKENS = 1100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Qwen3 with the tokenizer of the embedded model."""
    from transformers import Qwen3Config, Qwen3ForCausalLM  # noqa: PLC0415 - slow

    folder = tmp_path_factory.mktemp("models") / "tiny-qwen3"
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=49_152,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
        eos_token_id=[2, 0],
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(MODEL_FOLDER / name, folder)
    return folder


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, int, int]]:
    """What was reported while the model loaded."""
    return []


@pytest.fixture(scope="module")
def loaded(folder: Path, steps: list[tuple[str, int, int]]) -> LoadedModel:
    """The tiny model in NF4."""
    settings = ServingSettings(model=str(folder), quantization=Quantization.NF4)
    return load(settings, lambda *step: steps.append(step))


def test_a_folder_is_named_after_itself(loaded: LoadedModel) -> None:
    assert loaded.name == "tiny-qwen3"
    assert loaded.stop_tokens == [2, 0]
    assert loaded.vocabulary == 49_152
    assert loaded.most_positions == CONTEXT_TOKENS
    assert "<|im_start|>" in loaded.special_tokens()


def test_the_linear_layers_are_held_in_four_bits(loaded: LoadedModel) -> None:
    layer = loaded.model.model.layers[0].mlp.up_proj
    assert type(layer).__name__ == "Linear4bit"
    assert layer.weight.quant_type == "nf4"
    assert layer.weight.quant_state.nested  # double quantization


def test_unset_means_what_is_best_on_the_device(folder: Path) -> None:
    assert choose_quantization(Quantization.AUTO, "cuda:0") is Quantization.NF4
    assert choose_quantization(Quantization.NONE, "cpu") is Quantization.NONE
    on_cpu = Quantization.INT8 if is_fast() else Quantization.NF4
    assert choose_quantization(ServingSettings().quantization, "cpu") is on_cpu
    loaded = load(ServingSettings(model=str(folder), quantization="int8"), lambda *_: None)
    assert type(loaded.model.model.layers[0].mlp.up_proj).__name__ == "Int8Linear"
    assert loaded.vocabulary == 49_152


async def test_eight_bits_from_a_folder_write_what_transformers_would(folder: Path) -> None:
    settings = ServingSettings(model=str(folder), quantization="int8", cache_tokens=2048)
    loaded = load(settings, lambda *_: None)
    prompt = loaded.tokenizer.encode("The fog came in, and with it the boats.")
    with torch.inference_mode():
        first = int(loaded.model(input_ids=torch.tensor([prompt])).logits[0, -1].argmax())
    batch = Batch(loaded, settings)
    await batch.start()
    try:
        row = Row(len(prompt), Sampling(top_k=1))
        async for tokens in batch.generate(prompt, row, most_tokens=1):
            assert tokens == [first]
    finally:
        batch.stop()


def test_loading_reports_every_weight(
    loaded: LoadedModel, steps: list[tuple[str, int, int]]
) -> None:
    assert steps[0][:2] == ("weights", 0)
    assert steps[-1][1] == steps[-1][2] > 10


async def test_it_writes_within_the_context_it_was_built_for(loaded: LoadedModel) -> None:
    batch = Batch(loaded, ServingSettings(cache_tokens=4096))
    await batch.start()
    try:
        assert batch.context_tokens == CONTEXT_TOKENS
        prompt = loaded.tokenizer.encode("The fog came in. " * 100)
        tokens: list[int] = []
        row = Row(len(prompt), Sampling(top_k=50, seed=1))
        async for so_far in batch.generate(prompt, row, most_tokens=5, ignore_stop_tokens=True):
            tokens = so_far
        assert len(tokens) == 5
    finally:
        batch.stop()


def test_another_tokenizer_has_another_hash(loaded: LoadedModel, folder: Path) -> None:
    from transformers import AutoTokenizer  # noqa: PLC0415 - slow

    other = AutoTokenizer.from_pretrained(folder)
    same = LoadedModel("same", loaded.model, other)
    assert same.tokenizer_hash() == loaded.tokenizer_hash()
    other.add_tokens(["lighthousekeeper"])
    assert same.tokenizer_hash() != loaded.tokenizer_hash()


def test_a_token_of_the_cache_takes_what_keys_and_values_take(loaded: LoadedModel) -> None:
    assert (
        bytes_per_token(loaded.model) == 2 * 2 * 2 * 32 * 2
    )  # K and V, layers, heads, width, bf16


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_asked_for_and_not_there_stops_the_start() -> None:
    assert choose_device(Device.AUTO) == "cpu"
    with pytest.raises(ModelUnusable):
        choose_device(Device.CUDA)


def test_a_folder_without_a_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable) as refusal:
        load(ServingSettings(model=str(tmp_path), quantization=Quantization.NONE), lambda *_: None)
    assert str(tmp_path) in refusal.value.reason
