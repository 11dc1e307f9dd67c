import pytest

from engine.story.training import (
    FaultCode,
    Method,
    TrainingEstimate,
    TrainingFault,
    TrainingManifest,
    TrainingOrder,
)
from engine.story.voice import TrainingWork


def test_what_is_written_is_read_back_equal() -> None:
    order = TrainingOrder(1, 2, "guild-2-1", method=Method.ADALORA, learning_rate=1e-4)
    fault = TrainingFault(FaultCode.TOO_LITTLE_TEXT, {"tokens": 12, "least": 5000})
    estimate = TrainingEstimate(1, 2, 3.5, 4, 5, 6, "cpu", saves_activations=True, refusal=fault)
    work = TrainingWork(7, "ab" * 32, "cc0-1.0", "handed in", "[]", "train")
    manifest = TrainingManifest((work,))
    for form in (order, fault, estimate, manifest):
        assert type(form).from_json(form.to_json()) == form


def test_an_order_with_an_unknown_method_is_not_read() -> None:
    text = TrainingOrder(1, 2, "voice").to_json().replace('"lora"', '"magic"')
    with pytest.raises(ValueError, match="method"):
        TrainingOrder.from_json(text)
