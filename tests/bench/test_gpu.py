"""The measurement for GPUs is run on a tiny model, so that it cannot rot until there is a GPU."""

import pytest
import torch

from bench import gpu


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_every_way_that_a_cpu_can_run_writes_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    torch.set_num_threads(1)
    gpu.main(["--tiny", "--streams", "3", "--prompt-tokens", "20", "--tokens", "6"])
    lines = capsys.readouterr().out.splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| 3 ")]
    assert [cells[1] for cells in rows] == [
        "generate(), one by one",
        *(rung.name for rung in gpu.RUNGS),
    ]
    ways = {cells[1]: cells[2:] for cells in rows}
    assert ways["batch, sdpa"][-1] == "3 of 3"  # what generate() writes
    assert float(ways["batch, sdpa, 8 adapters"][0].replace(",", "")) > 0
    assert ways["batch, sdpa, 8 adapters"][-1] == "0 of 3"  # adapters change the text
    assert ways["CUDA graphs on decode"][0] == "needs CUDA"


def test_without_a_gpu_only_the_tiny_model_runs() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(SystemExit):
            gpu.main([])
