import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from engine.story.training import Method
from engine.training.methods import CONFIG, attach, exported
from engine.training.plan import make_plan
from engine.training.quantized import Base, load_plain
from tests.engine.training.tiny import tiny_order

IDS = torch.arange(40, 72)[None]


def voice_of(model: Path, method: Method) -> Any:
    """Return the tiny model in fp32 with an adapter that changes it."""
    order = tiny_order(model, method=method, rank=4)
    plan = make_plan(order, tokens=10_000, is_on_gpu=False, most_positions=2048)
    voice = attach(load_plain(Base("tiny", model, "cpu")).float(), order, plan)
    for name, weights in voice.named_parameters():
        if "lora_B" in name or "lora_E" in name:
            torch.nn.init.normal_(weights, std=0.5)
        if "lora_E" in name:
            weights.data[1] = 0.0  # as pruning leaves it
    return voice.eval()


@pytest.mark.parametrize("method", [Method.LORA, Method.ADALORA])
def test_what_is_exported_computes_what_was_trained(
    method: Method, tiny_model: Path, tmp_path: Path
) -> None:
    voice = voice_of(tiny_model, method)
    with torch.no_grad():
        wanted = voice(input_ids=IDS).logits
        with voice.disable_adapter():
            assert not torch.allclose(voice(input_ids=IDS).logits, wanted, atol=0.01)
    voice.save_pretrained(tmp_path / "checkpoint")
    (tmp_path / "adapter").mkdir()
    for name, raw in exported(tmp_path / "checkpoint", method, "some-base").items():
        (tmp_path / "adapter" / name).write_bytes(raw)
    config = json.loads((tmp_path / "adapter" / CONFIG).read_bytes())
    assert config["peft_type"] == "LORA"
    assert config["base_model_name_or_path"] == "some-base"
    base = load_plain(Base("tiny", tiny_model, "cpu")).float()
    plain: Any = PeftModel.from_pretrained(base, str(tmp_path / "adapter")).eval()
    with torch.no_grad():
        assert torch.allclose(plain(input_ids=IDS).logits, wanted, atol=1e-4)


def test_the_same_seed_starts_with_the_same_adapter(tiny_model: Path) -> None:
    one, other = (voice_of(tiny_model, Method.LORA) for _ in range(2))
    for (name, first), second in zip(one.named_parameters(), other.parameters(), strict=True):
        if "lora_A" in name:
            assert torch.equal(first, second)
