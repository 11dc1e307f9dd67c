"""The tokenizer of the embedded model: the real one, where tokens are the point."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from transformers import AutoTokenizer

from engine.model.request import Message
from engine.serving.embedded import ensure_embedded_model
from engine.settings import ServingSettings

ROOT = Path(__file__).parents[2]


class EmbeddedTokenizer:
    """Counts and renders as the model server does."""

    def __init__(self) -> None:
        models_dir = ROOT / ServingSettings(_env_file=None).models_dir
        folder = ensure_embedded_model(models_dir, lambda *_: None)
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        added = self._tokenizer.get_added_vocab()
        self.special_tokens = tuple(sorted({*added, *self._tokenizer.all_special_tokens}))
        self.special_ids = frozenset(added.values())
        self.role_id: int = added["<|im_start|>"]

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text; tokens spelled out in it count as tokens."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    def count(self, text: str) -> int:
        """Count the tokens of a text."""
        return len(self.encode(text))

    def render(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of the whole prompt, up to where the reply begins."""
        chat = [{"role": message.role, "content": message.text} for message in messages]
        ids: list[int] = self._tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_dict=False
        )
        return ids


@lru_cache(maxsize=1)
def embedded_tokenizer() -> EmbeddedTokenizer:
    """Load the tokenizer, once a test session."""
    return EmbeddedTokenizer()
