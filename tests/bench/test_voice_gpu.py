import pytest

from bench.voice_gpu import measure


@pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)  # PEFT
def test_the_bench_for_gpus_runs_on_a_tiny_configuration() -> None:
    pace = measure("tiny", steps=2, block=16, device="cpu")
    assert pace.tokens_per_second > 0
    assert pace.peak_bytes > 0
    assert pace.estimated_bytes > 0
