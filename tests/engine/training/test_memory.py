from pathlib import Path

import pytest

from engine.story.training import Method
from engine.training.memory import Sizes, group_free_bytes, needed_bytes, sizes_of
from engine.training.methods import PREFIX_TOKENS
from engine.training.plan import Plan, make_plan
from tests.engine.training.tiny import tiny_order

LLAMA_8B = {
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_key_value_heads": 8,
    "vocab_size": 128_256,
}


def gpu_plan() -> Plan:
    """Return the pieces on a GPU."""
    order = tiny_order("x", block_tokens=None)  # type: ignore[arg-type]
    return make_plan(order, tokens=10**6, is_on_gpu=True, most_positions=8192)


def needed(sizes: Sizes, *, saves_activations: bool) -> float:
    """Return GiB."""
    options = {"device": "cuda:0", "saves_activations": saves_activations}
    return needed_bytes(sizes, gpu_plan(), Method.LORA, 16, **options) / 2**30  # type: ignore[arg-type]


def test_an_8b_model_counts_eight_billion_weights() -> None:
    sizes = sizes_of(LLAMA_8B)
    embeddings = 2 * sizes.vocabulary * sizes.hidden
    assert 8.0e9 < sizes.linear_weights + embeddings < 8.1e9
    assert sizes.trained_weights(Method.LORA, 16, PREFIX_TOKENS) == 41_943_040


def test_with_activations_computed_twice_an_8b_model_fits_a_gpu_of_24_gib() -> None:
    sizes = sizes_of(LLAMA_8B)
    # The report has the whole base in bf16 there: 15 GiB.
    assert 15 < needed(sizes, saves_activations=True) < 22.5
    assert needed(sizes, saves_activations=False) > 24


def test_pages_of_files_that_a_container_can_do_without_count_as_free(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("4000\n")
    (tmp_path / "memory.current").write_text("3900\n")
    (tmp_path / "memory.stat").write_text("anon 900\nfile 3000\ninactive_file 2500\n")
    assert group_free_bytes(tmp_path) == 2600
    (tmp_path / "memory.max").write_text("max\n")
    with pytest.raises(ValueError, match="max"):
        group_free_bytes(tmp_path)
