"""What an adapter must be like before any request is written with it."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.serving.adapters.checks import Fitting, find_folder, read_adapter
from engine.serving.faults import ApiError
from tests.engine.serving.adapter_files import PREFIX, weights_of, write_adapter

RANK = 4
SHAPES = {
    f"model.layers.{i}.self_attn.{name}": (24, width)
    for i in range(3)
    for name, width in (("q_proj", 24), ("v_proj", 8))
}
FITTING = Fitting(
    shapes=SHAPES,
    modules=frozenset({*SHAPES, "model.embed_tokens", "lm_head", "model.layers.0.mlp.gate"}),
    names=frozenset({"tiny-story", "tiny"}),
    dtype=torch.bfloat16,
    most_rank=8,
)
ONE_A = f"{PREFIX}model.layers.1.self_attn.q_proj.lora_A.weight"
ONE_B = f"{PREFIX}model.layers.1.self_attn.q_proj.lora_B.weight"


def weights() -> dict[str, Tensor]:
    """Return weights that fit."""
    return weights_of(SHAPES, RANK)


def refusal(root: Path, path: str = "voice") -> str:
    """Return the code with which an adapter is refused."""
    with pytest.raises(ApiError) as raised:
        read_adapter(root, find_folder(root, path), FITTING)
    assert raised.value.message
    return raised.value.code


@pytest.mark.parametrize(
    ("options", "scale"),
    [({}, 2.0), ({"lora_alpha": 6}, 1.5), ({"lora_alpha": 6, "use_rslora": True}, 3.0)],
)
def test_an_adapter_that_fits_is_read_with_its_scale(
    tmp_path: Path, options: dict[str, Any], scale: float
) -> None:
    write_adapter(tmp_path / "voice", weights(), RANK, **options)
    checked = read_adapter(tmp_path, find_folder(tmp_path, "voice"), FITTING)
    assert checked.rank == RANK
    assert checked.weights.keys() == SHAPES.keys()
    a, b = checked.weights["model.layers.1.self_attn.q_proj"]
    assert torch.equal(a, weights()[ONE_A].bfloat16())
    assert torch.equal(b, (weights()[ONE_B] * scale).bfloat16())


@pytest.mark.parametrize("base", ["", "/opt/models/Tiny-Story/", "owner/tiny"])
def test_the_same_base_model_may_lie_in_another_folder(tmp_path: Path, base: str) -> None:
    write_adapter(tmp_path / "voice", weights(), RANK, base_model_name_or_path=base)
    read_adapter(tmp_path, tmp_path / "voice", FITTING)


def test_only_some_layers_may_be_changed(tmp_path: Path) -> None:
    tensors = {name: t for name, t in weights().items() if ".layers.1." in name}
    write_adapter(tmp_path / "voice", tensors, RANK, layers_to_transform=[1])
    assert len(read_adapter(tmp_path, tmp_path / "voice", FITTING).weights) == 2
    write_adapter(tmp_path / "pattern", tensors, RANK, target_modules=r".*\.1\..*_proj")
    assert len(read_adapter(tmp_path, tmp_path / "pattern", FITTING).weights) == 2


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("adapter_unsupported", {"peft_type": "IA3"}),
        ("adapter_unsupported", {"task_type": "SEQ_CLS"}),
        ("adapter_unsupported", {"use_dora": True}),
        ("adapter_unsupported", {"bias": "all"}),
        ("adapter_unsupported", {"modules_to_save": ["lm_head"]}),
        ("adapter_unsupported", {"rank_pattern": {"q_proj": 2}}),
        ("adapter_unsupported", {"alpha_pattern": {"q_proj": 2}}),
        ("adapter_unsupported", {"init_lora_weights": "pissa"}),
        ("adapter_unsupported", {"fan_in_fan_out": True}),
        ("adapter_unsupported", {"an_option_of_next_year": {"x": 1}}),
        ("adapter_wrong_base", {"base_model_name_or_path": "owner/another-story"}),
        ("adapter_rank_too_large", {"r": 9}),
        ("adapter_rank_too_large", {"r": 10**9}),
        ("adapter_config_invalid", {"r": 0}),
        ("adapter_config_invalid", {"r": "4"}),
        ("adapter_config_invalid", {"lora_alpha": None}),
        ("adapter_config_invalid", {"lora_alpha": float("nan")}),
        ("adapter_config_invalid", {"target_modules": None}),
        ("adapter_config_invalid", {"target_modules": "(a"}),
        ("adapter_config_invalid", {"target_modules": [1]}),
        ("adapter_config_invalid", {"layers_to_transform": ["x"]}),
        ("adapter_target_unknown", {"target_modules": ["c_attn"]}),
        ("adapter_target_unknown", {"target_modules": ["q_proj"]}),
        ("adapter_target_unsupported", {"target_modules": ["q_proj", "v_proj", "embed_tokens"]}),
        ("adapter_target_unsupported", {"target_modules": ["q_proj", "v_proj", "lm_head"]}),
        ("adapter_wrong_shape", {"r": 3}),
        ("adapter_not_finite", {"lora_alpha": 1e300}),
    ],
)
def test_a_configuration_is_refused_with_its_reason(
    tmp_path: Path, code: str, options: dict[str, Any]
) -> None:
    write_adapter(tmp_path / "voice", weights(), RANK, **options)
    assert refusal(tmp_path) == code


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("adapter_incomplete", {ONE_A: None}),
        ("adapter_incomplete", {ONE_A: None, ONE_B: None}),
        ("adapter_wrong_shape", {ONE_B: torch.zeros(25, RANK)}),
        ("adapter_wrong_shape", {ONE_A: torch.zeros(24, RANK)}),
        ("adapter_wrong_type", {ONE_A: torch.zeros(RANK, 24, dtype=torch.int64)}),
        ("adapter_not_finite", {ONE_A: torch.full((RANK, 24), torch.nan)}),
        ("adapter_not_finite", {ONE_B: torch.full((24, RANK), torch.inf)}),
        ("adapter_target_unknown", {f"{PREFIX}lm_head.weight": torch.zeros(1)}),
        ("adapter_too_large", {f"{PREFIX}more": torch.zeros(1 << 19)}),
    ],
)
def test_weights_are_refused_with_their_reason(
    tmp_path: Path, code: str, changed: dict[str, Tensor | None]
) -> None:
    tensors = {name: t for name, t in (weights() | changed).items() if t is not None}
    write_adapter(tmp_path / "voice", weights(), RANK)
    save_file(tensors, tmp_path / "voice" / "adapter_model.safetensors")
    assert refusal(tmp_path) == code


def test_a_damaged_or_missing_file_is_refused(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "voice", weights(), RANK)
    whole = (folder / "adapter_model.safetensors").read_bytes()
    for damaged in (whole[:-100], whole[:4], b"", b"\xff" * 64):
        (folder / "adapter_model.safetensors").write_bytes(damaged)
        assert refusal(tmp_path) == "adapter_damaged"
    (folder / "adapter_model.safetensors").unlink()
    assert refusal(tmp_path) == "adapter_not_found"
    for config in (b"{", b"[]", b"[" * 100_000, b"\xff"):
        (folder / "adapter_config.json").write_bytes(config)
        assert refusal(tmp_path) == "adapter_config_invalid"
    (folder / "adapter_config.json").write_bytes(b" " * (2 << 20))
    assert refusal(tmp_path) == "adapter_too_large"
    (folder / "adapter_config.json").unlink()
    assert refusal(tmp_path) == "adapter_not_found"


class Trap:
    """What runs when a pickle is opened."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung").absolute(),)


