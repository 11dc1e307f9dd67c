"""All that is known of a training before a model is loaded."""

from dataclasses import dataclass
from typing import Any

from engine.story.training import TrainingEstimate, TrainingOrder
from engine.training.blocks import Documents
from engine.training.plan import Plan
from engine.training.quantized import Base
from engine.training.texts import Cleaned


@dataclass(frozen=True, slots=True)
class Material:
    """Order, base, texts and pieces."""

    order: TrainingOrder
    base: Base
    tokenizer: Any
    cleaned: Cleaned
    documents: Documents
    plan: Plan
    estimate: TrainingEstimate

    @property
    def language(self) -> str:
        """Return the language of most of the text."""
        characters: dict[str, int] = {}
        for work in self.cleaned.works:
            characters[work.language] = characters.get(work.language, 0) + len(work.text)
        return max(characters, key=lambda language: characters[language])
