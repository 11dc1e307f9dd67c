"""What was trained is taken by the model server, and does there what it does in PEFT."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.row import Row
from engine.serving.weights.loading import load
from engine.settings import Quantization, ServingSettings
from engine.training.folder import TrainingFolder
from engine.training.quantized import Base, load_plain
from tests.engine.serving.small_model import Rules, opened

PROMPT = list(range(40, 72))
GREEDY = Sampling(top_k=1)


async def served(model: Path, adapter: TrainingFolder) -> dict[str, list[int]]:
    """Return what our server writes without the adapter and with it."""
    settings = ServingSettings(model=str(model), quantization=Quantization.NONE)
    loaded = load(settings, lambda *_: None)
    loaded.model.float()
    root = adapter.path
    replies = {}
    async with opened(loaded, Rules(), 4096, adapters_dir=root, most_adapters=1) as batch:
        await batch.adapters.load("voice", "adapter")
        for name in ("", "voice"):
            async with batch.adapters.use(name or None) as used:
                row = Row(len(PROMPT), GREEDY, name, adapter=used)
                outputs = batch.generate(PROMPT, row, most_tokens=12, ignore_stop_tokens=True)
                async with aclosing(outputs):
                    async for so_far in outputs:
                        replies[name] = list(so_far)
    return replies


def by_peft(model: Path, adapter: TrainingFolder) -> list[int]:
    """Return what PEFT's own arithmetic writes with the adapter."""
    base = load_plain(Base("tiny", model, "cpu")).float()
    voice: Any = PeftModel.from_pretrained(base, str(adapter.adapter)).eval()
    ids = torch.tensor([PROMPT])
    for _ in range(12):
        with torch.no_grad():
            ids = torch.cat([ids, voice(input_ids=ids).logits[:, -1:].argmax(-1)], 1)
    reply: list[int] = ids[0, len(PROMPT) :].tolist()
    return reply


async def test_the_server_takes_a_voice_and_writes_as_peft_does(
    trained: TrainingFolder, tiny_model: Path
) -> None:
    replies = await served(tiny_model, trained)
    assert replies["voice"] == by_peft(tiny_model, trained)
    assert replies["voice"] != replies[""]