def test_a_pickle_is_refused_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = write_adapter(tmp_path / "voice", weights(), RANK)
    (folder / "adapter_model.bin").write_bytes(pickle.dumps(Trap()))
    read_adapter(tmp_path, folder, FITTING)  # beside safetensors it is left alone
    (folder / "adapter_model.safetensors").unlink()
    assert refusal(tmp_path) == "adapter_not_safetensors"
    (folder / "adapter_model.safetensors").write_bytes(pickle.dumps(Trap()))
    assert refusal(tmp_path) == "adapter_damaged"
    assert not (tmp_path / "sprung").exists()


def test_no_path_leads_out_of_the_folder_of_adapters(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "adapters", tmp_path / "elsewhere"
    write_adapter(elsewhere, weights(), RANK)
    write_adapter(root / "voice", weights(), RANK)
    (root / "link").symlink_to(elsewhere)
    for path in ("../elsewhere", "voice/../../elsewhere", str(elsewhere), "link", "../no", "/etc"):
        assert refusal(root, path) == "adapter_outside"
    for path in ("nothing", "voice/adapter_config.json", "\0", "x" * 1000):
        assert refusal(root, path) == "adapter_not_found"
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        write_adapter(root / name, weights(), RANK)
        (root / name / name).unlink()
        (root / name / name).symlink_to(elsewhere / name)
        assert refusal(root, name) == "adapter_outside"
    read_adapter(root, find_folder(root, str(root / "voice")), FITTING)  # absolute, but inside
    (root / "alias").symlink_to(root / "voice")
    read_adapter(root, find_folder(root, "alias"), FITTING)


def test_the_digest_changes_with_either_file(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "voice", weights(), RANK)
    first = read_adapter(tmp_path, folder, FITTING).digest
    assert read_adapter(tmp_path, folder, FITTING).digest == first
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"lora_alpha": 1}))
    second = read_adapter(tmp_path, folder, FITTING).digest
    write_adapter(folder, weights_of(SHAPES, RANK, seed=1), RANK, lora_alpha=1)
    assert len({first, second, read_adapter(tmp_path, folder, FITTING).digest}) == 3
