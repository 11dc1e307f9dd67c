import pytest

from bot.doctor.recommended import LEAST_CACHE_TOKENS, RECOMMENDED, largest_that_fits


def by_name(name: str):
    return next(model for model in RECOMMENDED if model.name == name)


@pytest.mark.parametrize(
    ("name", "weights_gb", "cache_mb", "tokens_on_24_gb"),
    [  # worked out by hand from the published shapes
        ("Qwen/Qwen3-4B", 2.65, 147, 123_000),
        ("Qwen/Qwen3-8B", 6.07, 147, 100_000),
        ("meta-llama/Llama-3.1-8B-Instruct", 5.70, 131, 115_000),
    ],
)
def test_memory_follows_from_the_shape(
    name: str, weights_gb: float, cache_mb: float, tokens_on_24_gb: int
) -> None:
    model = by_name(name)
    assert model.weights_gb == pytest.approx(weights_gb, abs=0.005)
    assert model.cache_mb_per_1000_tokens == pytest.approx(cache_mb, abs=0.5)
    assert model.cache_tokens(24) == pytest.approx(tokens_on_24_gb, rel=0.01)


def test_the_models_stand_from_small_to_large() -> None:
    assert sorted(RECOMMENDED, key=lambda model: model.weights_gb) == list(RECOMMENDED)


def test_a_model_that_fits_leaves_room_for_the_stories() -> None:
    for memory_gb in range(1, 200):
        fitting = largest_that_fits(memory_gb)
        if fitting is not None:
            assert fitting.cache_tokens(memory_gb) >= LEAST_CACHE_TOKENS


def test_a_tiny_card_fits_none() -> None:
    assert largest_that_fits(4) is None
