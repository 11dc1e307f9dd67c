from pathlib import Path

import pytest

from bot.doctor.finding import Finding, Mark
from bot.doctor.gpu import check_gpu
from engine.settings import Device, ServingSettings


def settings(*, model: str = "Qwen/Qwen3-8B", device: Device = Device.AUTO) -> ServingSettings:
    return ServingSettings(_env_file=None, model=model, device=device)


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return `look(script, settings)`: the check with a program of our own for nvidia-smi."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def run(script: str | None, asked: ServingSettings) -> list[Finding]:
        if script is not None:
            program = tmp_path / "gpu-program"
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        return check_gpu(asked, program="gpu-program")

    return run


def test_a_gpu_is_named_with_the_largest_model_that_fits(look) -> None:
    (found,) = look("echo 'NVIDIA GeForce RTX 3060, 12288, 575.1'", settings())
    assert found.mark is Mark.OK
    assert found.what == (
        "GPU NVIDIA GeForce RTX 3060, 13 GB, driver 575.1; "
        "the largest recommended model for it is Qwen/Qwen3-8B"
    )


def test_each_of_two_gpus_has_a_line(look) -> None:
    rows = look("printf 'A, 24576, 1\\nB, 81559, 1\\n'", settings())
    assert [row.what.split(",")[0] for row in rows] == ["GPU A", "GPU B"]
    assert "Llama-3.3-70B" in rows[1].what


def test_a_gpu_beside_the_embedded_model_is_worth_a_hint(look) -> None:
    (found,) = look("echo 'B, 24576, 1'", settings(model="embedded"))
    assert found.mark is Mark.WARNING
    assert found.to_do == "MODEL=Qwen/Qwen3-14B"


def test_a_small_gpu_keeps_the_embedded_model(look) -> None:
    (found,) = look("echo 'B, 4096, 1'", settings(model="embedded"))
    assert found.to_do == "keep MODEL=embedded"


def test_a_gpu_that_the_settings_leave_out_is_a_warning(look) -> None:
    (found,) = look("echo 'B, 24576, 1'", settings(device=Device.CPU))
    assert "DEVICE=auto" in found.to_do


def test_a_driver_that_fails_is_a_problem(look) -> None:
    (found,) = look("echo 'driver mismatch' >&2; exit 9", settings())
    assert found.mark is Mark.PROBLEM


def test_cuda_without_a_gpu_is_a_problem(look) -> None:
    (found,) = look(None, settings(device=Device.CUDA))
    assert found.mark is Mark.PROBLEM


def test_the_embedded_model_needs_no_gpu(look) -> None:
    (found,) = look(None, settings(model="embedded"))
    assert found.mark is Mark.OK


def test_a_large_model_without_a_gpu_is_a_warning(look) -> None:
    (found,) = look(None, settings())
    assert found.mark is Mark.WARNING
    assert "MODEL_URL" in found.to_do
